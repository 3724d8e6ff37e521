#pragma once
// A body that comes as gzip, read as what it was before.
#include <memory>

#include "pedalion/http/message.h"

namespace pedalion::client::config {

/// Gives out at most 64 KiB a piece, and what has come as soon as it can. read() fails (502) on what is no
/// gzip or ends too early.
std::unique_ptr<http::BodyReader> make_gzip_reader(std::unique_ptr<http::BodyReader> body);

}  // namespace pedalion::client::config
