#include "pedalion/endpoints/openapi/negotiate.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

namespace pedalion::openapi {
namespace {

constexpr std::size_t kMaxClauses = 64;

struct Clause {
  std::string_view type, subtype;
  double quality = 1;
  std::size_t position = 0;
};

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string_view take_until(std::string_view& text, char separator) {
  auto at = text.find(separator);
  auto part = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return part;
}

std::vector<Clause> parse(std::string_view accept) {
  std::vector<Clause> clauses;
  while (!accept.empty() && clauses.size() < kMaxClauses) {
    auto rest = take_until(accept, ',');
    auto range = trim(take_until(rest, ';'));
    auto slash = range.find('/');
    Clause clause{range.substr(0, slash), slash == std::string_view::npos ? "*" : range.substr(slash + 1)};
    while (!rest.empty()) {
      auto parameter = trim(take_until(rest, ';'));
      if (!parameter.starts_with("q=")) continue;
      std::from_chars(parameter.data() + 2, parameter.data() + parameter.size(), clause.quality);
    }
    clause.position = clauses.size();
    if (!clause.type.empty()) clauses.push_back(clause);
  }
  std::ranges::sort(clauses, [](const Clause& a, const Clause& b) {
    if (a.quality != b.quality) return a.quality > b.quality;
    int wild = (a.type == "*") + (a.subtype == "*") - (b.type == "*") - (b.subtype == "*");
    return wild != 0 ? wild < 0 : a.position < b.position;
  });
  return clauses;
}

}  // namespace

std::optional<Encoding> negotiate(std::string_view accept, std::string_view version) {
  if (accept.empty()) return Encoding::kJson;
  std::string prefix = "com.github.proto-openapi.spec." + std::string(version);
  for (const auto& clause : parse(accept)) {
    if (clause.type != "application" && clause.type != "*") continue;
    if (clause.subtype == "json" || clause.subtype == "*") return Encoding::kJson;
    // The second spelling is an old one that clients still send.
    if (clause.subtype == prefix + ".v1.0+protobuf" || clause.subtype == prefix + "@v1.0+protobuf") {
      return Encoding::kProtobuf;
    }
  }
  return std::nullopt;
}

}  // namespace pedalion::openapi
