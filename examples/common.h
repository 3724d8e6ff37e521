#pragma once
// What all examples do alike: open a session, or say why it cannot be, and wait for Tasks.
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include "pedalion/client/config/session.h"

namespace examples {

/// Ends the program with the message of an error.
[[noreturn]] inline void fail(const pedalion::Status& status) {
  std::cerr << "error: " << status.message << "\n";
  std::exit(1);
}

template <class T>
T or_fail(pedalion::Result<T> result) {
  if (!result) fail(result.error());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

inline std::unique_ptr<pedalion::client::config::Session> open_session() {
  return or_fail(pedalion::client::config::Session::open());
}

}  // namespace examples
