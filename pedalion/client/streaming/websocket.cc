#include "pedalion/client/streaming/websocket.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>

#include "pedalion/apimachinery/codec/protobuf_wire.h"

namespace pedalion::client::streaming {
namespace {

enum Opcode : std::uint8_t { kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };
constexpr std::uint8_t kFinal = 0x80, kReserved = 0x70, kOpcodeBits = 0x0f, kMasked = 0x80;
constexpr std::uint64_t kControlLimit = 125;

void fill_randomly(std::span<unsigned char> bytes) {
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("no random bytes are to be had");
}

std::string random_key() {
  std::array<unsigned char, 16> bytes;
  fill_randomly(bytes);
  return codec::base64_of({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::uint32_t random_mask() {
  std::array<unsigned char, 4> bytes;
  fill_randomly(bytes);
  return std::uint32_t{bytes[0]} | std::uint32_t{bytes[1]} << 8 | std::uint32_t{bytes[2]} << 16 |
         std::uint32_t{bytes[3]} << 24;
}

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return made;
}

bool has_option(const http::Headers& headers, std::string_view name, std::string_view wanted) {
  for (auto value : headers.get_all(name)) {
    auto list = lower(value);
    for (std::size_t at = 0; at <= list.size();) {
      auto end = std::min(list.find(',', at), list.size());
      auto first = list.find_first_not_of(" \t", at);
      auto option = first < end ? std::string_view(list).substr(first, end - first) : std::string_view();
      while (!option.empty() && (option.back() == ' ' || option.back() == '\t')) option.remove_suffix(1);
      if (option == wanted) return true;
      at = end + 1;
    }
  }
  return false;
}

Status bad_answer(std::string_view what) {
  return Status(502, "", fmt::format("websocket: bad handshake: {}", what));
}

// Section 7.4: what may stand in a close frame.
bool is_close_code(unsigned code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

}  // namespace

std::string websocket_accept(std::string_view key) {
  constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // section 1.3
  auto text = std::string(key).append(kGuid);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1)
    throw std::runtime_error("SHA-1 is not to be had");
  return codec::base64_of({reinterpret_cast<const char*>(digest.data()), size});
}

WebSocketHandshake::WebSocketHandshake(std::vector<std::string> protocols, std::string key)
    : protocols_(std::move(protocols)), key_(key.empty() ? random_key() : std::move(key)) {}

http::Headers WebSocketHandshake::headers() const {
  http::Headers out;
  out.add("connection", "Upgrade");
  out.add("upgrade", "websocket");
  out.add("sec-websocket-version", "13");
  out.add("sec-websocket-key", key_);
  std::string offer;
  for (const auto& protocol : protocols_) offer += (offer.empty() ? "" : ", ") + protocol;
  if (!offer.empty()) out.add("sec-websocket-protocol", offer);
  return out;
}

Result<std::string> WebSocketHandshake::accept(const http::Headers& answer) const {
  if (!has_option(answer, "upgrade", "websocket"))
    return std::unexpected(bad_answer("the server switches to another protocol"));
  if (!has_option(answer, "connection", "upgrade"))
    return std::unexpected(bad_answer("'Connection' does not say 'Upgrade'"));
  if (answer.get("sec-websocket-accept") != websocket_accept(key_))
    return std::unexpected(bad_answer("'Sec-WebSocket-Accept' does not answer this request"));
  if (answer.has("sec-websocket-extensions"))
    return std::unexpected(bad_answer("the server chooses an extension that was not offered"));
  std::string protocol(answer.get("sec-websocket-protocol"));
  if (answer.get_all("sec-websocket-protocol").size() > 1 ||
      (!protocol.empty() && std::ranges::find(protocols_, protocol) == protocols_.end())) {
    return std::unexpected(bad_answer("the server chooses a protocol that was not offered: " + protocol));
  }
  return protocol;
}

WebSocket::WebSocket(std::size_t message_limit, std::function<std::uint32_t()> mask)
    : message_limit_(message_limit), mask_(mask ? std::move(mask) : random_mask) {}

Status WebSocket::fail(std::uint16_t code, std::string_view what) {
  close(code, what);
  failed_ = true;
  return Status(502, "", fmt::format("websocket: {}", what));
}

Result<void> WebSocket::receive(std::string_view input) {
  if (failed_) return std::unexpected(Status(502, "", "websocket: input after a failure"));
  while (!peer_close_) {
    if (!in_payload_) {
      TRY(bool complete, take_header(input));
      if (!complete) return {};
    }
    auto count = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.size()));
    (opcode_ >= kClose ? control_ : message_->data).append(input.substr(0, count));
    input.remove_prefix(count);
    remaining_ -= count;
    if (remaining_ > 0) return {};
    TRY_OK(end_frame());
  }
  return {};
}

// Takes of the input what belongs to a header; false: it is not complete.
Result<bool> WebSocket::take_header(std::string_view& input) {
  while (true) {
    std::size_t wanted = 2;
    if (header_.size() >= 2) {
      const auto second = static_cast<unsigned char>(header_[1]);
      if ((second & kMasked) != 0)
        return std::unexpected(fail(kProtocolError, "a masked frame from the server"));
      wanted += second == 127 ? 8 : second == 126 ? 2 : 0;
    }
    if (header_.size() == wanted) break;
    if (input.empty()) return false;
    const auto count = std::min(wanted - header_.size(), input.size());
    header_.append(input.substr(0, count));
    input.remove_prefix(count);
  }
  TRY_OK(begin_frame());
  return true;
}

Result<void> WebSocket::begin_frame() {
  std::uint64_t length = static_cast<unsigned char>(header_[1]);
  if (header_.size() > 2) {
    length = 0;
    for (unsigned char c : header_.substr(2)) length = length << 8 | c;
  }
  TRY_OK(check_frame(static_cast<std::uint8_t>(header_[0]), length));
  header_.clear();
  remaining_ = length;
  in_payload_ = true;
  if (opcode_ == kText || opcode_ == kBinary) message_ = Message{opcode_ == kText, {}};
  return {};
}

Result<void> WebSocket::check_frame(std::uint8_t first, std::uint64_t length) {
  final_ = (first & kFinal) != 0;
  opcode_ = first & kOpcodeBits;
  if ((first & kReserved) != 0) return std::unexpected(fail(kProtocolError, "reserved bits are set"));
  if (opcode_ >= kClose) {
    if (opcode_ > kPong) return std::unexpected(fail(kProtocolError, "an unknown kind of frame"));
    if (!final_) return std::unexpected(fail(kProtocolError, "a control frame in fragments"));
    if (length > kControlLimit)
      return std::unexpected(fail(kProtocolError, "a control frame that is too long"));
    return {};
  }
  if (opcode_ > kBinary) return std::unexpected(fail(kProtocolError, "an unknown kind of frame"));
  if (opcode_ == kContinuation && !message_)
    return std::unexpected(fail(kProtocolError, "a continuation of nothing"));
  if (opcode_ != kContinuation && message_)
    return std::unexpected(fail(kProtocolError, "a message begins within another"));
  if (length > message_limit_ - (message_ ? message_->data.size() : 0))
    return std::unexpected(fail(kTooBig, fmt::format("a message of more than {} bytes", message_limit_)));
  return {};
}

Result<void> WebSocket::end_frame() {
  in_payload_ = false;
  if (opcode_ >= kClose) return take_control();
  if (!final_) return {};
  messages_.push_back(*std::move(message_));
  message_.reset();
  return {};
}

Result<void> WebSocket::take_control() {
  if (opcode_ == kClose) return take_close();
  if (opcode_ == kPing) pong_ = std::move(control_);
  control_.clear();
  return {};
}

Result<void> WebSocket::take_close() {
  Close close_frame;
  if (control_.size() == 1) return std::unexpected(fail(kProtocolError, "a close frame with half a code"));
  if (control_.size() >= 2) {
    const unsigned code =
        static_cast<unsigned char>(control_[0]) << 8 | static_cast<unsigned char>(control_[1]);
    if (!is_close_code(code)) return std::unexpected(fail(kProtocolError, "a close frame with a wrong code"));
    close_frame = {static_cast<std::uint16_t>(code), control_.substr(2)};
  }
  close(close_frame.code);
  peer_close_ = std::move(close_frame);
  return {};
}

std::optional<WebSocket::Message> WebSocket::take_message() {
  if (messages_.empty()) return std::nullopt;
  auto message = std::move(messages_.front());
  messages_.pop_front();
  return message;
}

void WebSocket::send(std::string_view payload, bool text) {
  if (!close_sent_) append_frame(text ? kText : kBinary, payload);
}

void WebSocket::ping() {
  if (!close_sent_) append_frame(kPing, {});
}

void WebSocket::close(std::uint16_t code, std::string_view reason) {
  if (close_sent_) return;
  std::string payload;
  if (code != kNoCode) {
    payload = {static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    payload.append(reason.substr(0, kControlLimit - 2));
  }
  append_frame(kClose, payload);
  close_sent_ = true;
}

void WebSocket::append_frame(std::uint8_t opcode, std::string_view payload) {
  output_ += static_cast<char>(kFinal | opcode);
  const auto size = static_cast<std::uint64_t>(payload.size());
  if (size <= kControlLimit) {
    output_ += static_cast<char>(kMasked | size);
  } else {
    const int bytes = size <= 0xffff ? 2 : 8;
    output_ += static_cast<char>(kMasked | (bytes == 2 ? 126 : 127));
    for (int i = bytes - 1; i >= 0; --i) output_ += static_cast<char>(size >> (8 * i) & 0xff);
  }
  const std::uint32_t mask = mask_();
  for (int i = 0; i < 4; ++i) output_ += static_cast<char>(mask >> (8 * i) & 0xff);
  const auto start = output_.size();
  output_.append(payload);
  for (std::size_t i = 0; i < payload.size(); ++i) {
    output_[start + i] =
        static_cast<char>(static_cast<unsigned char>(output_[start + i]) ^ (mask >> (8 * (i % 4))));
  }
}

std::string WebSocket::take_output() {
  if (pong_ && !close_sent_) append_frame(kPong, *pong_);
  pong_.reset();
  return std::exchange(output_, {});
}

}  // namespace pedalion::client::streaming
