#pragma once
// The EncryptionConfiguration file (apiserver.config.k8s.io/v1): which resources are encrypted in the store,
// and how.
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "pedalion/server/health.h"
#include "pedalion/storage/encryption/encrypting_store.h"
#include "pedalion/storage/encryption/kms.h"

namespace pedalion::controlplane {

/// What the file says. `kms`: its key management services, in its order.
struct EncryptionPlan {
  storage::encryption::Rules rules;
  std::vector<std::shared_ptr<storage::encryption::Kms>> kms;
};

using OpenKms = std::function<Result<std::unique_ptr<storage::encryption::KmsPlugin>>(
    const std::string& endpoint, std::chrono::milliseconds timeout)>;

/// Reads the file's text, and asks its key management services once. `key_prefix`: of all keys, "/registry".
/// Fails (400) with what is wrong and where.
Result<EncryptionPlan> encryption_plan(std::string_view text, std::string_view key_prefix,
                                       const OpenKms& open_kms);

/// The store as the file says, which is read again when it has changed (each minute, if asked for). A file
/// that cannot be read then changes nothing and is reported in the log; so is one whose key management
/// services are not well.
class Encryption {
 public:
  struct Choice {
    std::string file;
    bool reload = false;
    std::string key_prefix = "/registry";
    OpenKms open_kms = {};
  };
  /// `below` is borrowed. Fails when the file cannot be read, or as encryption_plan() does.
  static Result<std::unique_ptr<Encryption>> open(storage::Store& below, Choice choice);
  ~Encryption();

  storage::Store& store() { return store_; }
  /// Looks at the file now.
  void reload();
  /// kms-provider-0 and so on; the one check kms-providers where the file is read again. They refer to this
  /// object.
  std::vector<server::HealthCheck> checks() const;

 private:
  Encryption(storage::Store& below, Choice choice, std::string text, EncryptionPlan plan);
  void run();
  std::vector<std::shared_ptr<storage::encryption::Kms>> kms() const;

  const Choice choice_;
  std::string text_;  // as it was read last
  storage::encryption::EncryptingStore store_;
  mutable std::mutex mutex_;  // guards the two below
  std::vector<std::shared_ptr<storage::encryption::Kms>> kms_;
  bool stopping_ = false;
  std::condition_variable stop_;
  std::thread reloader_;
};

}  // namespace pedalion::controlplane
