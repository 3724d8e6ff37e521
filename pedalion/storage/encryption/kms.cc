#include "pedalion/storage/encryption/kms.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "pedalion/base/log.h"
#include "pedalion/storage/encryption/ciphers.h"
#include "pedalion/storage/encryption/encrypted_object.h"
#include "pedalion/storage/errors.h"

namespace pedalion::storage::encryption {
namespace {

using Clock = std::chrono::system_clock;
using Source = EncryptedObject::Source;

// kube-apiserver's numbers.
constexpr std::size_t kSeedBytes = 32, kInfoBytes = 32;
constexpr std::chrono::seconds kProbeInterval(60), kProbeIntervalWhenUnwell(10), kSeedLife(180);
constexpr std::size_t kMostSecrets = 10000;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Result<std::string> random(std::size_t size) {
  std::string made(size, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(made.data()), static_cast<int>(size)) != 1)
    return std::unexpected(storage_failed("no random bytes are to be had"));
  return made;
}

/// HKDF's expansion with SHA-256 (RFC 5869, 2.3), of which one block is all that is wanted.
std::string derived_key(std::string_view seed, std::string_view info) {
  const std::string message = std::string(info) + '\x01';
  unsigned char key[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), seed.data(), static_cast<int>(seed.size()), bytes(message), message.size(), key, &size);
  return std::string(reinterpret_cast<char*>(key), size);
}

/// Key IDs are not written into logs and messages themselves.
std::string hash_of(std::string_view key_id) {
  if (key_id.empty()) return {};
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(key_id.data(), key_id.size(), digest, &size, EVP_sha256(), nullptr);
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text = "sha256:";
  for (unsigned i = 0; i < size; ++i) {
    text += kHex[digest[i] >> 4];
    text += kHex[digest[i] & 15];
  }
  return text;
}

/// What tells one secret from others: all of the stored object but its data.
std::string identity_of(const SealedSecret& secret, Source source) { return to_bytes({{}, secret, source}); }

std::string problem_of_status(const KmsStatus& status) {
  std::vector<std::string> problems;
  if (status.healthz != "ok") problems.push_back("got unexpected healthz status: " + status.healthz);
  if (status.version != "v2" && status.version != "v2beta1")
    problems.push_back("expected KMSv2 API version v2, got " + status.version);
  if (status.key_id.empty()) problems.push_back("expected KMSv2 KeyID to be set, got empty");
  std::string all;
  for (const auto& problem : problems) all += (all.empty() ? "" : ", ") + problem;
  return problems.size() > 1 ? "[" + all + "]" : all;
}

}  // namespace

Kms::Kms(std::string name, std::unique_ptr<KmsPlugin> plugin)
    : name_(std::move(name)), prefix_("k8s:enc:kms:v2:" + name_ + ":"), plugin_(std::move(plugin)) {
  probe();
  prober_ = std::thread([this] { run(); });
}

Kms::~Kms() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    stop_.notify_all();
  }
  prober_.join();
}

Result<void> Kms::healthy() const {
  std::lock_guard lock(mutex_);
  if (failure_) return std::unexpected(*failure_);
  return {};
}

void Kms::run() {
  std::unique_lock lock(mutex_);
  while (!stop_.wait_for(lock, failure_ ? kProbeIntervalWhenUnwell : kProbeInterval,
                         [this] { return stopping_; })) {
    lock.unlock();
    probe();
    lock.lock();
  }
}

void Kms::probe() {
  auto outcome = ask();
  if (!outcome)
    log::error("a key management service is not well",
               {{"provider", name_}, {"cause", outcome.error().message}});
  std::lock_guard lock(mutex_);
  failure_.reset();
  if (!outcome) failure_ = std::move(outcome).error();
}

Result<void> Kms::ask() {
  auto status = plugin_->status();
  if (!status) {
    return std::unexpected(
        storage_failed("failed to perform status section of the healthz check for KMS Provider " + name_ +
                       ", error: " + status.error().message));
  }
  if (auto problem = problem_of_status(*status); !problem.empty())
    return std::unexpected(storage_failed("kmsv2 Provider " + name_ + " is not healthy, error: " + problem));
  return renew_seed(status->key_id);
}

Result<void> Kms::renew_seed(const std::string& key_id) {
  std::shared_ptr<const Seed> present;
  {
    std::lock_guard lock(mutex_);
    present = seed_;
  }
  auto next = std::make_shared<Seed>();
  next->expires = Clock::now() + kSeedLife;
  if (present && present->sealed.key_id == key_id) {
    next->bytes = present->bytes;
    next->sealed = present->sealed;
  } else {
    TRY(next->bytes, random(kSeedBytes));
    auto sealed = plugin_->encrypt(next->bytes);
    std::string problem =
        sealed ? problem_of(*sealed) : "failed to encrypt DEK, error: " + sealed.error().message;
    if (problem.empty() && sealed->key_id != key_id)
      problem = "its key changed meanwhile";  // the next round finds them the same
    if (!problem.empty()) {
      return std::unexpected(storage_failed("failed to rotate DEK, error: " + problem +
                                            ", statusKeyIDHash=\"" + hash_of(key_id) + "\""));
    }
    next->sealed = *std::move(sealed);
  }
  std::lock_guard lock(mutex_);
  secrets_.insert_or_assign(identity_of(next->sealed, Source::kSeed), next->bytes);
  seed_ = std::move(next);
  return {};
}

Result<std::string> Kms::secret_of(const std::string& identity, const SealedSecret& sealed) const {
  {
    std::lock_guard lock(mutex_);
    if (auto known = secrets_.find(identity); known != secrets_.end()) return known->second;
  }
  auto secret = plugin_->decrypt(sealed);
  if (!secret)
    return std::unexpected(storage_failed("failed to decrypt DEK, error: " + secret.error().message));
  std::lock_guard lock(mutex_);
  if (secrets_.size() >= kMostSecrets) secrets_.clear();
  secrets_.insert_or_assign(identity, *secret);
  return *std::move(secret);
}

Result<Opened> Kms::from_storage(std::string_view value, std::string_view key) const {
  TRY(EncryptedObject object, parse_encrypted_object(value));
  TRY(std::string secret, secret_of(identity_of(object.secret, object.source), object.secret));
  std::string_view data = object.data;
  if (object.source == Source::kSeed) {
    if (secret.size() < kSeedBytes) {
      return std::unexpected(storage_failed("invalid seed length " + std::to_string(secret.size()) +
                                            " used for key generation"));
    }
    if (data.size() < kInfoBytes)
      return std::unexpected(storage_failed("the stored data was shorter than the required size"));
    secret = derived_key(secret, data.substr(0, kInfoBytes));
    data.remove_prefix(kInfoBytes);
  } else if (secret.size() != 16 && secret.size() != 24 && secret.size() != 32) {
    return std::unexpected(storage_failed("crypto/aes: invalid key size " + std::to_string(secret.size())));
  }
  TRY(std::string plain, kAesGcm.open(secret, data, key));
  std::lock_guard lock(mutex_);
  bool stale = !seed_ || object.source != Source::kSeed || object.secret.key_id != seed_->sealed.key_id;
  return Opened{std::move(plain), stale};
}

Result<std::string> Kms::to_storage(std::string_view value, std::string_view key) const {
  std::shared_ptr<const Seed> seed;
  {
    std::lock_guard lock(mutex_);
    seed = seed_;
  }
  if (!seed) return std::unexpected(storage_failed("got unexpected nil transformer"));
  if (Clock::now() > seed->expires) {
    return std::unexpected(storage_failed("encryptedDEKSource with keyID hash \"" +
                                          hash_of(seed->sealed.key_id) +
                                          "\" expired: its key management service is not well"));
  }
  TRY(std::string info, random(kInfoBytes));
  TRY(std::string sealed, kAesGcm.seal(derived_key(seed->bytes, info), value, key));
  return to_bytes({info + sealed, seed->sealed, Source::kSeed});
}

}  // namespace pedalion::storage::encryption
