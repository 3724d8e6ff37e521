// HTTP/2 at the server, on nghttp2: frames to requests, responses to frames.
#include <nghttp2/nghttp2.h>

#include <unordered_map>

#include "pedalion/base/log.h"
#include "pedalion/http/request_body.h"
#include "pedalion/http/session.h"

namespace pedalion::http {
namespace {

constexpr std::size_t kFrame = 16384;
constexpr std::int32_t kConnectionWindow = 1 << 20;

/// One request and its answer.
struct Stream {
  std::int32_t id = 0;
  Request request;
  std::size_t header_bytes = 0;
  bool refused = false;
  bool served = false;
  bool is_head = false;  // known after the request has gone to its handler
  std::shared_ptr<RequestBody> body;

  Response response;
  std::size_t chunk = 0, offset = 0;  // what has been framed of response.chunks
  std::size_t chunks_left = 0;        // bytes that have not
  std::vector<Bytes> pulled;          // of response.stream, not yet framed
  std::size_t pulled_at = 0, pulled_size = 0;
  bool stream_ended = false, stream_waits = false, deferred = false;
};

class Http2Session final : public Session {
 public:
  explicit Http2Session(SessionHost& host) : host_(host) {}
  ~Http2Session() override;
  bool open();

  void receive(std::string_view bytes) override;
  bool wants_input() const override { return !failed_ && nghttp2_session_want_read(session_) != 0; }
  void produce(std::vector<Bytes>& out, std::size_t budget) override;
  bool is_over() const override {
    return failed_ ||
           (nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0) ||
           (draining_ && streams_.empty() && nghttp2_session_want_write(session_) == 0);
  }
  Waiting waiting() const override {
    if (in_head_ != 0) return Waiting::kForHead;
    return streams_.empty() ? Waiting::kForRequest : Waiting::kForNothing;
  }
  void drain(bool streams) override;
  void input_ended() override {
    failed_ = true;
    host_.wake();
  }

 private:
  static Http2Session& self(void* user) { return *static_cast<Http2Session*>(user); }
  static int on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user);
  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                       std::size_t name_size, const std::uint8_t* value, std::size_t value_size, std::uint8_t,
                       void* user);
  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user);
  static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                     std::size_t size, void* user);
  static int on_sent(nghttp2_session*, const nghttp2_frame* frame, void* user);
  static int on_stream_close(nghttp2_session*, std::int32_t id, std::uint32_t, void* user);
  static ssize_t read_body(nghttp2_session*, std::int32_t id, std::uint8_t*, std::size_t length,
                           std::uint32_t* flags, nghttp2_data_source*, void* user);
  static int send_data(nghttp2_session*, nghttp2_frame* frame, const std::uint8_t* head, std::size_t length,
                       nghttp2_data_source*, void* user);

  Stream* find(std::int32_t id) {
    auto found = streams_.find(id);
    return found == streams_.end() ? nullptr : found->second.get();
  }
  void request_complete(Stream& stream, bool has_body);
  void respond(std::int32_t id, Response response);
  void submit(Stream& stream);
  void refuse(Stream& stream, int status, std::string text);
  ssize_t next_of_chunks(Stream& stream, std::size_t length, std::uint32_t* flags);
  ssize_t next_of_stream(Stream& stream, std::size_t length, std::uint32_t* flags);
  void frame_chunks(Stream& stream, std::size_t length);
  void frame_pulled(Stream& stream, std::size_t length);

  SessionHost& host_;
  nghttp2_session* session_ = nullptr;
  std::unordered_map<std::int32_t, std::unique_ptr<Stream>> streams_;
  std::vector<Bytes>* out_ = nullptr;  // during produce()
  std::size_t left_to_produce_ = 0;    // during produce(): what data frames may still be appended
  std::int32_t in_head_ = 0;           // the stream whose head has begun and not ended
  bool failed_ = false, draining_ = false, drain_streams_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

Http2Session::~Http2Session() {
  for (auto& [id, stream] : streams_) {
    if (!stream->body) continue;
    stream->body->detach();
    stream->body->fail(Status(400, "BadRequest", "unexpected EOF"));
  }
  nghttp2_session_del(session_);
}

bool Http2Session::open() {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_option* options = nullptr;
  if (nghttp2_session_callbacks_new(&callbacks) != 0) return false;
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
  nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, on_sent);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
  nghttp2_session_callbacks_set_send_data_callback(callbacks, send_data);
  bool made = nghttp2_option_new(&options) == 0;
  if (made) {
    nghttp2_option_set_no_auto_window_update(options, 1);
    nghttp2_option_set_max_outbound_ack(options, 1000);
    nghttp2_option_set_max_settings(options, 32);
    nghttp2_option_set_no_closed_streams(options, 1);
    nghttp2_option_set_stream_reset_rate_limit(options, 1000, 100);
    made = nghttp2_session_server_new2(&session_, callbacks, this, options) == 0;
    nghttp2_option_del(options);
  }
  nghttp2_session_callbacks_del(callbacks);
  if (!made) return false;
  const Limits& limits = host_.limits();
  nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.streams_per_connection},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, static_cast<std::uint32_t>(limits.body_window)},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits.header_bytes)},
  };
  return nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings)) == 0 &&
         nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kConnectionWindow) == 0;
}

void Http2Session::receive(std::string_view bytes) {
  auto taken =
      nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (taken < 0)
    failed_ = taken == NGHTTP2_ERR_BAD_CLIENT_MAGIC || taken == NGHTTP2_ERR_FLOODED ||
              taken == NGHTTP2_ERR_NOMEM ||
              nghttp2_session_terminate_session(session_, NGHTTP2_PROTOCOL_ERROR) != 0;
  host_.wake();
}

void Http2Session::produce(std::vector<Bytes>& out, std::size_t budget) {
  out_ = &out;
  left_to_produce_ = budget;
  std::size_t produced = 0;
  while (produced < budget && !failed_) {
    std::size_t before = out.size();
    const std::uint8_t* data = nullptr;
    auto size = nghttp2_session_mem_send(session_, &data);
    if (size < 0) {
      failed_ = true;
      break;
    }
    for (std::size_t at = before; at < out.size(); ++at) produced += out[at].size();
    if (size == 0 && out.size() == before) break;
    if (size > 0)
      out.emplace_back(std::string(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)));
    produced += static_cast<std::size_t>(size);
  }
  out_ = nullptr;
}

int Http2Session::on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user) {
  if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
  auto& session = self(user);
  auto stream = std::make_unique<Stream>();
  stream->id = frame->hd.stream_id;
  stream->request.version = Version::kHttp2;
  stream->request.peer = session.host_.peer();
  stream->request.headers.reserve(10);
  session.in_head_ = stream->id;
  session.streams_[stream->id] = std::move(stream);
  return 0;
}

int Http2Session::on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                            std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                            std::uint8_t, void* user) {
  auto& session = self(user);
  Stream* stream = session.find(frame->hd.stream_id);
  if (stream == nullptr || stream->served || stream->refused) return 0;
  std::string_view field(reinterpret_cast<const char*>(name), name_size);
  std::string_view text(reinterpret_cast<const char*>(value), value_size);
  stream->header_bytes += name_size + value_size + 32;
  if (stream->header_bytes > session.host_.limits().header_bytes) {
    stream->refused = true;
  } else if (field == ":method") {
    stream->request.method = text;
  } else if (field == ":path") {
    stream->request.target = text;
  } else if (field == ":authority") {
    stream->request.headers.add("host", text);
  } else if (!field.starts_with(':')) {
    stream->request.headers.add(field, text);
  }
  return 0;
}

int Http2Session::on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
  auto& session = self(user);
  if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
  Stream* stream = session.find(frame->hd.stream_id);
  if (stream == nullptr) return 0;
  bool end = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
  if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
    session.request_complete(*stream, !end);
  } else if (end && stream->body) {
    stream->body->end();
  }
  return 0;
}

void Http2Session::request_complete(Stream& stream, bool has_body) {
  in_head_ = 0;
  if (stream.refused) return refuse(stream, 431, "431 Request Header Fields Too Large");
  if (stream.request.method == "CONNECT") return refuse(stream, 405, "405 Method Not Allowed");
  std::int32_t id = stream.id;
  if (has_body) {
    stream.body = std::make_shared<RequestBody>([this, id](std::size_t taken) {
      if (taken == 0) return;
      nghttp2_session_consume(session_, id, taken);
      host_.wake();
    });
    stream.request.body = RequestBody::reader(stream.body);
  }
  stream.served = true;
  stream.is_head = stream.request.method == "HEAD";
  host_.serve(std::move(stream.request), [this, id](Response response) { respond(id, std::move(response)); });
}

void Http2Session::refuse(Stream& stream, int status, std::string text) {
  stream.served = true;
  respond(stream.id, Response(status, "text/plain; charset=utf-8", std::move(text)));
}

int Http2Session::on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                          std::size_t size, void* user) {
  auto& session = self(user);
  Stream* stream = session.find(id);
  if (stream == nullptr || !stream->body) {
    nghttp2_session_consume(session.session_, id, size);
    return 0;
  }
  stream->body->append(Bytes(std::string(reinterpret_cast<const char*>(data), size)));
  return 0;
}

/// An answer that does not wait for the whole request: the client need not send the rest.
int Http2Session::on_sent(nghttp2_session*, const nghttp2_frame* frame, void* user) {
  if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
  if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
  auto& session = self(user);
  Stream* stream = session.find(frame->hd.stream_id);
  if (stream == nullptr || !stream->body || stream->body->ended()) return 0;
  return nghttp2_submit_rst_stream(session.session_, NGHTTP2_FLAG_NONE, stream->id, NGHTTP2_NO_ERROR) == 0
             ? 0
             : NGHTTP2_ERR_CALLBACK_FAILURE;
}

int Http2Session::on_stream_close(nghttp2_session*, std::int32_t id, std::uint32_t, void* user) {
  auto& session = self(user);
  auto found = session.streams_.find(id);
  if (session.in_head_ == id) session.in_head_ = 0;
  if (found == session.streams_.end()) return 0;
  auto stream = std::move(found->second);
  session.streams_.erase(found);
  if (stream->body) {
    // What nobody read counts as read, for the connection's window.
    if (stream->body->buffered() > 0)
      nghttp2_session_consume_connection(session.session_, stream->body->buffered());
    stream->body->detach();
    stream->body->fail(Status(400, "BadRequest", "the stream was reset"));
  }
  if (session.draining_ && session.streams_.empty()) session.host_.wake();
  return 0;
}

void Http2Session::respond(std::int32_t id, Response response) {
  Stream* stream = find(id);
  if (stream == nullptr) return;
  stream->response = std::move(response);
  if (stream->response.close_connection) {
    nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_),
                          NGHTTP2_NO_ERROR, nullptr, 0);
    draining_ = true;
  }
  submit(*stream);
  host_.wake();
}

bool is_connection_field(std::string_view name) {
  return name == "connection" || name == "keep-alive" || name == "transfer-encoding" || name == "upgrade" ||
         name == "proxy-connection";
}

nghttp2_nv field_of(std::string_view name, std::string_view value) {
  return {reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
          reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(), value.size(),
          NGHTTP2_NV_FLAG_NONE};
}

void Http2Session::submit(Stream& stream) {
  Response& response = stream.response;
  std::string status = std::to_string(response.status), length;
  std::size_t size = 0;
  for (const Bytes& chunk : response.chunks) size += chunk.size();
  std::vector<nghttp2_nv> fields;
  fields.reserve(response.headers.fields().size() + 3);
  fields.push_back(field_of(":status", status));
  for (const auto& field : response.headers.fields()) {
    bool breaks = field.value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos;
    if (!is_connection_field(field.name) && !breaks) fields.push_back(field_of(field.name, field.value));
  }
  stream.chunks_left = size;
  bool may_have_body = response.status != 204 && response.status != 304;
  if (!response.stream && may_have_body && !response.headers.has("content-length")) {
    length = std::to_string(size);
    fields.push_back(field_of("content-length", length));
  }
  std::string date(host_.date());
  if (!response.headers.has("date")) fields.push_back(field_of("date", date));
  bool has_body = may_have_body && !stream.is_head && (response.stream || size > 0);
  if (!has_body) response.stream.reset();
  if (response.stream) {
    response.stream->on_ready([this, id = stream.id, alive = std::weak_ptr<bool>(alive_)] {
      if (alive.expired()) return;
      Stream* ready = find(id);
      if (ready == nullptr) return;
      ready->stream_waits = false;
      if (std::exchange(ready->deferred, false)) nghttp2_session_resume_data(session_, id);
      host_.wake();
    });
    if (drain_streams_) response.stream->drain();
  }
  nghttp2_data_provider provider{.source = {.ptr = nullptr}, .read_callback = read_body};
  nghttp2_submit_response(session_, stream.id, fields.data(), fields.size(), has_body ? &provider : nullptr);
}

ssize_t Http2Session::read_body(nghttp2_session*, std::int32_t id, std::uint8_t*, std::size_t length,
                                std::uint32_t* flags, nghttp2_data_source*, void* user) {
  auto& session = self(user);
  Stream* stream = session.find(id);
  if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  length = std::min(length, kFrame);
  return stream->response.stream ? session.next_of_stream(*stream, length, flags)
                                 : session.next_of_chunks(*stream, length, flags);
}

ssize_t Http2Session::next_of_chunks(Stream& stream, std::size_t length, std::uint32_t* flags) {
  if (stream.chunks_left <= length) *flags |= NGHTTP2_DATA_FLAG_EOF;
  return static_cast<ssize_t>(std::min(stream.chunks_left, length));
}

ssize_t Http2Session::next_of_stream(Stream& stream, std::size_t length, std::uint32_t* flags) {
  while (!stream.stream_ended && !stream.stream_waits && stream.pulled_size < length) {
    std::size_t before = stream.pulled.size();
    auto pull = stream.response.stream->pull(stream.pulled, length - stream.pulled_size);
    for (std::size_t at = before; at < stream.pulled.size(); ++at)
      stream.pulled_size += stream.pulled[at].size();
    if (pull == BodyStream::Pull::kAbort) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    if (pull == BodyStream::Pull::kEnd) stream.stream_ended = true;
    if (pull == BodyStream::Pull::kPending) stream.stream_waits = true;
  }
  if (stream.pulled_size == 0 && !stream.stream_ended) {
    stream.deferred = true;
    return NGHTTP2_ERR_DEFERRED;
  }
  if (stream.stream_ended && stream.pulled_size <= length) *flags |= NGHTTP2_DATA_FLAG_EOF;
  return static_cast<ssize_t>(std::min(stream.pulled_size, length));
}

int Http2Session::send_data(nghttp2_session*, nghttp2_frame* frame, const std::uint8_t* head,
                            std::size_t length, nghttp2_data_source*, void* user) {
  auto& session = self(user);
  Stream* stream = session.find(frame->hd.stream_id);
  if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  // nghttp2 goes from frame to frame by itself: what ends it is a frame that does not fit any more.
  if (session.left_to_produce_ == 0) return NGHTTP2_ERR_WOULDBLOCK;
  session.left_to_produce_ -= std::min(session.left_to_produce_, length + 9);
  session.out_->emplace_back(std::string(reinterpret_cast<const char*>(head), 9));
  if (stream->response.stream) {
    session.frame_pulled(*stream, length);
  } else {
    session.frame_chunks(*stream, length);
  }
  return 0;
}

void Http2Session::frame_chunks(Stream& stream, std::size_t length) {
  stream.chunks_left -= length;
  while (length > 0) {
    const Bytes& chunk = stream.response.chunks[stream.chunk];
    auto part = std::min(length, chunk.size() - stream.offset);
    if (part > 0) out_->push_back(chunk.slice(stream.offset, part));
    stream.offset += part;
    length -= part;
    if (stream.offset == chunk.size()) {
      ++stream.chunk;
      stream.offset = 0;
    }
  }
}

void Http2Session::frame_pulled(Stream& stream, std::size_t length) {
  stream.pulled_size -= length;
  while (length > 0) {
    Bytes& piece = stream.pulled[stream.pulled_at];
    if (piece.size() <= length) {
      length -= piece.size();
      out_->push_back(std::move(piece));
      ++stream.pulled_at;
    } else {
      out_->push_back(piece.slice(0, length));
      piece = piece.slice(length);
      length = 0;
    }
  }
  if (stream.pulled_at == stream.pulled.size()) {
    stream.pulled.clear();
    stream.pulled_at = 0;
    if (stream.pulled.capacity() > 64) stream.pulled.shrink_to_fit();
  }
}

void Http2Session::drain(bool streams) {
  if (!draining_) {
    draining_ = true;
    nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_),
                          NGHTTP2_NO_ERROR, nullptr, 0);
  }
  if (streams && !drain_streams_) {
    drain_streams_ = true;
    for (auto& [id, stream] : streams_) {
      if (stream->response.stream) stream->response.stream->drain();
    }
  }
  host_.wake();
}

}  // namespace

std::unique_ptr<Session> make_http2_session(SessionHost& host) {
  auto session = std::make_unique<Http2Session>(host);
  if (!session->open()) return nullptr;
  return session;
}

}  // namespace pedalion::http
