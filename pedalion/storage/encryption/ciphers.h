#pragma once
// The ciphers themselves: bytes and a key in, bytes out. Nonces are made anew for each value.
#include <string>
#include <string_view>

#include "pedalion/base/status.h"

namespace pedalion::storage::encryption {

/// A cipher whose output begins with its nonce. Fails with 500: a value that was changed, or another key.
struct Cipher {
  std::string_view prefix;  // of stored values
  bool binds_key;           // the store's key is authenticated with the value
  Result<std::string> (*seal)(std::string_view secret, std::string_view plain, std::string_view bound);
  Result<std::string> (*open)(std::string_view secret, std::string_view sealed, std::string_view bound);
};

extern const Cipher kAesCbc, kAesGcm, kSecretbox;

}  // namespace pedalion::storage::encryption
