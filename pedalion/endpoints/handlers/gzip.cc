#include "pedalion/endpoints/handlers/gzip.h"

#include <zlib.h>

#include <new>

namespace pedalion::endpoints {

struct Gzip::Stream {
  z_stream z{};
  Stream() {
    constexpr int kLevel = 1, kGzipWindow = 15 + 16, kMemory = 8;
    if (deflateInit2(&z, kLevel, Z_DEFLATED, kGzipWindow, kMemory, Z_DEFAULT_STRATEGY) != Z_OK)
      throw std::bad_alloc();
  }
  ~Stream() { deflateEnd(&z); }
};

bool accepts_gzip(const http::Request& request) {
  auto header = request.headers.get("accept-encoding");
  while (!header.empty()) {
    auto comma = header.find(',');
    auto coding = header.substr(0, comma);
    header = comma == std::string_view::npos ? std::string_view() : header.substr(comma + 1);
    while (coding.starts_with(' ')) coding.remove_prefix(1);
    while (coding.ends_with(' ')) coding.remove_suffix(1);
    if (coding == "gzip") return true;
  }
  return false;
}

Gzip::Gzip() : stream_(std::make_unique<Stream>()) {}
Gzip::~Gzip() = default;
Gzip::Gzip(Gzip&&) noexcept = default;
Gzip& Gzip::operator=(Gzip&&) noexcept = default;

void Gzip::add(std::string_view text, std::string& out) { run(text, Z_NO_FLUSH, out); }
void Gzip::finish(std::string& out) { run({}, Z_FINISH, out); }

void Gzip::run(std::string_view text, int flush, std::string& out) {
  z_stream& z = stream_->z;
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  char buffer[16384];
  do {
    z.next_out = reinterpret_cast<Bytef*>(buffer);
    z.avail_out = sizeof buffer;
    deflate(&z, flush);
    out.append(buffer, sizeof buffer - z.avail_out);
  } while (z.avail_out == 0);
}

}  // namespace pedalion::endpoints
