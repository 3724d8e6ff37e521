#pragma once
// Encryption with a key that another process keeps: kube-apiserver's KMS v2 (KEP-3299).
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "pedalion/storage/encryption/transformer.h"

namespace pedalion::storage::encryption {

struct KmsStatus {
  std::string version, healthz, key_id;
};

/// A secret as the plugin has encrypted it, and what it wants to be told for decrypting it.
struct SealedSecret {
  std::string ciphertext, key_id;
  std::map<std::string, std::string> annotations;
};

/// The process that keeps the key. Each call waits for its answer, or until its time is over. Thread-safe.
class KmsPlugin {
 public:
  virtual ~KmsPlugin() = default;
  virtual Result<KmsStatus> status() = 0;
  virtual Result<SealedSecret> encrypt(const std::string& secret) = 0;
  virtual Result<std::string> decrypt(const SealedSecret& sealed) = 0;
};

/// Values are encrypted with keys that are derived from a seed; the plugin encrypts the seed, which is stored
/// with each value. A new seed is made at start and when the plugin's key has changed. The plugin is asked
/// for its state each minute, and each ten seconds while it is not well; a seed it has not vouched for in
/// three minutes writes no more.
class Kms final : public Transformer {
 public:
  /// Asks once before it returns; what is amiss is told by healthy() and in the log.
  Kms(std::string name, std::unique_ptr<KmsPlugin> plugin);
  ~Kms() override;

  std::string_view prefix() const override { return prefix_; }
  Result<Opened> from_storage(std::string_view value, std::string_view key) const override;
  Result<std::string> to_storage(std::string_view value, std::string_view key) const override;
  bool may_wait() const override { return true; }

  /// Of the last time the plugin was asked.
  Result<void> healthy() const;
  /// Asks now.
  void probe();

 private:
  struct Seed {
    std::string bytes;
    SealedSecret sealed;
    std::chrono::system_clock::time_point expires;
  };
  Result<void> ask();
  Result<void> renew_seed(const std::string& key_id);
  Result<std::string> secret_of(const std::string& identity, const SealedSecret& sealed) const;
  void run();

  const std::string name_, prefix_;
  const std::unique_ptr<KmsPlugin> plugin_;

  mutable std::mutex mutex_;  // guards all below
  std::shared_ptr<const Seed> seed_;
  std::optional<Status> failure_;
  mutable std::map<std::string, std::string, std::less<>>
      secrets_;  // that were decrypted, by what identifies them
  bool stopping_ = false;
  std::condition_variable stop_;
  std::thread prober_;
};

}  // namespace pedalion::storage::encryption
