#pragma once
// The EncryptionConfiguration file (apiserver.config.k8s.io/v1): which resources are encrypted in the store,
// and how.
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "pedalion/storage/encryption/encrypting_store.h"

namespace pedalion::controlplane {

/// Reads the file's text. `key_prefix`: of all keys, "/registry". Fails (400) with what is wrong and where; a
/// kms provider is one of these: it is not there yet.
Result<storage::encryption::Rules> encryption_rules(std::string_view text, std::string_view key_prefix);

/// The store as the file says, which is read again when it has changed (each minute, if asked for). A file
/// that cannot be read then changes nothing and is reported in the log.
class Encryption {
 public:
  struct Choice {
    std::string file;
    bool reload = false;
    std::string key_prefix = "/registry";
  };
  /// `below` is borrowed. Fails when the file cannot be read, or as encryption_rules() does.
  static Result<std::unique_ptr<Encryption>> open(storage::Store& below, Choice choice);
  ~Encryption();

  storage::Store& store() { return store_; }
  /// Looks at the file now.
  void reload();

 private:
  Encryption(storage::Store& below, Choice choice, std::string text, storage::encryption::Rules rules);
  void run();

  const Choice choice_;
  std::string text_;  // as it was read last
  storage::encryption::EncryptingStore store_;
  std::mutex mutex_;  // guards stopping_
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread reloader_;
};

}  // namespace pedalion::controlplane
