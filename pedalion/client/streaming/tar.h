#pragma once
// Tar archives as bytes (POSIX ustar and pax; GNU's long names when read). Pure: knows no files.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "pedalion/base/status.h"

namespace pedalion::client::streaming {

struct TarEntry {
  enum class Kind { kFile, kDirectory, kSymlink, kOther } kind = Kind::kFile;
  std::string name;
  std::string target;  // of a symbolic link
  unsigned mode = 0644;
  std::uint64_t size = 0;  // of a file
  std::int64_t modified = 0;
};

inline constexpr std::size_t kTarBlock = 512;

/// What goes before an entry's bytes; after them comes tar_padding(), and after the last one tar_end().
std::string tar_header(const TarEntry& entry);
std::string tar_padding(std::uint64_t size);
std::string tar_end();

/// What an archive holds, as it is read. A failure ends the reading.
class TarSink {
 public:
  virtual ~TarSink() = default;
  virtual Result<void> begin(const TarEntry& entry) = 0;
  virtual Result<void> data(std::string_view piece) = 0;
  virtual Result<void> end() = 0;
};

class TarReader {
 public:
  explicit TarReader(TarSink& sink) : sink_(sink) {}
  /// Fails (502) on what is no archive, and with what the sink fails with.
  Result<void> receive(std::string_view input);
  /// Whether the archive has come to its end.
  bool ended() const { return ended_; }

 private:
  enum class Content { kData, kPax, kLongName, kSkipped };
  Result<void> take_header();
  Result<void> take_end();
  Result<void> take_pax();

  TarSink& sink_;
  std::string block_;  // a header, as far as it has come
  Content content_ = Content::kData;
  bool in_content_ = false;
  std::uint64_t remaining_ = 0, padding_ = 0;  // of the content
  std::string extension_;                      // content that describes the next entry
  std::string next_name_;                      // … what it said; empty: nothing
  std::int64_t next_size_ = -1;
  bool ended_ = false;
};

}  // namespace pedalion::client::streaming
