#pragma once
// Programs that say who is asking: the ExecCredential of client.authentication.k8s.io, v1 and v1beta1.
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "pedalion/client/config/config.h"
#include "pedalion/client/config/credentials.h"

namespace pedalion::client::config {

/// What $KUBERNETES_EXEC_INFO says to the program: JSON. `authority_pem` is what config.tls.authority holds.
std::string exec_info(const Config& config, std::string_view authority_pem, bool interactive);

struct ExecCredential {
  Credential credential;
  std::optional<std::int64_t> expires;  // seconds since the epoch; none: never
};
/// Reads what a program wrote. Fails (401) when it is of another version than `api_version`, or says nothing.
Result<ExecCredential> parse_exec_credential(std::string_view output, std::string_view api_version);

/// Runs config.exec, which is there, when it is first asked, when what it said expires, and after a 401;
/// never twice at a time. Fails (400) when the configuration asks for what cannot be had.
Result<std::unique_ptr<CredentialSource>> make_exec_source(Loop& loop, const Config& config,
                                                           Duration deadline);

}  // namespace pedalion::client::config
