#pragma once
// Compression of answers, piece by piece (wire contract: level 1, bodies above 128 KiB, only when "gzip" is
// accepted).
#include <memory>
#include <string>
#include <string_view>

#include "pedalion/http/message.h"

namespace pedalion::endpoints {

inline constexpr std::size_t kGzipThreshold = 128 << 10;

bool accepts_gzip(const http::Request& request);

/// A gzip member being written. Memory: some 270 kB, gone with it.
class Gzip {
 public:
  Gzip();
  ~Gzip();
  Gzip(Gzip&&) noexcept;
  Gzip& operator=(Gzip&&) noexcept;
  /// Appends what has become of `text` so far.
  void add(std::string_view text, std::string& out);
  /// Appends the rest.
  void finish(std::string& out);

 private:
  struct Stream;
  void run(std::string_view text, int flush, std::string& out);
  std::unique_ptr<Stream> stream_;
};

}  // namespace pedalion::endpoints
