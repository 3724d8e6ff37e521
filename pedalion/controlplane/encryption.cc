#include "pedalion/controlplane/encryption.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "pedalion/apimachinery/codec/protobuf_wire.h"
#include "pedalion/apimachinery/codec/yaml.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/base/log.h"
#include "pedalion/registry/builtin/catalog/catalog.h"

namespace pedalion::controlplane {
namespace {

namespace catalog = registry::builtin::catalog;
using json::Value;
using namespace storage::encryption;

constexpr std::chrono::minutes kReloadInterval(1);
constexpr std::chrono::seconds kKmsTimeout(3);  // unless the file says another

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

/// Reads the providers of one file.
class ProviderReader {
 public:
  ProviderReader(const OpenKms& open_kms, std::vector<std::shared_ptr<Kms>>& all)
      : open_kms_(open_kms), all_(all) {}
  Result<std::shared_ptr<Transformer>> read(const Value& entry, const std::string& at);

 private:
  Result<std::shared_ptr<Transformer>> read_kms(const Value& kms, const std::string& at);

  const OpenKms& open_kms_;
  std::vector<std::shared_ptr<Kms>>& all_;
};

Result<std::shared_ptr<Transformer>> ProviderReader::read_kms(const Value& kms, const std::string& at) {
  const std::string version(kms.string_at({"apiVersion"})), name(kms.string_at({"name"})),
      endpoint(kms.string_at({"endpoint"})), timeout_text(kms.string_at({"timeout"}));
  if (version.empty() || version == "v1") {
    return wrong(at +
                 ": KMSv1 is deprecated and will only receive security updates going forward. Use KMSv2 "
                 "instead.  Set --feature-gates=KMSv1=true to use the deprecated KMSv1 feature.");
  }
  if (version != "v2")
    return wrong(fmt::format(
        "{}.apiVersion: Invalid value: \"{}\": unsupported apiVersion {} for KMS provider, only v1 "
        "and v2 are supported",
        at, version, version));
  if (name.empty()) return wrong(at + ".name: Required value: name is mandatory for a provider");
  if (name.find(':') != name.npos)
    return wrong(
        fmt::format("{}.name: Invalid value: \"{}\": invalid KMS provider name {}, must not contain ':'", at,
                    name, name));
  const std::string prefix = "k8s:enc:kms:v2:" + name + ":";
  if (std::ranges::any_of(all_, [&](const auto& other) { return other->prefix() == prefix; }))
    return wrong(
        fmt::format("{}.name: Invalid value: \"{}\": duplicate KMS provider name {}, names must be unique",
                    at, name, name));
  if (kms.find("cachesize") != nullptr)
    return wrong(at + ".cachesize: Invalid value: cachesize is not supported in v2");
  if (endpoint.empty()) return wrong(at + ".endpoint: Invalid value: \"\": endpoint is mandatory for a kms");
  if (!endpoint.starts_with("unix://"))
    return wrong(
        fmt::format("{}.endpoint: Invalid value: \"{}\": unsupported scheme \"{}\" for KMS provider, only "
                    "unix is supported",
                    at, endpoint, endpoint.substr(0, endpoint.find(':'))));
  auto timeout = timeout_text.empty() ? Result<std::chrono::nanoseconds>(kKmsTimeout)
                                      : meta::parse_go_duration(timeout_text);
  if (!timeout || timeout->count() <= 0)
    return wrong(fmt::format("{}.timeout: Invalid value: \"{}\": timeout should be a positive value", at,
                             timeout_text));
  TRY(auto plugin, open_kms_(endpoint, std::chrono::ceil<std::chrono::milliseconds>(*timeout)));
  all_.push_back(std::make_shared<Kms>(name, std::move(plugin)));
  return all_.back();
}

Result<std::shared_ptr<Transformer>> ProviderReader::read(const Value& entry, const std::string& at) {
  if (entry.size() != 1) return wrong(at + ": one provider per element is wanted");
  std::string_view name = entry.members()[0].name;
  if (name == "identity") return identity();
  if (name == "kms") return read_kms(entry.members()[0].value, at + ".kms");
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

Result<std::shared_ptr<const Chain>> read_chain(const Value& entry, const std::string& at,
                                                ProviderReader& reader) {
  const Value* list = entry.find("providers");
  if (list == nullptr || list->items().empty())
    return wrong(at + ".providers: Required value: at least one provider is wanted");
  std::vector<std::shared_ptr<Transformer>> providers;
  for (std::size_t i = 0; i < list->items().size(); ++i) {
    TRY(auto provider, reader.read(list->items()[i], fmt::format("{}.providers[{}]", at, i)));
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
Result<void> add_rules(const Value& entry, const std::string& at, std::string_view key_prefix,
                       ProviderReader& reader, Rules& rules) {
  const Value* patterns = entry.find("resources");
  if (patterns == nullptr || patterns->items().empty())
    return wrong(at + ".resources: Required value: at least one resource is wanted");
  TRY(std::shared_ptr<const Chain> chain, read_chain(entry, at, reader));
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

Result<void> healthy(const std::vector<std::shared_ptr<Kms>>& all) {
  for (const auto& provider : all) TRY_OK(provider->healthy());
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

Result<EncryptionPlan> encryption_plan(std::string_view text, std::string_view key_prefix,
                                       const OpenKms& open_kms) {
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
  EncryptionPlan plan;
  ProviderReader reader(open_kms, plan.kms);
  for (std::size_t i = 0; i < entries->items().size(); ++i) {
    TRY_OK(add_rules(entries->items()[i], fmt::format("resources[{}]", i), key_prefix, reader, plan.rules));
  }
  return plan;
}

Result<std::unique_ptr<Encryption>> Encryption::open(storage::Store& below, Choice choice) {
  TRY(std::string text, read_file(choice.file));
  TRY(EncryptionPlan plan, encryption_plan(text, choice.key_prefix, choice.open_kms));
  return std::unique_ptr<Encryption>(
      new Encryption(below, std::move(choice), std::move(text), std::move(plan)));
}

Encryption::Encryption(storage::Store& below, Choice choice, std::string text, EncryptionPlan plan)
    : choice_(std::move(choice)),
      text_(std::move(text)),
      store_(below, std::move(plan.rules)),
      kms_(std::move(plan.kms)) {
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
  while (!stop_.wait_for(lock, kReloadInterval, [this] { return stopping_; })) {
    lock.unlock();
    reload();
    lock.lock();
  }
}

std::vector<std::shared_ptr<Kms>> Encryption::kms() const {
  std::lock_guard lock(mutex_);
  return kms_;
}

std::vector<server::HealthCheck> Encryption::checks() const {
  if (choice_.reload) return {{"kms-providers", [this] { return healthy(kms()); }}};
  std::vector<server::HealthCheck> checks;
  for (const auto& provider : kms()) {
    checks.push_back(
        {fmt::format("kms-provider-{}", checks.size()), [provider] { return provider->healthy(); }});
  }
  return checks;
}

void Encryption::reload() {
  auto text = read_file(choice_.file);
  if (text && *text == text_) return;
  auto plan =
      text ? encryption_plan(*text, choice_.key_prefix, choice_.open_kms) : std::unexpected(text.error());
  Result<void> well;
  if (plan) {
    well = healthy(plan->kms);
  } else {
    well = std::unexpected(plan.error());
  }
  if (!well) {
    log::error("the encryption configuration was not read again",
               {{"file", choice_.file}, {"cause", well.error().message}});
    return;
  }
  text_ = *std::move(text);
  store_.set_rules(std::move(plan->rules));
  {
    std::lock_guard lock(mutex_);
    kms_.swap(plan->kms);  // the former end without the lock
  }
  log::info("the encryption configuration was read again", {{"file", choice_.file}});
}

}  // namespace pedalion::controlplane
