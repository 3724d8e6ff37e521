#include "pedalion/client/streaming/copy.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "pedalion/client/streaming/tar.h"

namespace pedalion::client::streaming {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kReadBytes = 64 << 10;
constexpr std::size_t kStderrBytes = 64 << 10;

Status failed(std::string_view what, const fs::path& path, int error) {
  return Status(500, "InternalError", fmt::format("{} {}: {}", what, path.string(), std::strerror(error)));
}

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const { return number_; }
  bool open() const { return number_ >= 0; }

 private:
  int number_;
};

// A file or directory as an archive, read as it is asked for.
class TarBody final : public http::BodyReader {
 public:
  TarBody(fs::path local, std::string name, std::function<void(const std::string&)> on_skipped)
      : on_skipped_(std::move(on_skipped)) {
    waiting_.push_back({std::move(local), std::move(name)});
  }
  Task<Result<Bytes>> read() override { co_return next(); }

 private:
  struct Item {
    fs::path path;
    std::string name;  // in the archive
  };

  Result<Bytes> next() {
    while (!file_.open()) {
      if (waiting_.empty()) return Bytes(std::exchange(ended_, true) ? std::string() : tar_end());
      auto item = std::move(waiting_.back());
      waiting_.pop_back();
      TRY(std::string header, begin(item));
      if (!header.empty()) return Bytes(std::move(header));
    }
    return read_file();
  }

  Result<std::string> begin(const Item& item) {
    struct stat about{};
    if (::lstat(item.path.c_str(), &about) != 0)
      return std::unexpected(failed("cannot read", item.path, errno));
    TarEntry entry;
    entry.name = item.name;
    entry.mode = about.st_mode & 07777;
    entry.modified = about.st_mtime;
    if (S_ISDIR(about.st_mode)) {
      entry.kind = TarEntry::Kind::kDirectory;
      TRY_OK(list(item));
    } else if (S_ISLNK(about.st_mode)) {
      std::error_code error;
      entry.kind = TarEntry::Kind::kSymlink;
      entry.target = fs::read_symlink(item.path, error).string();
      if (error) return std::unexpected(failed("cannot read", item.path, error.value()));
    } else if (S_ISREG(about.st_mode)) {
      file_ = Descriptor(::open(item.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
      if (!file_.open()) return std::unexpected(failed("cannot read", item.path, errno));
      path_ = item.path;
      entry.size = left_ = static_cast<std::uint64_t>(about.st_size);
      padding_ = tar_padding(left_);
      if (left_ == 0) file_ = Descriptor();
    } else {
      if (on_skipped_) on_skipped_(item.path.string());
      return std::string();
    }
    return tar_header(entry);
  }

  Result<void> list(const Item& item) {
    std::error_code error;
    for (fs::directory_iterator it(item.path, error), end; !error && it != end; it.increment(error)) {
      waiting_.push_back({it->path(), item.name + "/" + it->path().filename().string()});
    }
    if (error) return std::unexpected(failed("cannot read", item.path, error.value()));
    return {};
  }

  // Of the length that the header has told, whatever becomes of the file.
  Result<Bytes> read_file() {
    std::string piece(static_cast<std::size_t>(std::min<std::uint64_t>(left_, kReadBytes)), '\0');
    const auto count = ::read(file_.get(), piece.data(), piece.size());
    if (count < 0) return std::unexpected(failed("cannot read", path_, errno));
    if (count == 0) {
      return std::unexpected(
          Status(500, "InternalError", fmt::format("{} became shorter while it was read", path_.string())));
    }
    piece.resize(static_cast<std::size_t>(count));
    left_ -= piece.size();
    if (left_ == 0) {
      piece += padding_;
      file_ = Descriptor();
    }
    return Bytes(std::move(piece));
  }

  std::function<void(const std::string&)> on_skipped_;
  std::vector<Item> waiting_;
  fs::path path_;  // of file_
  Descriptor file_;
  std::uint64_t left_ = 0;
  std::string padding_;
  bool ended_ = false;
};

// Writes what an archive holds below one name.
class Unpacker final : public TarSink {
 public:
  Unpacker(std::string root, fs::path local, std::function<void(const std::string&)> on_skipped)
      : root_(std::move(root)), local_(std::move(local)), on_skipped_(std::move(on_skipped)) {}

  Result<void> begin(const TarEntry& entry) override {
    TRY(path_, place_of(entry.name));
    if (entry.kind == TarEntry::Kind::kDirectory) {
      std::error_code error;
      fs::create_directories(path_, error);
      if (error) return std::unexpected(failed("cannot make", path_, error.value()));
      return {};
    }
    if (entry.kind != TarEntry::Kind::kFile) {
      if (on_skipped_) on_skipped_(entry.name);
      return {};
    }
    file_ = Descriptor(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                              static_cast<mode_t>(entry.mode & 0777)));
    if (!file_.open()) return std::unexpected(failed("cannot write", path_, errno));
    return {};
  }
  Result<void> data(std::string_view piece) override {
    while (!piece.empty()) {
      const auto count = ::write(file_.get(), piece.data(), piece.size());
      if (count < 0) return std::unexpected(failed("cannot write", path_, errno));
      piece.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
  }
  Result<void> end() override {
    file_ = Descriptor();
    return {};
  }

 private:
  // "./ROOT/a/b" is LOCAL/a/b; what is no name below ROOT is refused.
  Result<fs::path> place_of(std::string_view name) const {
    fs::path place = local_;
    bool first = true;
    if (name.starts_with('/')) return std::unexpected(outside(name));
    for (std::size_t at = 0; at <= name.size();) {
      const auto end = std::min(name.find('/', at), name.size());
      const auto part = name.substr(at, end - at);
      at = end + 1;
      if (part.empty() || part == ".") continue;
      if (part == ".." || (first && part != root_)) return std::unexpected(outside(name));
      if (!first) place /= part;
      first = false;
    }
    if (first) return std::unexpected(outside(name));
    return place;
  }
  Status outside(std::string_view name) const {
    return Status(502, "",
                  fmt::format("the archive names \"{}\", which lies outside of \"{}\"", name, root_));
  }

  const std::string root_;
  const fs::path local_;
  std::function<void(const std::string&)> on_skipped_;
  fs::path path_;
  Descriptor file_;
};

struct Remote {
  std::string directory, name;
};

Result<Remote> split(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const auto slash = path.rfind('/');
  Remote out{std::string(path.substr(0, slash)), std::string(path.substr(slash + 1))};
  if (!path.starts_with('/') || out.name.empty() || out.name == "." || out.name == "..") {
    return std::unexpected(
        Status(400, "BadRequest", fmt::format("\"{}\" is no absolute path of a file in a container", path)));
  }
  if (out.directory.empty()) out.directory = "/";
  return out;
}

Result<void> outcome_of(const Result<int>& code, std::string_view said) {
  if (!code) return std::unexpected(code.error());
  if (*code == 0) return {};
  return std::unexpected(Status(500, "InternalError", fmt::format("tar: exit code {}: {}", *code, said)));
}

}  // namespace

Task<Result<void>> copy_to(rest::RestClient& client, ExecTarget target, fs::path local, std::string remote,
                           CopyOptions options) {
  CO_TRY(auto place, split(remote));
  std::string said;
  RemoteStreams streams;
  streams.in = std::make_unique<TarBody>(std::move(local), place.name, std::move(options.on_skipped));
  streams.err = append_to(said, kStderrBytes);
  std::vector<std::string> command{"tar", "-xmf", "-", "-C", place.directory};
  auto code =
      co_await exec(client, std::move(target), std::move(command), std::move(streams), options.socket);
  co_return outcome_of(code, said);
}

Task<Result<void>> copy_from(rest::RestClient& client, ExecTarget target, std::string remote, fs::path local,
                             CopyOptions options) {
  CO_TRY(auto place, split(remote));
  struct Unpack {
    static Task<Result<void>> piece(TarReader* reader, Bytes bytes) {
      co_return reader->receive(bytes.view());
    }
  };
  Unpacker unpacker(place.name, std::move(local), std::move(options.on_skipped));
  TarReader reader(unpacker);
  std::string said;
  RemoteStreams streams;
  streams.out = [&reader](Bytes bytes) { return Unpack::piece(&reader, std::move(bytes)); };
  streams.err = append_to(said, kStderrBytes);
  std::vector<std::string> command{"tar", "-cf", "-", "-C", place.directory, "./" + place.name};
  auto code =
      co_await exec(client, std::move(target), std::move(command), std::move(streams), options.socket);
  CO_TRY_OK(outcome_of(code, said));
  if (!reader.ended()) co_return std::unexpected(Status(502, "", "the archive ends before its end"));
  co_return Result<void>();
}

}  // namespace pedalion::client::streaming
