// Kubeconfig files as text.
#include <fmt/format.h>

#include <filesystem>

#include "pedalion/apimachinery/codec/protobuf_wire.h"
#include "pedalion/apimachinery/codec/yaml.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/client/config/kubeconfig.h"

namespace pedalion::client::config {
namespace {

constexpr std::string_view kExecExtension = "client.authentication.k8s.io/exec";
constexpr std::string_view kExecV1 = "client.authentication.k8s.io/v1";

// What is wrong with a file: the first thing found.
struct Problem {
  std::string text;
  void say(std::string what) {
    if (text.empty()) text = std::move(what);
  }
};

// An object of the file, or its absence. Members of the wrong kind are a Problem.
class Fields {
 public:
  Fields(const json::Value* value, std::string path, Problem& problem)
      : value_(value), path_(std::move(path)), problem_(problem) {
    if (value_ != nullptr && value_->is_null()) value_ = nullptr;
    if (value_ != nullptr && !value_->is_object()) wrong(path_, "an object");
  }

  bool present() const { return value_ != nullptr; }
  std::string path_of(std::string_view key) const {
    return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
  }
  void wrong(const std::string& path, std::string_view wanted) const {
    problem_.say(fmt::format("{}: it must be {}", path.empty() ? "the document" : path, wanted));
  }

  std::string text(std::string_view key) const {
    const auto* value = member(key);
    if (value == nullptr) return {};
    if (!value->is_string()) wrong(path_of(key), "a string");
    return std::string(value->string_or());
  }
  bool flag(std::string_view key) const {
    const auto* value = member(key);
    if (value == nullptr) return false;
    if (!value->is_bool()) wrong(path_of(key), "true or false");
    return value->bool_or(false);
  }
  std::string base64(std::string_view key) const {
    std::string out, encoded = text(key);
    std::erase_if(encoded, [](char c) { return c == '\n' || c == '\r'; });
    if (!codec::append_base64_decoded(out, encoded)) wrong(path_of(key), "base64");
    return out;
  }
  std::vector<std::string> texts(std::string_view key) const {
    std::vector<std::string> out;
    for (const auto& item : list(key)) {
      if (!item.is_string()) wrong(path_of(key), "a list of strings");
      out.emplace_back(item.string_or());
    }
    return out;
  }
  Fields object(std::string_view key) const { return {member(key), path_of(key), problem_}; }
  std::span<const json::Value> list(std::string_view key) const {
    const auto* value = member(key);
    if (value == nullptr) return {};
    if (!value->is_array()) wrong(path_of(key), "a list");
    return value->items();
  }
  std::span<const json::Member> members() const {
    return value_ == nullptr ? std::span<const json::Member>() : value_->members();
  }
  Fields element(std::string_view key, std::size_t index) const {
    return {&list(key)[index], fmt::format("{}[{}]", path_of(key), index), problem_};
  }
  const json::Value* member(std::string_view key) const {
    const auto* found = value_ == nullptr ? nullptr : value_->find(key);
    return found == nullptr || found->is_null() ? nullptr : found;
  }
  Problem& problem() const { return problem_; }

 private:
  const json::Value* value_;
  std::string path_;
  Problem& problem_;
};

class Reader {
 public:
  Reader(const json::Value& root, const std::string& file, Problem& problem)
      : root_(&root, "", problem), file_(file), folder_(std::filesystem::path(file).parent_path()) {}

  Kubeconfig read() {
    Kubeconfig out;
    if (auto kind = root_.text("kind"); !kind.empty() && kind != "Config") root_.wrong("kind", "Config");
    if (auto version = root_.text("apiVersion"); !version.empty() && version != "v1") {
      root_.wrong("apiVersion", "v1");
    }
    out.clusters = named("clusters", "cluster", &Reader::cluster);
    out.users = named("users", "user", &Reader::user);
    out.contexts = named("contexts", "context", &Reader::context);
    out.current_context = root_.text("current-context");
    if (!out.current_context.empty()) out.current_context_file = file_;
    return out;
  }

 private:
  // A list of {name, KIND} as a map.
  template <class T>
  std::map<std::string, T, std::less<>> named(std::string_view list, std::string_view kind,
                                              T (Reader::*read_entry)(const Fields&) const) const {
    std::map<std::string, T, std::less<>> out;
    for (std::size_t i = 0; i < root_.list(list).size(); ++i) {
      auto entry = root_.element(list, i);
      auto name = entry.text("name");
      T value = (this->*read_entry)(entry.object(kind));
      value.file = file_;
      if (!out.emplace(name, std::move(value)).second) {
        root_.problem().say(fmt::format("{}: the name {:?} is there twice", list, name));
      }
    }
    return out;
  }

  std::string path(const Fields& fields, std::string_view key) const {
    auto text = fields.text(key);
    return text.empty() || text.starts_with('/') ? text : (folder_ / text).lexically_normal().string();
  }
  Pem pem(const Fields& fields, const std::string& key) const {
    return {fields.base64(key + "-data"), path(fields, key)};
  }

  KubeCluster cluster(const Fields& fields) const {
    KubeCluster out;
    out.server = fields.text("server");
    out.tls_server_name = fields.text("tls-server-name");
    out.proxy_url = fields.text("proxy-url");
    out.authority = pem(fields, "certificate-authority");
    out.insecure = fields.flag("insecure-skip-tls-verify");
    out.disable_compression = fields.flag("disable-compression");
    for (std::size_t i = 0; i < fields.list("extensions").size(); ++i) {
      auto extension = fields.element("extensions", i);
      const auto* value = extension.member("extension");
      if (extension.text("name") == kExecExtension && value != nullptr)
        out.exec_config = json::to_string(*value);
    }
    return out;
  }

  KubeUser user(const Fields& fields) const {
    KubeUser out;
    out.certificate = pem(fields, "client-certificate");
    out.key = pem(fields, "client-key");
    out.token = fields.text("token");
    out.token_file = path(fields, "tokenFile");
    out.username = fields.text("username");
    out.password = fields.text("password");
    out.impersonate.user = fields.text("as");
    out.impersonate.uid = fields.text("as-uid");
    out.impersonate.groups = fields.texts("as-groups");
    auto extra = fields.object("as-user-extra");
    for (const auto& [key, value] : extra.members()) {
      if (!value.is_null()) out.impersonate.extra[std::string(key)] = extra.texts(key);
    }
    out.auth_provider = fields.object("auth-provider").text("name");
    if (auto plugin = fields.object("exec"); plugin.present()) out.exec = exec(plugin);
    return out;
  }

  ExecConfig exec(const Fields& fields) const {
    ExecConfig out;
    out.command = fields.text("command");
    // A path is relative to the file, a bare name is looked for in $PATH.
    if (out.command.find('/') != std::string::npos) out.command = path(fields, "command");
    out.args = fields.texts("args");
    for (std::size_t i = 0; i < fields.list("env").size(); ++i) {
      auto variable = fields.element("env", i);
      out.env.emplace_back(variable.text("name"), variable.text("value"));
    }
    out.api_version = fields.text("apiVersion");
    out.install_hint = fields.text("installHint");
    out.provide_cluster_info = fields.flag("provideClusterInfo");
    out.interactive = interactive(fields, out.api_version);
    return out;
  }

  ExecConfig::Interactive interactive(const Fields& fields, std::string_view api_version) const {
    using enum ExecConfig::Interactive;
    auto mode = fields.text("interactiveMode");
    if (mode == "Never") return kNever;
    if (mode == "Always") return kAlways;
    // Before v1 it could be left out.
    if (mode != "IfAvailable" && !(mode.empty() && api_version != kExecV1)) {
      fields.wrong(fields.path_of("interactiveMode"), "Never, IfAvailable or Always");
    }
    return kIfAvailable;
  }

  KubeContext context(const Fields& fields) const {
    KubeContext out;
    out.cluster = fields.text("cluster");
    out.user = fields.text("user");
    out.namespace_name = fields.text("namespace");
    return out;
  }

  Fields root_;
  const std::string& file_;
  std::filesystem::path folder_;
};

}  // namespace

Result<Kubeconfig> parse_kubeconfig(std::string_view text, const std::string& file) {
  auto fail = [&](const std::string& what) {
    return std::unexpected(Status(400, "BadRequest", fmt::format("kubeconfig {}: {}", file, what)));
  };
  auto document = codec::parse_yaml(text);
  if (!document) return fail(document.error().message);
  Problem problem;
  auto out = Reader(document->root, file, problem).read();
  if (!problem.text.empty()) return fail(problem.text);
  return out;
}

}  // namespace pedalion::client::config
