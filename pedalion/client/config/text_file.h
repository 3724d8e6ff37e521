#pragma once
// Small files of configuration: tokens, certificates, kubeconfigs.
#include <string>

#include "pedalion/base/status.h"

namespace pedalion::client::config {

/// All of a regular file, at most 16 MiB. Fails (400, reason NotFound when it is not there) with its name and
/// what the system says.
Result<std::string> read_text_file(const std::string& path);

}  // namespace pedalion::client::config
