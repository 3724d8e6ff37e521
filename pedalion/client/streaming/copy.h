#pragma once
// cp: files and directories to and from a container, by the `tar` that its image must hold.
#include <filesystem>
#include <functional>
#include <string>

#include "pedalion/base/task.h"
#include "pedalion/client/rest/rest_client.h"
#include "pedalion/client/streaming/remote_command.h"

namespace pedalion::client::streaming {

struct CopyOptions {
  /// Called for what is left out: entries that are neither files nor directories; coming from a container,
  /// symbolic links too, as a container may not choose where on this machine is written.
  std::function<void(const std::string& name)> on_skipped;
  WebSocketOptions socket;
};

/// Makes a copy of the file or directory `local` that is named `remote`, an absolute path whose directory
/// exists. Reads files on the loop's thread. Fails when a file cannot be read, when tar fails (500, with what
/// it says), and as exec does.
Task<Result<void>> copy_to(rest::RestClient& client, ExecTarget target, std::filesystem::path local,
                           std::string remote, CopyOptions options = {});

/// Makes a copy of `remote` that is named `local`. What was there stays, or is overwritten where names are
/// the same. Fails, too, when the archive is cut, malformed, or names what lies outside of `remote`; files
/// that have come whole stay.
Task<Result<void>> copy_from(rest::RestClient& client, ExecTarget target, std::string remote,
                             std::filesystem::path local, CopyOptions options = {});

}  // namespace pedalion::client::streaming
