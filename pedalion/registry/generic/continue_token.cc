#include "pedalion/registry/generic/continue_token.h"

#include <array>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/errors.h"

namespace pedalion::registry::generic {
namespace {

constexpr std::string_view kVersion = "meta.k8s.io/v1";
constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode_base64url(std::string_view bytes) {
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (unsigned char byte : bytes) {
    bits = bits << 8 | byte;
    for (count += 8; count >= 6; count -= 6) text += kDigits[bits >> (count - 6) & 63];
  }
  if (count > 0) text += kDigits[bits << (6 - count) & 63];
  return text;
}

/// The error's message is Go's.
Result<std::string> decode_base64url(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto digit = kDigits.find(text[at]);
    bool last_alone = at + 1 == text.size() && text.size() % 4 == 1;
    if (digit == std::string_view::npos || last_alone) {
      return std::unexpected(
          Status(400, "BadRequest", "illegal base64 data at input byte " + std::to_string(at)));
    }
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> count & 255);
    }
  }
  return bytes;
}

std::unexpected<Status> not_valid(std::string_view why) {
  return std::unexpected(meta::bad_request("continue key is not valid: " + std::string(why)));
}

/// No way up: the key stays below the list's prefix.
bool is_clean(std::string_view start) {
  while (!start.empty()) {
    auto slash = start.find('/');
    auto part = start.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) return true;
    start = start.substr(slash + 1);
  }
  return false;
}

}  // namespace

std::string encode_continue_token(const ContinueToken& token) {
  std::string text =
      "{\"v\":\"" + std::string(kVersion) + "\",\"rv\":" + std::to_string(token.revision) + ",\"start\":";
  json::write_string("/" + token.start, text);
  return encode_base64url(text + "}");
}

Result<ContinueToken> decode_continue_token(std::string_view text) {
  auto bytes = decode_base64url(text);
  if (!bytes) return not_valid(bytes.error().message);
  auto document = json::parse(*bytes);
  if (!document) return not_valid(document.error().message);
  const auto& root = document->root;
  auto version = root.string_at({"v"});
  if (version != kVersion)
    return not_valid("server does not recognize this encoded version " + meta::go_quoted(version));
  const auto* revision = root.find("rv");
  ContinueToken token{.revision = revision == nullptr ? 0 : revision->int_or(0),
                      .start = std::string(root.string_at({"start"}))};
  if (token.revision == 0)
    return not_valid("incorrect encoded start resourceVersion (version " + std::string(kVersion) + ")");
  if (token.start.empty())
    return not_valid("encoded start key empty (version " + std::string(kVersion) + ")");
  std::string given = token.start;
  if (token.start.starts_with('/')) token.start.erase(0, 1);
  if (!is_clean(token.start)) return not_valid(given);
  return token;
}

}  // namespace pedalion::registry::generic
