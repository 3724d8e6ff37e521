// HTTP/2 (RFC 9113) over nghttp2: many requests at once, each with its own flow control.
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <unordered_map>

#include "pedalion/http/client/session.h"

namespace pedalion::http::client {
namespace {

constexpr std::uint32_t kStreamWindow = 1 << 20;  // what a server may send before the caller takes it
constexpr std::int32_t kConnectionWindow = 16
                                           << 20;  // given back at once, so no slow stream stops the others
constexpr std::size_t kFieldOverhead = 32;         // RFC 9113 section 6.5.2
constexpr std::uint32_t kStreamsBeforeSettings = 100;  // until the server has said how many it takes

class Http2Session final : public Session {
 public:
  Http2Session(std::size_t header_bytes, std::string_view scheme);
  ~Http2Session() override { nghttp2_session_del(session_); }

  void start(std::shared_ptr<Exchange> exchange) override;
  void upload_ready(Exchange& exchange) override { nghttp2_session_resume_data(session_, exchange.stream); }
  void received_taken(Exchange& exchange, std::size_t bytes) override {
    nghttp2_session_consume_stream(session_, exchange.stream, bytes);
  }
  void cancel(Exchange& exchange) override;

  Result<bool> receive(std::string_view input) override;
  void peer_closed() override { break_off(Status(502, "", "the server closed the connection")); }
  void break_off(const Status& why) override;
  void produce(std::string& out, std::size_t budget) override;

  bool wants_input() const override { return true; }
  std::size_t capacity() const override;
  std::size_t active() const override { return streams_.size(); }
  bool finished() const override;
  Ping ping() override {
    nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr);
    return Ping::kSent;
  }
  void go_away() override {
    going_ = true;
    nghttp2_session_terminate_session(session_, NGHTTP2_NO_ERROR);
  }

 private:
  struct Stream {
    std::shared_ptr<Exchange> exchange;
    Headers headers;
    std::size_t header_bytes = 0;
    int status = 0;
  };
  Stream* find(std::int32_t id) {
    auto found = streams_.find(id);
    return found == streams_.end() ? nullptr : &found->second;
  }
  void submit_settings();
  std::int32_t submit(Exchange& exchange);
  void take_head(Stream& stream);
  void end(std::int32_t id, std::uint32_t error);

  static Http2Session& of(void* self) { return *static_cast<Http2Session*>(self); }
  static int on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* self);
  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                       std::size_t name_size, const std::uint8_t* value, std::size_t value_size, std::uint8_t,
                       void* self);
  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* self);
  static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                     std::size_t size, void* self);
  static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t error, void* self);
  static ssize_t read_upload(nghttp2_session*, std::int32_t id, std::uint8_t* buffer, std::size_t size,
                             std::uint32_t* flags, nghttp2_data_source*, void* self);

  const std::size_t header_bytes_;
  const std::string_view scheme_;
  nghttp2_session* session_ = nullptr;
  std::unordered_map<std::int32_t, Stream> streams_;
  bool going_ = false;  // takes no further request
  bool broken_ = false;
};

Http2Session::Http2Session(std::size_t header_bytes, std::string_view scheme)
    : header_bytes_(header_bytes), scheme_(scheme) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
  nghttp2_option* option = nullptr;
  nghttp2_option_new(&option);
  nghttp2_option_set_no_auto_window_update(option, 1);
  nghttp2_option_set_peer_max_concurrent_streams(option, kStreamsBeforeSettings);
  nghttp2_option_set_no_closed_streams(option, 1);
  if (nghttp2_session_client_new2(&session_, callbacks, this, option) != 0) throw std::bad_alloc();
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(callbacks);
  submit_settings();
}

void Http2Session::submit_settings() {
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindow},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(header_bytes_)},
  };
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings));
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kConnectionWindow);
}

nghttp2_nv field(std::string_view name, std::string_view value) {
  auto bytes = [](std::string_view text) {
    return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));  // nghttp2 copies
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

std::int32_t Http2Session::submit(Exchange& exchange) {
  std::vector<nghttp2_nv> fields;
  fields.reserve(exchange.headers.fields().size() + 5);
  fields.push_back(field(":method", exchange.method));
  fields.push_back(field(":scheme", scheme_));
  fields.push_back(field(":authority", exchange.authority));
  fields.push_back(field(":path", exchange.target));
  for (const auto& [name, value] : exchange.headers.fields()) fields.push_back(field(name, value));
  if (exchange.has_body && !exchange.length && exchange.upload_ended)
    exchange.length = exchange.upload_waiting();
  std::string length;
  if (exchange.length) {
    length = std::to_string(*exchange.length);
    fields.push_back(field("content-length", length));
  }
  nghttp2_data_provider upload{{.ptr = nullptr}, read_upload};
  return nghttp2_submit_request(session_, nullptr, fields.data(), fields.size(),
                                exchange.has_body ? &upload : nullptr, nullptr);
}

void Http2Session::start(std::shared_ptr<Exchange> exchange) {
  auto id = submit(*exchange);
  if (id < 0) {
    going_ = true;  // out of stream numbers, or of memory
    return fail(std::move(exchange), Status(503, "ServiceUnavailable", nghttp2_strerror(id)),
                Exchange::Retry::kUnanswered);
  }
  exchange->stream = id;
  streams_[id].exchange = std::move(exchange);
}

void Http2Session::cancel(Exchange& exchange) {
  exchange.owner = nullptr;
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, exchange.stream, NGHTTP2_CANCEL);
  auto found = streams_.find(exchange.stream);
  if (found == streams_.end()) return;
  wake(std::move(found->second.exchange));  // what fills its upload waits no longer
  streams_.erase(found);
}

Result<bool> Http2Session::receive(std::string_view input) {
  auto count =
      nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  if (count < 0) {
    return std::unexpected(Status(
        502, "",
        "malformed HTTP/2 from the server: " + std::string(nghttp2_strerror(static_cast<int>(count)))));
  }
  return true;
}

void Http2Session::break_off(const Status& why) {
  going_ = broken_ = true;
  auto streams = std::exchange(streams_, {});
  for (auto& [id, stream] : streams) {
    // A stream of which nothing came may still have been acted upon: only an idle connection's end is
    // harmless.
    fail(std::move(stream.exchange), why,
         stream.status == 0 ? Exchange::Retry::kUnanswered : Exchange::Retry::kNo);
  }
}

void Http2Session::produce(std::string& out, std::size_t budget) {
  if (broken_) return;
  const auto start = out.size();
  while (out.size() - start < budget) {
    const std::uint8_t* data = nullptr;
    auto count = nghttp2_session_mem_send(session_, &data);
    if (count < 0) return break_off(Status(502, "", nghttp2_strerror(static_cast<int>(count))));
    if (count == 0) return;
    out.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(count));
  }
}

std::size_t Http2Session::capacity() const {
  if (going_ || broken_ || nghttp2_session_check_request_allowed(session_) == 0) return 0;
  auto most = nghttp2_session_get_remote_settings(session_, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
  return most > streams_.size() ? most - streams_.size() : 0;
}

bool Http2Session::finished() const {
  if (broken_) return true;
  if (nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0) return true;
  return streams_.empty() && going_ && nghttp2_session_want_write(session_) == 0;
}

int Http2Session::on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* self) {
  if (auto* stream = of(self).find(frame->hd.stream_id)) {
    stream->headers = Headers();
    stream->header_bytes = 0;
  }
  return 0;
}

int Http2Session::on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                            std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                            std::uint8_t, void* self) {
  auto* stream = of(self).find(frame->hd.stream_id);
  if (stream == nullptr) return 0;
  stream->header_bytes += name_size + value_size + kFieldOverhead;
  if (stream->header_bytes > of(self).header_bytes_) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  if (stream->exchange->head_ready) return 0;  // trailers: counted, and dropped
  std::string_view name_text(reinterpret_cast<const char*>(name), name_size);
  std::string_view value_text(reinterpret_cast<const char*>(value), value_size);
  if (name_text == ":status") {
    std::from_chars(value_text.data(), value_text.data() + value_text.size(), stream->status);
  } else {
    stream->headers.add(name_text, value_text);
  }
  return 0;
}

void Http2Session::take_head(Stream& stream) {
  stream.exchange->head_ready = true;
  stream.exchange->status = stream.status;
  stream.exchange->response_headers = std::move(stream.headers);
  wake(stream.exchange);
}

int Http2Session::on_frame(nghttp2_session* nghttp2, const nghttp2_frame* frame, void* self) {
  auto& session = of(self);
  if (frame->hd.type == NGHTTP2_GOAWAY) session.going_ = true;
  if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
  auto* stream = session.find(frame->hd.stream_id);
  if (stream == nullptr) return 0;
  if (frame->hd.type == NGHTTP2_HEADERS && !stream->exchange->head_ready && stream->status >= 200) {
    session.take_head(*stream);
  }
  if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0 && stream->exchange->head_ready) {
    auto& exchange = *stream->exchange;
    exchange.complete = true;
    if (exchange.has_body && !(exchange.upload_ended && exchange.upload_waiting() == 0)) {
      nghttp2_submit_rst_stream(nghttp2, NGHTTP2_FLAG_NONE, frame->hd.stream_id,
                                NGHTTP2_NO_ERROR);  // answered early
    }
    session.wake(stream->exchange);
  }
  return 0;
}

int Http2Session::on_data(nghttp2_session* nghttp2, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                          std::size_t size, void* self) {
  nghttp2_session_consume_connection(nghttp2, size);
  auto* stream = of(self).find(id);
  if (stream == nullptr) return 0;
  stream->exchange->received.append(reinterpret_cast<const char*>(data), size);
  of(self).wake(stream->exchange);
  return 0;
}

int Http2Session::on_close(nghttp2_session*, std::int32_t id, std::uint32_t error, void* self) {
  of(self).end(id, error);
  return 0;
}

void Http2Session::end(std::int32_t id, std::uint32_t error) {
  auto found = streams_.find(id);
  if (found == streams_.end()) return;
  auto stream = std::move(found->second);
  streams_.erase(found);
  stream.exchange->owner = nullptr;
  if (stream.exchange->complete) return wake(std::move(stream.exchange));
  // RFC 9113 section 8.7: a refused stream has not been acted upon. nghttp2 also says so of those beyond a
  // GOAWAY.
  bool refused = error == NGHTTP2_REFUSED_STREAM;
  fail(std::move(stream.exchange),
       Status(refused ? 503 : 502, refused ? "ServiceUnavailable" : "",
              std::string("the server broke the HTTP/2 stream off: ") + nghttp2_http2_strerror(error)),
       refused ? Exchange::Retry::kUnanswered : Exchange::Retry::kNo);
}

ssize_t Http2Session::read_upload(nghttp2_session*, std::int32_t id, std::uint8_t* buffer, std::size_t size,
                                  std::uint32_t* flags, nghttp2_data_source*, void* self) {
  auto* stream = of(self).find(id);
  if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  auto& exchange = *stream->exchange;
  auto piece = exchange.upload_view().substr(0, size);
  if (piece.empty() && !exchange.upload_ended) return NGHTTP2_ERR_DEFERRED;
  std::memcpy(buffer, piece.data(), piece.size());
  exchange.take_upload(piece.size());
  of(self).wake(stream->exchange);
  if (exchange.upload_ended && exchange.upload_waiting() == 0) *flags |= NGHTTP2_DATA_FLAG_EOF;
  return static_cast<ssize_t>(piece.size());
}

}  // namespace

std::unique_ptr<Session> make_http2_session(std::size_t header_bytes, std::string_view scheme) {
  return std::make_unique<Http2Session>(header_bytes, scheme);
}

}  // namespace pedalion::http::client
