#include "bench/objects.h"

#include <fmt/format.h>

namespace pedalion::bench {
namespace {

// Text that does not compress to nothing and needs no escapes.
std::string filler(std::size_t bytes, std::uint32_t seed) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::string text(bytes, '\0');
  for (char& c : text) {
    seed = seed * 1664525 + 1013904223;
    c = kLetters[(seed >> 16) % kLetters.size()];
  }
  return text;
}

std::uint32_t seed_of(std::string_view name) {
  return static_cast<std::uint32_t>(std::hash<std::string_view>()(name));
}

}  // namespace

std::string path(std::string_view name_space, std::string_view resource, std::string_view name) {
  return fmt::format("/api/v1/namespaces/{}/{}{}{}", name_space, resource, name.empty() ? "" : "/", name);
}

std::string config_map(std::string_view name, std::size_t bytes) {
  auto frame = fmt::format(
      R"({{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{}"}},"data":{{"key":")", name);
  constexpr std::string_view kEnd = R"("}})";
  return frame + filler(bytes - std::min(bytes, frame.size() + kEnd.size()), seed_of(name)) +
         std::string(kEnd);
}

std::string pod(std::string_view name, std::size_t bytes) {
  std::string text = fmt::format(
      R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{}","labels":{{"app":"bench"}}}},"spec":{{"containers":[)"
      R"({{"name":"main","image":"registry.example/bench:1","env":[{{"name":"FIRST","value":"1"}})",
      name);
  constexpr std::string_view kEnd = "]}]}}";
  for (int i = 0; text.size() + kEnd.size() + 100 < bytes; ++i) {
    text += fmt::format(R"(,{{"name":"VARIABLE_{}","value":"{}"}})", i,
                        filler(60, static_cast<std::uint32_t>(i)));
  }
  return text + std::string(kEnd);
}

Call create_config_map(std::string_view name_space, std::string_view name, std::size_t bytes) {
  return {"POST", path(name_space, "configmaps"), config_map(name, bytes), {}};
}

Call annotate(std::string_view name_space, std::string_view resource, std::string_view name,
              std::uint64_t value) {
  return {"PATCH", path(name_space, resource, name),
          fmt::format(R"({{"metadata":{{"annotations":{{"bench/value":"{}"}}}}}})", value),
          "application/merge-patch+json"};
}

Result<bool> create_namespace(Fleet& fleet, const std::string& name) {
  TRY_OK(
      fleet.call({"POST",
                  "/api/v1/namespaces",
                  fmt::format(R"({{"apiVersion":"v1","kind":"Namespace","metadata":{{"name":"{}"}}}})", name),
                  {}}));
  return true;
}

Result<Measured> fill(Fleet& fleet, const std::string& name_space, std::uint64_t count, std::size_t bytes) {
  TRY_OK(create_namespace(fleet, name_space));
  Fleet writers(fleet.loop(), fleet.target(), {http::Version::kHttp2, 2, 64});
  auto measured = writers.run(
      [&](int, std::uint64_t number) {
        return create_config_map(name_space, fmt::format("cm-{}", number), bytes);
      },
      {.count = count});
  if (!measured.problem.empty()) return std::unexpected(Status(500, "", measured.problem));
  return measured;
}

}  // namespace pedalion::bench
