#pragma once
// What lies in the store of a value under KMS v2: a protobuf message of few fields.
#include <cstdint>
#include <string>
#include <string_view>

#include "pedalion/storage/encryption/kms.h"

namespace pedalion::storage::encryption {

struct EncryptedObject {
  /// What `secret` is: the key itself, as kube-apiserver wrote before 1.29, or the seed of keys.
  enum class Source : std::uint8_t { kKey = 0, kSeed = 1 };
  std::string data;
  SealedSecret secret;
  Source source = Source::kKey;
};

std::string to_bytes(const EncryptedObject& object);
/// Fails with 500, also when it lacks something or something is too large.
Result<EncryptedObject> parse_encrypted_object(std::string_view bytes);
/// Why kube-apiserver would not take such a secret; empty: it does.
std::string problem_of(const SealedSecret& secret);

}  // namespace pedalion::storage::encryption
