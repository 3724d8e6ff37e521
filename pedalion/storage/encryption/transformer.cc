#include "pedalion/storage/encryption/transformer.h"

#include <algorithm>

#include "pedalion/storage/encryption/ciphers.h"
#include "pedalion/storage/errors.h"

namespace pedalion::storage::encryption {
namespace {

constexpr std::string_view kEncrypted = "k8s:enc:";

class Keyed final : public Transformer {
 public:
  Keyed(const Cipher& cipher, std::vector<NamedKey> keys) : cipher_(cipher), keys_(std::move(keys)) {}

  std::string_view prefix() const override { return cipher_.prefix; }

  Result<Opened> from_storage(std::string_view value, std::string_view key) const override {
    Status last = storage_failed("no key of that name is configured");
    for (const NamedKey& candidate : keys_) {
      if (!value.starts_with(candidate.name + ":")) continue;
      auto plain = cipher_.open(candidate.secret, value.substr(candidate.name.size() + 1),
                                cipher_.binds_key ? key : "");
      if (plain) return Opened{*std::move(plain), &candidate != &keys_.front()};
      last = std::move(plain).error();
    }
    return std::unexpected(std::move(last));
  }

  Result<std::string> to_storage(std::string_view value, std::string_view key) const override {
    TRY(std::string sealed, cipher_.seal(keys_.front().secret, value, cipher_.binds_key ? key : ""));
    return keys_.front().name + ":" + sealed;
  }

 private:
  const Cipher& cipher_;
  const std::vector<NamedKey> keys_;
};

class Identity final : public Transformer {
 public:
  std::string_view prefix() const override { return {}; }
  Result<Opened> from_storage(std::string_view value, std::string_view) const override {
    if (value.starts_with(kEncrypted))
      return std::unexpected(storage_failed("identity transformer tried to read encrypted data"));
    return Opened{std::string(value), false};
  }
  Result<std::string> to_storage(std::string_view value, std::string_view) const override {
    return std::string(value);
  }
};

}  // namespace

std::unique_ptr<Transformer> aes_cbc(std::vector<NamedKey> keys) {
  return std::make_unique<Keyed>(kAesCbc, std::move(keys));
}
std::unique_ptr<Transformer> aes_gcm(std::vector<NamedKey> keys) {
  return std::make_unique<Keyed>(kAesGcm, std::move(keys));
}
std::unique_ptr<Transformer> secretbox(std::vector<NamedKey> keys) {
  return std::make_unique<Keyed>(kSecretbox, std::move(keys));
}
std::unique_ptr<Transformer> identity() { return std::make_unique<Identity>(); }

Result<Opened> Chain::from_storage(std::string_view value, std::string_view key) const {
  Status last = storage_failed("no matching prefix found");
  for (const auto& transformer : transformers_) {
    if (!value.starts_with(transformer->prefix())) continue;
    auto opened = transformer->from_storage(value.substr(transformer->prefix().size()), key);
    if (opened) {
      opened->stale = opened->stale || transformer != transformers_.front();
      return opened;
    }
    last = std::move(opened).error();
  }
  return std::unexpected(std::move(last));
}

bool Chain::may_wait() const {
  return std::ranges::any_of(transformers_, [](const auto& transformer) { return transformer->may_wait(); });
}

Result<std::string> Chain::to_storage(std::string_view value, std::string_view key) const {
  const Transformer& writer = *transformers_.front();
  TRY(std::string sealed, writer.to_storage(value, key));
  return std::string(writer.prefix()) + sealed;
}

}  // namespace pedalion::storage::encryption
