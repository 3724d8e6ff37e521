#include "pedalion/client/config/text_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace pedalion::client::config {
namespace {

constexpr std::size_t kMostBytes = 16u << 20;

std::unexpected<Status> failed(const std::string& path, const std::string& what, std::string_view reason) {
  return std::unexpected(Status(400, std::string(reason), fmt::format("{}: {}", path, what)));
}

struct Descriptor {
  int value;
  ~Descriptor() {
    if (value >= 0) close(value);
  }
};

}  // namespace

Result<std::string> read_text_file(const std::string& path) {
  // Non-blocking, for a pipe without a writer would hold the loop.
  Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.value < 0) return failed(path, std::strerror(errno), errno == ENOENT ? "NotFound" : "BadRequest");
  struct stat status{};
  if (fstat(file.value, &status) != 0) return failed(path, std::strerror(errno), "BadRequest");
  if (!S_ISREG(status.st_mode)) return failed(path, "it is no regular file", "BadRequest");
  std::string text;
  char buffer[16384];
  while (true) {
    auto count = read(file.value, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed(path, std::strerror(errno), "BadRequest");
    if (count == 0) return text;
    text.append(buffer, static_cast<std::size_t>(count));
    if (text.size() > kMostBytes) return failed(path, "it is too large", "BadRequest");
  }
}

}  // namespace pedalion::client::config
