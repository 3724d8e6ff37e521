// HTTP/1.1 at the server: one request after the other; pipelined ones wait until those before are answered.
#include <charconv>

#include "pedalion/http/request_body.h"
#include "pedalion/http/request_parser.h"
#include "pedalion/http/session.h"
#include "pedalion/http/status_line.h"

namespace pedalion::http {
namespace {

constexpr std::size_t kLeftoverBodyLimit =
    256 << 10;  // of a body the handler did not read; more: the connection closes

class Http1Session final : public Session {
 public:
  explicit Http1Session(SessionHost& host) : host_(host) {}
  ~Http1Session() override {
    if (!body_) return;
    body_->detach();
    body_->fail(Status(400, "BadRequest", "unexpected EOF"));
  }

  void receive(std::string_view bytes) override {
    input_.append(bytes);
    advance();
  }
  bool wants_input() const override {
    if (over_ || input_ended_) return false;
    if (state_ == State::kHead) return true;
    bool room = body_ != nullptr && body_->buffered() < host_.limits().body_window;
    return (reading_body_ && room && input_.size() - at_ < host_.limits().body_window) ||
           input_.size() - at_ == 0;
  }
  void produce(std::vector<Bytes>& out, std::size_t budget) override;
  bool is_over() const override { return over_ && pending_.empty(); }
  bool leaves_input() const override { return !input_ended_ && (refused_ || reading_body_); }
  Waiting waiting() const override {
    if (state_ != State::kHead) return Waiting::kForNothing;
    return input_.size() > at_ || !served_any_ ? Waiting::kForHead : Waiting::kForRequest;
  }
  void drain(bool streams) override {
    draining_ = true;
    if (streams && response_ && response_->stream) response_->stream->drain();
    if (state_ == State::kHead && input_.size() == at_) over_ = true;
    host_.wake();
  }
  void input_ended() override {
    input_ended_ = true;
    if (body_ && !body_->ended()) body_->fail(Status(400, "BadRequest", "unexpected EOF"));
    keep_alive_ = false;
    // Who closes its side may still read an answer; a stream, which may never end, is not kept for it.
    bool answer_follows = state_ == State::kServing && !stream_begun_;
    if (!answer_follows) {
      over_ = true;
      if (stream_begun_) pending_.clear();
      stream_begun_ = false;
      response_.reset();
      state_ = State::kHead;  // what is still to be written has the idle time, no more
    }
    host_.wake();
  }

 private:
  enum class State { kHead, kServing };

  void advance();
  bool take_head();
  void take_body();
  void take_fixed_body();
  void take_chunked_body();
  void feed(std::string_view data);
  void body_complete();
  void body_wrong();
  void refuse(const ParseError& error);
  void respond(Response response);
  void begin_response();
  void produce_stream(std::vector<Bytes>& out, std::size_t budget);
  void finish_response();
  void drop_consumed();

  SessionHost& host_;
  std::string input_;
  std::size_t at_ = 0;        // what lies before it has been used
  std::size_t searched_ = 0;  // for the end of the head
  State state_ = State::kHead;
  bool over_ = false, draining_ = false, input_ended_ = false, refused_ = false, served_any_ = false;

  // The request that is served:
  bool keep_alive_ = true, head_only_ = false, http10_ = false, reading_body_ = false,
       expects_continue_ = false;
  BodyFraming framing_;
  std::uint64_t body_left_ = 0;
  ChunkDecoder chunks_;
  std::shared_ptr<RequestBody> body_;

  std::vector<Bytes> pending_;  // heads and whole bodies that wait to be written
  std::optional<Response> response_;
  bool stream_begun_ = false, stream_chunked_ = false, stream_waits_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

void Http1Session::drop_consumed() {
  if (at_ == input_.size()) {
    input_.clear();
    if (input_.capacity() > (64 << 10)) input_.shrink_to_fit();
    at_ = searched_ = 0;
  } else if (at_ > (64 << 10)) {
    input_.erase(0, at_);
    at_ = searched_ = 0;
  }
}

void Http1Session::advance() {
  while (!over_) {
    if (state_ == State::kServing) {
      take_body();
      break;
    }
    if (!take_head()) break;
  }
  drop_consumed();
}

bool Http1Session::take_head() {
  auto text = std::string_view(input_).substr(at_);
  if (text.empty()) return false;
  auto end = find_head_end(text, searched_);
  if ((end ? *end : text.size()) > host_.limits().header_bytes) {
    refuse({431, "431 Request Header Fields Too Large"});
    return false;
  }
  if (!end) {
    searched_ = text.size() > 2 ? text.size() - 2 : 0;
    return false;
  }
  auto head = parse_head(text.substr(0, *end));
  at_ += *end;
  searched_ = 0;
  if (!head) {
    refuse(head.error());
    return false;
  }
  if (head->expects_unknown) {
    refuse({417, ""});
    return false;
  }
  state_ = State::kServing;
  served_any_ = true;
  keep_alive_ = head->keep_alive;
  http10_ = head->http10;
  head_only_ = head->request.method == "HEAD";
  framing_ = head->body;
  expects_continue_ = head->expects_continue;
  Request request = std::move(head->request);
  request.version = Version::kHttp11;
  request.peer = host_.peer();
  if (framing_.any()) {
    reading_body_ = true;
    body_left_ = framing_.length;
    chunks_ = {};
    body_ = std::make_shared<RequestBody>([this](std::size_t taken) {
      if (taken == 0 && std::exchange(expects_continue_, false)) {
        pending_.push_back(Bytes::of_static("HTTP/1.1 100 Continue\r\n\r\n"));
      }
      host_.wake();
    });
    request.body = RequestBody::reader(body_);
  }
  host_.serve(std::move(request), [this](Response response) { respond(std::move(response)); });
  return true;
}

void Http1Session::take_body() {
  if (!reading_body_) return;
  if (framing_.chunked) {
    take_chunked_body();
  } else {
    take_fixed_body();
  }
}

void Http1Session::feed(std::string_view data) {
  if (!data.empty() && body_) body_->append(Bytes(std::string(data)));
}

void Http1Session::take_fixed_body() {
  auto available = std::string_view(input_).substr(at_);
  auto piece =
      available.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(body_left_, available.size())));
  if (body_ && body_->buffered() >= host_.limits().body_window) return;
  at_ += piece.size();
  body_left_ -= piece.size();
  if (!piece.empty()) expects_continue_ = false;
  feed(piece);
  if (body_left_ == 0) body_complete();
}

void Http1Session::take_chunked_body() {
  while (reading_body_ && (!body_ || body_->buffered() < host_.limits().body_window)) {
    auto step = chunks_.next(std::string_view(input_).substr(at_));
    at_ += step.consumed;
    if (step.consumed > 0) expects_continue_ = false;
    if (step.wrong) return body_wrong();
    feed(step.data);
    if (step.end) return body_complete();
    if (step.consumed == 0) return;
  }
}

void Http1Session::body_complete() {
  reading_body_ = false;
  if (body_) body_->end();
}

void Http1Session::body_wrong() {
  reading_body_ = false;
  keep_alive_ = false;
  at_ = input_.size();
  if (body_) body_->fail(Status(400, "BadRequest", "malformed chunked encoding"));
}

void Http1Session::refuse(const ParseError& error) {
  std::string line = error.text.empty() ? status_line_text(error.status) : error.text;
  std::string text = "HTTP/1.1 " + line +
                     "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n" + error.text;
  pending_.emplace_back(std::move(text));
  over_ = refused_ = true;
  at_ = input_.size();
  host_.wake();
}

void Http1Session::respond(Response response) {
  response_ = std::move(response);
  if (body_) body_->detach();
  if (reading_body_) {
    // What is left of the body is read over when it is short, else the connection ends.
    bool short_rest = !framing_.chunked && body_left_ <= kLeftoverBodyLimit && !expects_continue_;
    if (short_rest) {
      body_.reset();
    } else {
      keep_alive_ = false;
    }
  }
  if (response_->close_connection || draining_) keep_alive_ = false;
  begin_response();
  host_.wake();
}

void Http1Session::begin_response() {
  Response& response = *response_;
  std::string head;
  head.reserve(384);
  head += "HTTP/1.1 ";
  head += status_line_text(response.status);
  head += "\r\n";
  for (const auto& field : response.headers.fields()) append_field(field.name, field.value, head);
  bool has_body = response.status >= 200 && response.status != 204 && response.status != 304;
  stream_chunked_ = false;
  if (response.stream) {
    // HTTP/1.0 knows no chunks: the end of the connection is the end of the body.
    stream_chunked_ = has_body && !http10_;
    if (stream_chunked_) head += "Transfer-Encoding: chunked\r\n";
    if (http10_) keep_alive_ = false;
  } else if (has_body && !response.headers.has("content-length")) {
    std::size_t size = 0;
    for (const Bytes& chunk : response.chunks) size += chunk.size();
    head += "Content-Length: " + std::to_string(size) + "\r\n";
  }
  if (!keep_alive_) head += "Connection: close\r\n";
  if (!response.headers.has("date")) {
    head += "Date: ";
    head += host_.date();
    head += "\r\n";
  }
  head += "\r\n";
  pending_.emplace_back(std::move(head));
  if (response.stream && !head_only_ && has_body) {
    if (input_ended_) return finish_response();  // the head goes out, and the end of the connection
    stream_begun_ = true;
    stream_waits_ = false;
    response.stream->on_ready([this, alive = std::weak_ptr<bool>(alive_)] {
      if (alive.expired()) return;
      stream_waits_ = false;
      host_.wake();
    });
    if (draining_) response.stream->drain();
    return;
  }
  if (!head_only_ && has_body) {
    for (Bytes& chunk : response.chunks) pending_.push_back(std::move(chunk));
  }
  finish_response();
}

void Http1Session::finish_response() {
  response_.reset();
  stream_begun_ = false;
  if (!keep_alive_ || draining_) {
    over_ = true;
    return;
  }
  if (reading_body_ && !framing_.chunked) {
    auto skipped = std::min<std::uint64_t>(body_left_, input_.size() - at_);
    at_ += static_cast<std::size_t>(skipped);
    body_left_ -= skipped;
    if (body_left_ > 0) {
      over_ = true;
      return;
    }
    reading_body_ = false;
  }
  body_.reset();
  state_ = State::kHead;
}

void Http1Session::produce(std::vector<Bytes>& out, std::size_t budget) {
  while (true) {
    for (Bytes& piece : pending_) out.push_back(std::move(piece));
    bool wrote = !pending_.empty();
    pending_.clear();
    if (stream_begun_) return produce_stream(out, budget);
    if (over_ || wrote) {
      // The next request is looked at once this answer is on its way.
      if (!over_ && state_ == State::kHead) advance();
      if (pending_.empty()) return;
      continue;
    }
    if (state_ == State::kServing) {
      advance();
    } else if (input_.size() > at_) {
      advance();
    }
    if (pending_.empty()) return;
  }
}

void Http1Session::produce_stream(std::vector<Bytes>& out, std::size_t budget) {
  if (stream_waits_) return;
  std::vector<Bytes> pieces;
  auto pull = response_->stream->pull(pieces, budget);
  std::size_t size = 0;
  for (const Bytes& piece : pieces) size += piece.size();
  if (size > 0 && stream_chunked_) {
    char line[20];
    auto [end, error] = std::to_chars(line, line + 16, size, 16);
    *end++ = '\r';
    *end++ = '\n';
    out.emplace_back(std::string(line, end));
  }
  for (Bytes& piece : pieces) out.push_back(std::move(piece));
  if (size > 0 && stream_chunked_) out.push_back(Bytes::of_static("\r\n"));
  switch (pull) {
    case BodyStream::Pull::kMore:
      break;
    case BodyStream::Pull::kPending:
      stream_waits_ = true;
      break;
    case BodyStream::Pull::kEnd:
      if (stream_chunked_) out.push_back(Bytes::of_static("0\r\n\r\n"));
      finish_response();
      break;
    case BodyStream::Pull::kAbort:
      over_ = true;
      finish_response();
      break;
  }
}

}  // namespace

std::unique_ptr<Session> make_http1_session(SessionHost& host) {
  return std::make_unique<Http1Session>(host);
}

}  // namespace pedalion::http
