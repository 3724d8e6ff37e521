#pragma once
// The socket as a connection of the client sees it: plain or TLS, never blocking.
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace pedalion::http::transport {

/// Belongs to one loop. Callbacks of waits run on it, never within the call that set them; close() and the
/// destructor drop them or let them run once more.
class Transport {
 public:
  enum class Kind { kDone, kWait, kFailed };
  struct Outcome {
    Kind kind = Kind::kDone;
    std::size_t bytes = 0;  // kDone; a read of none: the peer has closed its side
    std::string error;      // kFailed
  };

  virtual ~Transport() = default;
  virtual Outcome read(std::span<char> buffer) = 0;
  virtual Outcome write(std::string_view bytes) = 0;
  /// After a kWait of that direction, or at the beginning. One wait a direction at a time.
  virtual void wait_read(std::function<void()> ready) = 0;
  virtual void wait_write(std::function<void()> ready) = 0;
  virtual void close() = 0;
};

}  // namespace pedalion::http::transport
