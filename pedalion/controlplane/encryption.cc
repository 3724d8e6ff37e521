#include "pedalion/controlplane/encryption.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "pedalion/apimachinery/codec/protobuf_wire.h"
#include "pedalion/apimachinery/codec/yaml.h"
#include "pedalion/base/log.h"
#include "pedalion/registry/builtin/catalog/catalog.h"

namespace pedalion::controlplane {
namespace {

namespace catalog = registry::builtin::catalog;
using json::Value;
using namespace storage::encryption;

constexpr std::chrono::minutes kReloadInterval(1);

std::unexpected<Status> wrong(std::string text) {
  return std::unexpected(Status(400, "BadRequest", "--encryption-provider-config: " + std::move(text)));
}

using MakeTransformer = std::unique_ptr<Transformer> (*)(std::vector<NamedKey>);

struct KeyedProvider {
  std::string_view name;
  MakeTransformer make;
  std::vector<std::size_t> sizes;  // of a secret, in bytes
};

const KeyedProvider kKeyed[] = {
    {"aescbc", aes_cbc, {16, 24, 32}}, {"aesgcm", aes_gcm, {16, 24, 32}}, {"secretbox", secretbox, {32}}};

Result<NamedKey> read_key(const Value& entry, const KeyedProvider& provider, const std::string& at) {
  NamedKey key{std::string(entry.string_at({"name"})), {}};
  if (key.name.empty()) return wrong(at + ".name: Required value: encryption key name should not be empty");
  if (key.name.find(':') != key.name.npos) return wrong(at + ".name: Invalid value: must not contain \":\"");
  std::string_view secret = entry.string_at({"secret"});
  if (secret.empty()) return wrong(at + ".secret: Required value: encryption key secret should not be empty");
  if (!codec::append_base64_decoded(key.secret, secret)) {
    return wrong(at + ".secret: Invalid value: \"REDACTED\": secrets must be base64 encoded");
  }
  if (std::ranges::find(provider.sizes, key.secret.size()) == provider.sizes.end()) {
    return wrong(
        fmt::format("{}.secret: Invalid value: \"REDACTED\": secret is not of the expected length, got {}, "
                    "expected one of [{}]",
                    at, key.secret.size(), fmt::join(provider.sizes, " ")));
  }
  return key;
}

Result<std::unique_ptr<Transformer>> read_provider(const Value& entry, const std::string& at) {
  if (entry.size() != 1) return wrong(at + ": one provider per element is wanted");
  std::string_view name = entry.members()[0].name;
  if (name == "identity") return identity();
  if (name == "kms") return wrong(at + ".kms: key management services are not there yet");
  for (const KeyedProvider& provider : kKeyed) {
    if (provider.name != name) continue;
    const Value* list = entry.at({name, "keys"});
    if (list == nullptr || list->items().empty())
      return wrong(fmt::format("{}.{}.keys: Required value: at least one key is wanted", at, name));
    std::vector<NamedKey> keys;
    for (std::size_t i = 0; i < list->items().size(); ++i) {
      TRY(NamedKey key, read_key(list->items()[i], provider, fmt::format("{}.{}.keys[{}]", at, name, i)));
      keys.push_back(std::move(key));
    }
    return provider.make(std::move(keys));
  }
  return wrong(fmt::format("{}: unknown provider \"{}\"", at, name));
}

Result<std::shared_ptr<const Chain>> read_chain(const Value& entry, const std::string& at) {
  const Value* list = entry.find("providers");
  if (list == nullptr || list->items().empty())
    return wrong(at + ".providers: Required value: at least one provider is wanted");
  std::vector<std::unique_ptr<Transformer>> providers;
  for (std::size_t i = 0; i < list->items().size(); ++i) {
    TRY(auto provider, read_provider(list->items()[i], fmt::format("{}.providers[{}]", at, i)));
    providers.push_back(std::move(provider));
  }
  return std::make_shared<const Chain>(std::move(providers));
}

/// "secrets" and "deployments.apps" name one, "*.apps" a group ("*." the core group), "*.*" all.
bool names(std::string_view pattern, std::string_view group, std::string_view resource) {
  std::size_t dot = pattern.find('.');
  std::string_view wanted_group = dot == pattern.npos ? "" : pattern.substr(dot + 1),
                   wanted = pattern.substr(0, dot);
  if (pattern == "*.*") return true;
  return wanted_group == group && (wanted == "*" || wanted == resource);
}

/// The first entry that names a resource has it.
Result<void> add_rules(const Value& entry, const std::string& at, std::string_view key_prefix, Rules& rules) {
  const Value* patterns = entry.find("resources");
  if (patterns == nullptr || patterns->items().empty())
    return wrong(at + ".resources: Required value: at least one resource is wanted");
  TRY(std::shared_ptr<const Chain> chain, read_chain(entry, at));
  for (const Value& pattern : patterns->items()) {
    bool any = false;
    for (const auto& group : catalog::groups()) {
      for (const auto& facts : group.resources) {
        if (facts.has(catalog::kNotStored) || !names(pattern.string_or(), group.group, facts.resource))
          continue;
        rules.try_emplace(fmt::format("{}/{}/", key_prefix, facts.key()), chain);
        any = true;
      }
    }
    // Names of custom resources: their keys hold group and plural.
    std::size_t dot = pattern.string_or().find('.');
    if (!any && dot != std::string_view::npos && !pattern.string_or().starts_with('*')) {
      rules.try_emplace(fmt::format("{}/{}/{}/", key_prefix, pattern.string_or().substr(dot + 1),
                                    pattern.string_or().substr(0, dot)),
                        chain);
    }
  }
  return {};
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) return wrong("cannot read " + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

Result<Rules> encryption_rules(std::string_view text, std::string_view key_prefix) {
  auto document = codec::parse_yaml(text);
  if (!document) return wrong(document.error().message);
  const Value& root = document->root;
  if (root.string_at({"kind"}) != "EncryptionConfiguration" ||
      root.string_at({"apiVersion"}) != "apiserver.config.k8s.io/v1") {
    return wrong("apiVersion: apiserver.config.k8s.io/v1 and kind: EncryptionConfiguration are wanted");
  }
  const Value* entries = root.find("resources");
  if (entries == nullptr || entries->items().empty())
    return wrong("resources: Required value: at least one entry is wanted");
  Rules rules;
  for (std::size_t i = 0; i < entries->items().size(); ++i) {
    TRY_OK(add_rules(entries->items()[i], fmt::format("resources[{}]", i), key_prefix, rules));
  }
  return rules;
}

Result<std::unique_ptr<Encryption>> Encryption::open(storage::Store& below, Choice choice) {
  TRY(std::string text, read_file(choice.file));
  TRY(Rules rules, encryption_rules(text, choice.key_prefix));
  return std::unique_ptr<Encryption>(
      new Encryption(below, std::move(choice), std::move(text), std::move(rules)));
}

Encryption::Encryption(storage::Store& below, Choice choice, std::string text, Rules rules)
    : choice_(std::move(choice)), text_(std::move(text)), store_(below, std::move(rules)) {
  if (choice_.reload) reloader_ = std::thread([this] { run(); });
}

Encryption::~Encryption() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    stop_.notify_all();
  }
  if (reloader_.joinable()) reloader_.join();
}

void Encryption::run() {
  std::unique_lock lock(mutex_);
  while (!stop_.wait_for(lock, kReloadInterval, [this] { return stopping_; })) reload();
}

void Encryption::reload() {
  auto text = read_file(choice_.file);
  if (text && *text == text_) return;
  auto rules = text ? encryption_rules(*text, choice_.key_prefix) : std::unexpected(text.error());
  if (!rules) {
    log::error("the encryption configuration was not read again",
               {{"file", choice_.file}, {"cause", rules.error().message}});
    return;
  }
  text_ = *std::move(text);
  store_.set_rules(*std::move(rules));
  log::info("the encryption configuration was read again", {{"file", choice_.file}});
}

}  // namespace pedalion::controlplane
