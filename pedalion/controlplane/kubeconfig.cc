#include "pedalion/controlplane/kubeconfig.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "pedalion/apimachinery/codec/yaml.h"

namespace pedalion::controlplane {
namespace {

std::string to_base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

Result<std::string> from_base64(std::string_view text) {
  std::string bytes(text.size(), '\0');
  int length =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (length < 0) return std::unexpected(Status(400, "BadRequest", "kubeconfig: data that is not base64"));
  auto padding = static_cast<std::size_t>(std::ranges::count(text, '='));
  bytes.resize(static_cast<std::size_t>(length) - padding);
  return bytes;
}

Result<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::unexpected(Status(400, "BadRequest", "cannot read " + path.string()));
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// One of the lists of a kubeconfig: its entry of this name, or null.
const json::Value* named(const json::Value& root, std::string_view list, std::string_view name,
                         std::string_view what) {
  const json::Value* entries = root.find(list);
  if (entries == nullptr) return nullptr;
  for (const auto& entry : entries->items()) {
    if (entry.string_at({"name"}) == name) return entry.find(what);
  }
  return nullptr;
}

/// `certificate-authority-data`, or the file that `certificate-authority` names.
Result<std::string> data_or_file(const json::Value& entry, std::string_view key,
                                 const std::filesystem::path& folder) {
  if (auto data = entry.string_at({std::string(key) + "-data"}); !data.empty()) return from_base64(data);
  if (auto file = entry.string_at({key}); !file.empty()) return read_file(folder / file);
  return std::string();
}

}  // namespace

std::string kubeconfig_text(const Kubeconfig& config) {
  std::string user;
  if (!config.certificate.empty()) {
    user = fmt::format("    client-certificate-data: {}\n    client-key-data: {}\n",
                       to_base64(config.certificate), to_base64(config.key));
  }
  if (!config.token.empty()) user += fmt::format("    token: {}\n", config.token);
  std::string trust = config.insecure_skip_tls_verify
                          ? "    insecure-skip-tls-verify: true\n"
                          : fmt::format("    certificate-authority-data: {}\n", to_base64(config.authority));
  return fmt::format(
      "apiVersion: v1\nkind: Config\ncurrent-context: pedalion\n"
      "clusters:\n- name: pedalion\n  cluster:\n    server: {}\n{}"
      "users:\n- name: admin\n  user:\n{}"
      "contexts:\n- name: pedalion\n  context:\n    cluster: pedalion\n    user: admin\n",
      config.server, trust, user);
}

Result<Kubeconfig> read_kubeconfig(const std::string& path) {
  TRY(auto text, read_file(path));
  TRY(auto document, codec::parse_yaml(text));
  const json::Value& root = document.root;
  auto missing = [&](std::string_view what) {
    return std::unexpected(Status(400, "BadRequest", fmt::format("{}: {}", path, what)));
  };
  const json::Value* context = named(root, "contexts", root.string_at({"current-context"}), "context");
  if (context == nullptr) return missing("the current context is not there");
  const json::Value* cluster = named(root, "clusters", context->string_at({"cluster"}), "cluster");
  if (cluster == nullptr) return missing("the current context's cluster is not there");
  auto folder = std::filesystem::path(path).parent_path();
  Kubeconfig config;
  config.server = cluster->string_at({"server"});
  if (const json::Value* insecure = cluster->find("insecure-skip-tls-verify")) {
    config.insecure_skip_tls_verify = insecure->bool_or(false);
  }
  TRY(config.authority, data_or_file(*cluster, "certificate-authority", folder));
  if (const json::Value* user = named(root, "users", context->string_at({"user"}), "user")) {
    TRY(config.certificate, data_or_file(*user, "client-certificate", folder));
    TRY(config.key, data_or_file(*user, "client-key", folder));
    config.token = user->string_at({"token"});
  }
  return config;
}

}  // namespace pedalion::controlplane
