#pragma once
// A key management service behind a unix socket, spoken to by gRPC.
#include <chrono>
#include <memory>
#include <string>

#include "pedalion/storage/encryption/kms.h"

namespace pedalion::storage::kms {

/// `endpoint`: "unix:///run/kms.sock", "unix:///@abstract". Connects to nobody yet. `timeout`: of each call.
Result<std::unique_ptr<encryption::KmsPlugin>> open_plugin(const std::string& endpoint,
                                                           std::chrono::milliseconds timeout);

}  // namespace pedalion::storage::kms
