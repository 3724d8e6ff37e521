#include "pedalion/client/config/config.h"

#include <fmt/format.h>

#include "pedalion/client/config/url.h"

namespace pedalion::client::config {
namespace {

std::unexpected<Status> bad(const std::string& where, std::string_view what) {
  return std::unexpected(Status(400, "BadRequest", where + std::string(what)));
}

// `kubeconfig FILE, context "C": `, of what is there.
std::string place(const std::string& file, std::string_view kind, const std::string& name,
                  const std::string& context) {
  std::string out = file.empty() ? "" : "kubeconfig " + file;
  auto add = [&](std::string_view what, const std::string& value) {
    if (value.empty()) return;
    out += fmt::format("{}{} {:?}", out.empty() ? "" : ", ", what, value);
  };
  add("context", context);
  add(kind, name);
  return out.empty() ? out : out + ": ";
}

Result<void> check_cluster(const Config& config) {
  const auto where = config.origin.of_cluster();
  if (config.server.empty()) return bad(where, "no server is named");
  const bool with_tls =
      !config.tls.authority.empty() || !config.tls.certificate.empty() || config.tls.insecure;
  if (auto url = parse_server_url(config.server, with_tls); !url) return bad(where, url.error().message);
  if (!config.proxy_url.empty()) {
    if (auto url = parse_proxy_url(config.proxy_url); !url) return bad(where, url.error().message);
  }
  if (config.tls.insecure && !config.tls.authority.empty()) {
    return bad(where, "specifying a root certificates file with the insecure flag is not allowed");
  }
  return {};
}

Result<void> check_exec(const std::string& where, const ExecConfig& exec) {
  if (exec.command.empty()) return bad(where, "exec: the command is missing");
  if (exec.api_version.empty()) return bad(where, "exec: apiVersion is missing");
  for (const auto& [name, value] : exec.env) {
    if (name.empty()) return bad(where, "exec: an environment variable has no name");
  }
  return {};
}

Result<void> check_user(const Config& config) {
  const auto where = config.origin.of_user();
  const bool basic = !config.username.empty() || !config.password.empty();
  const bool token = !config.bearer_token.empty() || !config.bearer_token_file.empty();
  if (basic && token) return bad(where, "username/password or bearer token may be set, but not both");
  if (config.tls.certificate.empty() != config.tls.key.empty()) {
    return bad(where, config.tls.key.empty()
                          ? "client-key-data or client-key is missing beside the certificate"
                          : "client-certificate-data or client-certificate is missing");
  }
  const auto& as = config.impersonate;
  if (as.user.empty() && !as.empty()) {
    return bad(where, "requesting uid, groups or user-extra without impersonating a user");
  }
  if (config.exec) return check_exec(where, *config.exec);
  return {};
}

}  // namespace

std::string Origin::of_context() const {
  return in_cluster ? "in-cluster: " : place(context_file, "", "", context);
}
std::string Origin::of_cluster() const {
  return in_cluster ? "in-cluster: "
                    : place(cluster_file.empty() ? context_file : cluster_file, "cluster", cluster, context);
}
std::string Origin::of_user() const {
  return in_cluster ? "in-cluster: "
                    : place(user_file.empty() ? context_file : user_file, "user", user, context);
}

Result<void> check(const Config& config) {
  TRY_OK(check_cluster(config));
  return check_user(config);
}

}  // namespace pedalion::client::config
