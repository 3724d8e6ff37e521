#pragma once
// Who is asking, as it changes while a client lives: fixed, from a file that is read again, from a program.
#include <memory>
#include <string>

#include "pedalion/base/loop.h"
#include "pedalion/base/status.h"
#include "pedalion/base/task.h"
#include "pedalion/client/config/config.h"

namespace pedalion::client::config {

struct Credential {
  std::string authorization;             // of the header; empty: none
  std::string certificate_pem, key_pem;  // in place of the configuration's; empty: none
};

/// Belongs to one loop; outlives its Tasks.
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;
  /// What to send now. Fails when nothing can be had: 401.
  virtual Task<Result<Credential>> current() = 0;
  /// A server has answered 401 to `used`: the next current() looks for another.
  virtual void rejected(const Credential& used) { (void)used; }
};

/// When things are looked at again (client-go's times).
struct Periods {
  std::chrono::milliseconds certificates{std::chrono::minutes(5)};
  std::chrono::milliseconds token{std::chrono::seconds(50)};  // a minute, with ten seconds of leeway
  std::chrono::milliseconds exec{std::chrono::minutes(5)};    // how long a plugin may take
};

/// Fails when a token's file cannot be read and there is no other token.
Result<std::unique_ptr<CredentialSource>> make_credential_source(Loop& loop, const Config& config,
                                                                 const Periods& periods);

}  // namespace pedalion::client::config
