#include "pedalion/endpoints/openapi/documents.h"

#include <libdeflate.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <stdexcept>

#include "pedalion/endpoints/openapi/json_text.h"
#include "pedalion/endpoints/openapi/negotiate.h"
#include "pedalion/endpoints/openapi/protobuf.h"

namespace pedalion::openapi {
namespace {

constexpr std::string_view kV2 = "/openapi/v2", kV3 = "/openapi/v3";
constexpr int kGzipLevel = 1;
constexpr std::size_t kGzipMinimum = 1400;  // smaller bodies go as they are
constexpr std::time_t kYear = 365 * 24 * 3600;

std::string sha512(std::string_view text) {
  std::array<unsigned char, SHA512_DIGEST_LENGTH> digest;
  SHA512(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string hex;
  for (unsigned char byte : digest) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

std::string quoted(std::string_view hash) { return '"' + std::string(hash) + '"'; }

std::string server_relative_url(std::string_view path, std::string_view hash) {
  return std::string(kV3) + "/" + std::string(path) + "?hash=" + std::string(hash);
}

/// The value of ?hash=; empty when there is none.
std::string_view hash_parameter(std::string_view query) {
  constexpr std::string_view kHash = "hash=";
  while (!query.empty()) {
    auto pair = query.substr(0, query.find('&'));
    if (pair.starts_with(kHash)) return pair.substr(kHash.size());
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
  }
  return {};
}

/// If-None-Match holds the tag, or a star.
bool matches(std::string_view if_none_match, std::string_view tag) {
  while (!if_none_match.empty()) {
    auto candidate = if_none_match.substr(0, if_none_match.find(','));
    if_none_match.remove_prefix(std::min(if_none_match.size(), candidate.size() + 1));
    while (candidate.starts_with(' ')) candidate.remove_prefix(1);
    while (candidate.ends_with(' ')) candidate.remove_suffix(1);
    if (candidate.starts_with("W/")) candidate.remove_prefix(2);
    if (candidate == "*" || candidate == tag) return true;
  }
  return false;
}

/// Empty when it could not be done.
std::string gzip(std::string_view body) {
  auto* compressor = libdeflate_alloc_compressor(kGzipLevel);
  if (compressor == nullptr) return {};
  std::string out(libdeflate_gzip_compress_bound(compressor, body.size()), '\0');
  out.resize(libdeflate_gzip_compress(compressor, body.data(), body.size(), out.data(), out.size()));
  libdeflate_free_compressor(compressor);
  return out;
}

std::string http_date(std::time_t time) {
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 64> text;
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

http::Response empty(int status) {
  http::Response response;
  response.status = status;
  return response;
}

std::string_view content_type(Encoding encoding, std::string_view version) {
  if (encoding == Encoding::kJson) return "application/json";
  return version == "v2" ? "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
                         : "application/com.github.proto-openapi.spec.v3.v1.0+protobuf";
}

/// 304 when the client has it, else the document in the encoding asked for.
void fill(http::Response& response, const http::Request& request, Encoding encoding, std::string_view version,
          std::string json) {
  if (matches(request.headers.get("if-none-match"), response.headers.get("etag"))) {
    response.status = 304;
    return;
  }
  response.headers.set("content-type", content_type(encoding, version));
  if (encoding == Encoding::kProtobuf) {
    auto bytes = version == "v2" ? v2_protobuf(json) : v3_protobuf(json);
    if (!bytes) throw std::logic_error("openapi: " + bytes.error().message);
    json = *std::move(bytes);
  }
  bool zip = version == "v2" && json.size() >= kGzipMinimum &&
             request.headers.get("accept-encoding").find("gzip") != std::string_view::npos;
  if (auto zipped = zip ? gzip(json) : std::string(); !zipped.empty()) {
    response.headers.set("content-encoding", "gzip");
    json = std::move(zipped);
  }
  response.chunks.emplace_back(std::move(json));
}

}  // namespace

Documents::Documents(const scheme::Scheme& scheme, std::span<const registry::rest::ApiGroupInfo> groups)
    : generator_(scheme, groups) {}

Task<http::Response> Documents::handle(http::Request request) { co_return answer(request); }

http::Response Documents::answer(const http::Request& request) {
  auto path = request.path();
  if (path == kV2) return answer_v2(request);
  if (path == kV3 || path == "/openapi/v3/") return answer_index();
  if (path.starts_with("/openapi/v3/")) return answer_v3(request, path.substr(kV3.size() + 1));
  return empty(404);
}

std::string Documents::hash_of(const std::string& path, const std::string& json) {
  {
    std::lock_guard lock(mutex_);
    if (auto found = hashes_.find(path); found != hashes_.end()) return found->second;
  }
  std::string hash = sha512(json);
  std::lock_guard lock(mutex_);
  hashes_[path] = hash;
  return hash;
}

http::Response Documents::answer_index() {
  JsonText out;
  out.open('{').key("paths").open('{');
  for (const auto& path : generator_.v3_paths()) {
    std::string hash;
    {
      std::lock_guard lock(mutex_);
      if (auto found = hashes_.find(path); found != hashes_.end()) hash = found->second;
    }
    if (hash.empty()) hash = hash_of(path, generator_.v3(path).value());
    out.key(path).open('{').member("serverRelativeURL", server_relative_url(path, hash)).close('}');
  }
  out.close('}').close('}');
  return {200, "text/plain; charset=utf-8", out.take()};
}

http::Response Documents::answer_v2(const http::Request& request) {
  auto encoding = negotiate(request.headers.get("accept"), "v2");
  http::Response response = empty(encoding ? 200 : 406);
  response.headers.add("vary", "Accept-Encoding");
  response.headers.add("vary", "Accept");
  if (!encoding) return response;
  std::string json = generator_.v2();
  response.headers.set("etag", quoted(hash_of("v2", json)));
  fill(response, request, *encoding, "v2", std::move(json));
  return response;
}

http::Response Documents::answer_v3(const http::Request& request, std::string_view path) {
  auto json = generator_.v3(path);
  if (!json) return empty(404);
  auto encoding = negotiate(request.headers.get("accept"), "v3");
  http::Response response = empty(encoding ? 200 : 406);
  response.headers.add("vary", "Accept");
  if (!encoding) return response;
  std::string hash = hash_of(std::string(path), *json);
  response.headers.set("etag", quoted(hash));
  auto wanted = hash_parameter(request.query());
  if (!wanted.empty() && wanted != hash) {
    response.status = 301;
    response.headers.set("content-type", content_type(*encoding, "v3"));
    response.headers.set("location", server_relative_url(path, hash));
    return response;
  }
  if (!wanted.empty()) {
    response.headers.set("cache-control", "public, immutable");
    response.headers.set("expires", http_date(std::time(nullptr) + kYear));
  }
  fill(response, request, *encoding, "v3", *std::move(json));
  return response;
}

}  // namespace pedalion::openapi
