#include "pedalion/client/config/exec_credential.h"

#include <fmt/format.h>
#include <unistd.h>

#include "pedalion/apimachinery/codec/protobuf_wire.h"
#include "pedalion/apimachinery/codec/yaml.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/base/signal.h"
#include "pedalion/client/config/program.h"
#include "pedalion/client/config/text_file.h"

extern char** environ;

namespace pedalion::client::config {
namespace {

constexpr std::string_view kGroup = "client.authentication.k8s.io/";
constexpr std::string_view kNotInstalled =
    "\n\nA client-go credential plugin that this user needs is not installed. What such plugins are is told "
    "at\n"
    "https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins";

std::unexpected<Status> failed(std::string message) {
  return std::unexpected(Status(401, "Unauthorized", std::move(message)));
}

json::Value cluster_info(const Config& config, std::string_view authority_pem, json::Arena& arena) {
  auto out = json::Value::object(arena);
  auto add = [&](std::string_view key, std::string_view text) {
    if (!text.empty()) out.set(key, json::Value::string(text, arena), arena);
  };
  add("server", config.server);
  add("tls-server-name", config.tls.server_name);
  if (config.tls.insecure) out.set("insecure-skip-tls-verify", json::Value::boolean(true), arena);
  if (!authority_pem.empty()) add("certificate-authority-data", codec::base64_of(authority_pem));
  add("proxy-url", config.proxy_url);
  if (config.disable_compression) out.set("disable-compression", json::Value::boolean(true), arena);
  if (auto extension = json::parse(config.exec->cluster_config, arena)) out.set("config", *extension, arena);
  return out;
}

// This process's, with the plugin's own in place of those of the same name.
std::vector<std::string> environment_of(const ExecConfig& exec, const std::string& info) {
  auto own = exec.env;
  own.emplace_back("KUBERNETES_EXEC_INFO", info);
  std::vector<std::string> out;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    std::string_view text = *variable;
    auto name = text.substr(0, text.find('='));
    if (std::ranges::none_of(own, [&](const auto& entry) { return entry.first == name; }))
      out.emplace_back(text);
  }
  for (std::size_t i = 0; i < own.size(); ++i) {
    const auto& [name, value] = own[i];
    const bool repeated = std::ranges::any_of(own.begin() + static_cast<std::ptrdiff_t>(i) + 1, own.end(),
                                              [&](const auto& later) { return later.first == name; });
    if (!repeated) out.push_back(name + "=" + value);
  }
  return out;
}

class ExecSource final : public CredentialSource {
 public:
  ExecSource(Loop& loop, const Config& config, Program program)
      : state_(std::make_shared<State>(loop, *config.exec, config.origin.of_user(), std::move(program))) {}

  Task<Result<Credential>> current() override { return current_of(state_); }
  void rejected(const Credential& used) override {
    if (state_->known && state_->known->credential.authorization == used.authorization &&
        state_->known->credential.certificate_pem == used.certificate_pem) {
      state_->known.reset();
    }
  }

 private:
  struct Waiter {
    Signal signal;
    std::optional<Result<Credential>> result;
  };
  struct State {
    State(Loop& loop, ExecConfig exec, std::string where, Program program)
        : loop(loop), exec(std::move(exec)), where(std::move(where)), program(std::move(program)) {}
    Loop& loop;
    const ExecConfig exec;
    const std::string where;
    const Program program;
    std::optional<ExecCredential> known;
    std::vector<std::shared_ptr<Waiter>> waiters;
    std::unique_ptr<RunningProgram> running;
  };

  static Task<Result<Credential>> current_of(std::shared_ptr<State> state) {
    if (state->known && (!state->known->expires || meta::now_seconds() < *state->known->expires)) {
      co_return state->known->credential;
    }
    auto waiter = std::make_shared<Waiter>();
    state->waiters.push_back(waiter);
    if (!state->running) {
      state->running = std::make_unique<RunningProgram>(
          state->program, [weak = std::weak_ptr(state), &loop = state->loop](Result<std::string> output) {
            loop.post([weak, output = std::move(output)]() mutable {
              if (auto state = weak.lock()) settle(*state, std::move(output));
            });
          });
    }
    while (!waiter->result) co_await waiter->signal.wait();
    co_return *std::move(waiter->result);
  }

  static void settle(State& state, Result<std::string> output) {
    state.running.reset();  // its thread has said its last word
    auto read = output ? parse_exec_credential(*output, state.exec.api_version)
                       : Result<ExecCredential>(std::unexpected(std::move(output).error()));
    if (read) {
      state.known = *std::move(read);
    } else {
      auto& error = read.error();
      if (error.has_reason("NotFound")) {
        error.message += kNotInstalled;
        if (!state.exec.install_hint.empty()) error.message += "\n\n" + state.exec.install_hint;
        error.reason = "Unauthorized";
      }
      error.message = state.where + "getting credentials: exec: " + error.message;
    }
    const Result<Credential> result = read ? Result<Credential>(state.known->credential)
                                           : Result<Credential>(std::unexpected(read.error()));
    auto waiters = std::exchange(state.waiters, {});
    for (const auto& waiter : waiters) {
      waiter->result = result;
      waiter->signal.notify();
    }
  }

  std::shared_ptr<State> state_;
};

Result<bool> is_interactive(const Config& config) {
  using enum ExecConfig::Interactive;
  if (config.exec->interactive == kNever) return false;
  const bool terminal = isatty(0) == 1;
  if (config.exec->interactive == kAlways && !terminal) {
    return std::unexpected(
        Status(400, "BadRequest",
               config.origin.of_user() +
                   "exec plugin cannot support interactive mode: standard input is not a terminal"));
  }
  return terminal;
}

}  // namespace

std::string exec_info(const Config& config, std::string_view authority_pem, bool interactive) {
  json::Arena arena;
  auto root = json::Value::object(arena);
  root.set("kind", json::Value::string("ExecCredential"), arena);
  root.set("apiVersion", json::Value::string(config.exec->api_version, arena), arena);
  auto& spec = root.object_at("spec", arena);
  if (config.exec->provide_cluster_info)
    spec.set("cluster", cluster_info(config, authority_pem, arena), arena);
  spec.set("interactive", json::Value::boolean(interactive), arena);
  return json::to_string(root);
}

Result<ExecCredential> parse_exec_credential(std::string_view output, std::string_view api_version) {
  auto begin = output.find_first_not_of(" \t\r\n");
  const bool is_json = begin != std::string_view::npos && output[begin] == '{';
  auto document = is_json ? json::parse(output) : codec::parse_yaml(output);
  if (!document) return failed("decoding stdout: " + document.error().message);
  const auto& root = document->root;
  if (root.string_at({"kind"}) != "ExecCredential") {
    return failed(
        fmt::format("decoding stdout: its kind is {:?}, not ExecCredential", root.string_at({"kind"})));
  }
  if (root.string_at({"apiVersion"}) != api_version) {
    return failed(fmt::format("exec plugin is configured to use API version {}, plugin returned version {}",
                              api_version, root.string_at({"apiVersion"})));
  }
  if (root.at({"status"}) == nullptr || root.at({"status"})->is_null()) {
    return failed("exec plugin didn't return a status field");
  }
  ExecCredential out;
  if (auto token = root.string_at({"status", "token"}); !token.empty()) {
    out.credential.authorization = "Bearer " + std::string(token);
  }
  out.credential.certificate_pem = root.string_at({"status", "clientCertificateData"});
  out.credential.key_pem = root.string_at({"status", "clientKeyData"});
  if (out.credential.certificate_pem.empty() != out.credential.key_pem.empty()) {
    return failed("exec plugin returned only certificate or key, not both");
  }
  if (out.credential.authorization.empty() && out.credential.certificate_pem.empty()) {
    return failed("exec plugin didn't return a token or cert/key pair");
  }
  if (auto expiry = root.string_at({"status", "expirationTimestamp"}); !expiry.empty()) {
    auto time = meta::parse_time(expiry);
    if (!time) return failed("decoding stdout: expirationTimestamp: " + time.error().message);
    out.expires = time->seconds;
  }
  return out;
}

Result<std::unique_ptr<CredentialSource>> make_exec_source(Loop& loop, const Config& config,
                                                           Duration deadline) {
  const auto& exec = *config.exec;
  const auto& version = exec.api_version;
  if (version != std::string(kGroup) + "v1" && version != std::string(kGroup) + "v1beta1") {
    return std::unexpected(
        Status(400, "BadRequest",
               fmt::format("{}exec plugin: invalid apiVersion {:?}", config.origin.of_user(), version)));
  }
  TRY(bool interactive, is_interactive(config));
  std::string authority = config.tls.authority.data;
  if (exec.provide_cluster_info && authority.empty() && !config.tls.authority.file.empty()) {
    auto text = read_text_file(config.tls.authority.file);
    if (!text) {
      return std::unexpected(Status(400, "BadRequest", config.origin.of_cluster() + text.error().message));
    }
    authority = *std::move(text);
  }
  Program program;
  program.command = exec.command;
  program.args = exec.args;
  program.environment = environment_of(exec, exec_info(config, authority, interactive));
  program.interactive = interactive;
  program.deadline = std::chrono::duration_cast<std::chrono::milliseconds>(deadline);
  return std::make_unique<ExecSource>(loop, config, std::move(program));
}

}  // namespace pedalion::client::config
