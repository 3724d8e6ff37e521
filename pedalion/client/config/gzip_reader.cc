#include "pedalion/client/config/gzip_reader.h"

#include <zlib.h>

#include <new>

namespace pedalion::client::config {
namespace {

constexpr std::size_t kPiece = 64 << 10;
constexpr int kGzipOnly = 15 + 16;  // zlib's window bits: the largest window, gzip's header

std::unexpected<Status> broken(const std::string& what) {
  return std::unexpected(Status(502, "InternalError", "gzip: " + what));
}

class GzipReader final : public http::BodyReader {
 public:
  explicit GzipReader(std::unique_ptr<http::BodyReader> body) : body_(std::move(body)) {
    if (inflateInit2(&zlib_, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;
  ~GzipReader() override { inflateEnd(&zlib_); }

  Task<Result<Bytes>> read() override {
    while (true) {
      if (zlib_.avail_in == 0 && !more_out_) {
        CO_TRY(input_, co_await body_->read());
        if (input_.empty()) {
          if (in_member_) co_return broken("unexpected EOF");
          co_return Bytes();
        }
        zlib_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input_.data()));
        zlib_.avail_in = static_cast<uInt>(input_.size());
      }
      CO_TRY(std::string piece, inflate_some());
      if (!piece.empty()) co_return Bytes(std::move(piece));
    }
  }

 private:
  Result<std::string> inflate_some() {
    // Another member may follow the last one.
    if (!in_member_ && inflateReset(&zlib_) != Z_OK) return broken("no state");
    in_member_ = true;
    std::string out(kPiece, '\0');
    zlib_.next_out = reinterpret_cast<Bytef*>(out.data());
    zlib_.avail_out = static_cast<uInt>(out.size());
    const int code = inflate(&zlib_, Z_SYNC_FLUSH);
    if (code == Z_STREAM_END) {
      in_member_ = false;
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      return broken(zlib_.msg == nullptr ? "invalid data" : zlib_.msg);
    }
    more_out_ = in_member_ && zlib_.avail_out == 0;
    out.resize(out.size() - zlib_.avail_out);
    return out;
  }

  std::unique_ptr<http::BodyReader> body_;
  Bytes input_;
  z_stream zlib_{};
  bool in_member_ = false;
  bool more_out_ = false;  // zlib may hold output that had no room
};

}  // namespace

std::unique_ptr<http::BodyReader> make_gzip_reader(std::unique_ptr<http::BodyReader> body) {
  return std::make_unique<GzipReader>(std::move(body));
}

}  // namespace pedalion::client::config
