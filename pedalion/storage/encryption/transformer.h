#pragma once
// How values are changed on their way into the store and back: encryption at rest, in kube-apiserver's
// formats.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/base/status.h"

namespace pedalion::storage::encryption {

/// What was read, and whether it ought to be written anew: it has not been written by the provider (or the
/// key) that writes now.
struct Opened {
  std::string value;
  bool stale = false;
};

/// One provider with its keys, the first of which writes. Thread-safe.
class Transformer {
 public:
  virtual ~Transformer() = default;
  /// What its values begin with: "k8s:enc:aesgcm:v1:"; empty: it takes what nobody else does.
  virtual std::string_view prefix() const = 0;
  /// `value` without the prefix. `key`: the store's, which some formats bind the value to. Fails with 500.
  virtual Result<Opened> from_storage(std::string_view value, std::string_view key) const = 0;
  virtual Result<std::string> to_storage(std::string_view value, std::string_view key) const = 0;
  /// from_storage() may ask another process, and wait for it: not on a loop.
  virtual bool may_wait() const { return false; }
};

struct NamedKey {
  std::string name, secret;  // the secret's bytes
};

/// `keys` is not empty, its secrets have a length that the cipher takes: 16, 24 or 32 bytes; 32 for
/// secretbox.
std::unique_ptr<Transformer> aes_cbc(std::vector<NamedKey> keys);
std::unique_ptr<Transformer> aes_gcm(std::vector<NamedKey> keys);
std::unique_ptr<Transformer> secretbox(std::vector<NamedKey> keys);
/// Plain values; refuses to take an encrypted one for a plain one.
std::unique_ptr<Transformer> identity();

/// Several providers in order: the first one writes, all read. Thread-safe.
class Chain {
 public:
  explicit Chain(std::vector<std::shared_ptr<Transformer>> transformers)
      : transformers_(std::move(transformers)) {}
  Result<Opened> from_storage(std::string_view value, std::string_view key) const;
  Result<std::string> to_storage(std::string_view value, std::string_view key) const;
  bool may_wait() const;

 private:
  std::vector<std::shared_ptr<Transformer>> transformers_;
};

}  // namespace pedalion::storage::encryption
