// The session of HTTP/2 against nghttp2's client, in memory.
#include <gmock/gmock.h>
#include <nghttp2/nghttp2.h>

#include <map>

#include "pedalion/http/session.h"

namespace pedalion::http {
namespace {

constexpr std::size_t kBudget = 64 << 10;

/// Keeps what is to be answered until the test answers.
class Host final : public SessionHost {
 public:
  void serve(Request request, std::move_only_function<void(Response)> done) override {
    requests.push_back(std::move(request));
    answers.push_back(std::move(done));
  }
  void wake() override {}
  const Limits& limits() const override { return limits_; }
  const std::shared_ptr<const Peer>& peer() const override { return peer_; }
  std::string_view date() const override { return "now"; }

  Limits limits_;
  std::vector<Request> requests;
  std::vector<std::move_only_function<void(Response)>> answers;

 private:
  std::shared_ptr<const Peer> peer_ = std::make_shared<Peer>();
};

struct Received {
  std::map<std::string, std::string> fields;
  std::size_t bytes = 0;
  bool closed = false;
  std::uint32_t error = 0;
};

class TestStream final : public BodyStream {
 public:
  struct State {
    std::function<void()> ready;
    std::vector<std::string> events;
    bool endless = false, ended = false, aborted = false, drained = false, destroyed = false;
    std::size_t pulled = 0;
  };
  explicit TestStream(State& state) : state_(state) {}
  ~TestStream() override { state_.destroyed = true; }
  Pull pull(std::vector<Bytes>& out, std::size_t budget) override {
    if (state_.aborted) return Pull::kAbort;
    if (state_.endless) out.emplace_back(std::string(budget, 'e'));
    for (std::string& event : state_.events) out.emplace_back(std::move(event));
    state_.events.clear();
    for (const Bytes& piece : out) state_.pulled += piece.size();
    if (state_.endless) return Pull::kMore;
    return state_.ended ? Pull::kEnd : Pull::kPending;
  }
  void on_ready(std::function<void()> ready) override { state_.ready = std::move(ready); }
  void drain() override { state_.drained = true; }

 private:
  State& state_;
};

class Http2SessionTest : public ::testing::Test {
 protected:
  ~Http2SessionTest() override { nghttp2_session_del(client_); }

  void start(std::uint32_t window = 65535) {
    session_ = make_http2_session(host_);
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(
        callbacks,
        [](nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
           const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* user) {
          auto& received = static_cast<Http2SessionTest*>(user)->received_[frame->hd.stream_id];
          received.fields[std::string(reinterpret_cast<const char*>(name), name_size)] =
              std::string(reinterpret_cast<const char*>(value), value_size);
          return 0;
        });
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
        callbacks, [](nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t*, std::size_t size,
                      void* user) {
          static_cast<Http2SessionTest*>(user)->received_[id].bytes += size;
          return 0;
        });
    nghttp2_session_callbacks_set_on_stream_close_callback(
        callbacks, [](nghttp2_session*, std::int32_t id, std::uint32_t error, void* user) {
          auto& received = static_cast<Http2SessionTest*>(user)->received_[id];
          received.closed = true;
          received.error = error;
          return 0;
        });
    nghttp2_session_callbacks_set_on_frame_recv_callback(
        callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* user) {
          if (frame->hd.type == NGHTTP2_GOAWAY) ++static_cast<Http2SessionTest*>(user)->goaways_;
          return 0;
        });
    nghttp2_session_client_new(&client_, callbacks, this);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_settings_entry entry{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, window};
    nghttp2_submit_settings(client_, NGHTTP2_FLAG_NONE, &entry, 1);
    nghttp2_session_set_local_window_size(client_, NGHTTP2_FLAG_NONE, 0, static_cast<std::int32_t>(window));
    exchange();
  }

  /// `body_size` bytes of a body follow; they never end when `open`.
  std::int32_t ask(std::string method, std::string path, std::size_t body_size = 0, bool open = false) {
    std::vector<std::pair<std::string, std::string>> all = {
        {":method", method}, {":path", path}, {":scheme", "https"}, {":authority", "x"}};
    all.insert(all.end(), extra_.begin(), extra_.end());
    std::vector<nghttp2_nv> fields;
    for (auto& [name, value] : all) {
      fields.push_back({reinterpret_cast<std::uint8_t*>(name.data()),
                        reinterpret_cast<std::uint8_t*>(value.data()), name.size(), value.size(),
                        NGHTTP2_NV_FLAG_NONE});
    }
    body_left_ = body_size;
    body_open_ = open;
    nghttp2_data_provider provider{
        .source = {.ptr = this},
        .read_callback = [](nghttp2_session*, std::int32_t, std::uint8_t* out, std::size_t length,
                            std::uint32_t* flags, nghttp2_data_source* source, void*) -> ssize_t {
          auto& self = *static_cast<Http2SessionTest*>(source->ptr);
          auto size = std::min(length, self.body_left_);
          std::fill_n(out, size, 'b');
          self.body_left_ -= size;
          if (size == 0 && self.body_open_) return NGHTTP2_ERR_DEFERRED;
          if (self.body_left_ == 0 && !self.body_open_) *flags |= NGHTTP2_DATA_FLAG_EOF;
          return static_cast<ssize_t>(size);
        }};
    bool has_body = body_size > 0 || open;
    auto id = nghttp2_submit_request(client_, nullptr, fields.data(), fields.size(),
                                     has_body ? &provider : nullptr, nullptr);
    exchange();
    return id;
  }

  void exchange() {
    for (bool moved = true; moved;) {
      moved = false;
      const std::uint8_t* data = nullptr;
      for (ssize_t size; (size = nghttp2_session_mem_send(client_, &data)) > 0; moved = true) {
        if (!session_->is_over())
          session_->receive({reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)});
      }
      moved = deliver() > 0 || moved;
    }
  }
  /// One round of what the server writes.
  std::size_t deliver() {
    std::vector<Bytes> out;
    session_->produce(out, kBudget);
    std::size_t size = 0;
    for (const Bytes& piece : out) {
      size += piece.size();
      nghttp2_session_mem_recv(client_, reinterpret_cast<const std::uint8_t*>(piece.data()), piece.size());
    }
    return size;
  }
  void answer(std::size_t request, Response response) {
    host_.answers.at(request)(std::move(response));
    exchange();
  }

  Host host_;
  TestStream::State state_;  // outlives the session's streams
  std::unique_ptr<Session> session_;
  nghttp2_session* client_ = nullptr;
  std::map<std::int32_t, Received> received_;
  std::vector<std::pair<std::string, std::string>> extra_;
  std::size_t body_left_ = 0;
  bool body_open_ = false;
  int goaways_ = 0;
};

Response streaming(TestStream::State& state) {
  Response response;
  response.stream = std::make_unique<TestStream>(state);
  return response;
}

TEST_F(Http2SessionTest, AnswersInAnyOrder) {
  start();
  auto first = ask("GET", "/1?q=%2F"), second = ask("HEAD", "/2");
  ASSERT_EQ(host_.requests.size(), 2U);
  EXPECT_EQ(host_.requests[0].target, "/1?q=%2F");
  EXPECT_EQ(host_.requests[0].headers.get("host"), "x");
  answer(1, Response(200, "text/plain", "hello"));
  EXPECT_TRUE(received_[second].closed);
  EXPECT_EQ(received_[second].bytes, 0U);
  EXPECT_EQ(received_[second].fields["content-length"], "5");
  Response response(404, "text/plain", "none");
  response.headers.add("connection", "keep-alive");
  response.chunks.push_back(Bytes::of_static(" here"));
  answer(0, std::move(response));
  EXPECT_EQ(received_[first].fields[":status"], "404");
  EXPECT_EQ(received_[first].bytes, 9U);
  EXPECT_FALSE(received_[first].fields.contains("connection"));
}

TEST_F(Http2SessionTest, SendsLargeBodiesWhole) {
  start(1 << 24);
  auto id = ask("GET", "/");
  Response response(200, "text/plain", std::string(3'000'000, 'a'));
  response.chunks.emplace_back(std::string(1, 'b'));
  response.chunks.emplace_back(std::string(77'777, 'c'));
  answer(0, std::move(response));
  EXPECT_EQ(received_[id].bytes, 3'077'778U);
  EXPECT_TRUE(received_[id].closed);
}

TEST_F(Http2SessionTest, HoldsNoMoreThanTheBudgetForAHugeWindow) {
  start(0x7fffffff);
  ask("GET", "/");
  state_.endless = true;
  host_.answers[0](streaming(state_));
  for (int round = 1; round <= 10; ++round) {
    std::size_t size = deliver();
    EXPECT_GT(size, kBudget / 2);
    EXPECT_LT(size, kBudget + (32 << 10));
    EXPECT_LT(state_.pulled, static_cast<std::size_t>(round) * (kBudget + (64 << 10)));
  }
}

TEST_F(Http2SessionTest, PullsNoMoreThanTheWindow) {
  start(65535);
  ask("GET", "/");
  state_.endless = true;
  host_.answers[0](streaming(state_));
  for (int round = 0; round < 20; ++round) {
    std::vector<Bytes> out;
    session_->produce(out, kBudget);
  }
  EXPECT_LE(state_.pulled, 65535U + (16 << 10));
}

TEST_F(Http2SessionTest, SendsEventsWhenTheyCome) {
  start();
  auto id = ask("GET", "/watch");
  answer(0, streaming(state_));
  EXPECT_EQ(received_[id].fields[":status"], "200");
  for (int event = 1; event <= 3; ++event) {
    state_.events = {"event", "s"};
    state_.ready();
    exchange();
    EXPECT_EQ(received_[id].bytes, 6U * static_cast<unsigned>(event));
  }
  state_.ended = true;
  state_.ready();
  exchange();
  EXPECT_TRUE(received_[id].closed);
  EXPECT_EQ(received_[id].error, 0U);
  EXPECT_TRUE(state_.destroyed);
}

TEST_F(Http2SessionTest, ResetsStreamsThatAreBrokenOff) {
  start();
  auto id = ask("GET", "/watch");
  answer(0, streaming(state_));
  state_.aborted = true;
  state_.ready();
  exchange();
  EXPECT_TRUE(received_[id].closed);
  EXPECT_NE(received_[id].error, 0U);
}

TEST_F(Http2SessionTest, DropsWhatTheClientResets) {
  start();
  auto watched = ask("GET", "/watch"), slow = ask("GET", "/slow");
  answer(0, streaming(state_));
  nghttp2_submit_rst_stream(client_, NGHTTP2_FLAG_NONE, watched, NGHTTP2_CANCEL);
  nghttp2_submit_rst_stream(client_, NGHTTP2_FLAG_NONE, slow, NGHTTP2_CANCEL);
  exchange();
  EXPECT_TRUE(state_.destroyed);
  answer(1, Response(200, "text/plain", "late"));
  state_.ready();
  EXPECT_FALSE(session_->is_over());
}

TEST_F(Http2SessionTest, OpensTheWindowAsTheHandlerReads) {
  start();
  ask("POST", "/", 1'000'000);
  std::size_t unread = 1'000'000 - body_left_;
  EXPECT_LE(unread, host_.limits_.body_window);
  std::size_t read = 0;
  while (read < 1'000'000) {
    auto piece = sync_wait(host_.requests[0].body->read());
    ASSERT_TRUE(piece);
    ASSERT_FALSE(piece->empty());
    read += piece->size();
    exchange();
  }
  EXPECT_TRUE(sync_wait(host_.requests[0].body->read())->empty());
}

TEST_F(Http2SessionTest, NeedsNoRestOfARequestThatIsAnswered) {
  start();
  auto id = ask("POST", "/", 10, true);
  answer(0, Response(413, "text/plain", "too large"));
  EXPECT_EQ(received_[id].fields[":status"], "413");
  EXPECT_TRUE(received_[id].closed);
  EXPECT_EQ(received_[id].error, 0U);
  EXPECT_EQ(session_->waiting(), Session::Waiting::kForRequest);
}

TEST_F(Http2SessionTest, RefusesLongHeads) {
  host_.limits_.header_bytes = 1000;
  start();
  extra_ = {{"a", std::string(2000, 'a')}};
  auto id = ask("GET", "/");
  EXPECT_EQ(received_[id].fields[":status"], "431");
  EXPECT_TRUE(host_.requests.empty());
}

TEST_F(Http2SessionTest, HasATimeForHeads) {
  start();
  EXPECT_EQ(session_->waiting(), Session::Waiting::kForRequest);
  session_->receive(std::string_view("\0\0\1\1\0\0\0\0\1\x82", 10));  // HEADERS without END_HEADERS
  EXPECT_EQ(session_->waiting(), Session::Waiting::kForHead);
}

TEST_F(Http2SessionTest, GoesWhenAllIsAnswered) {
  start();
  auto id = ask("GET", "/watch");
  answer(0, streaming(state_));
  session_->drain(true);
  exchange();
  EXPECT_EQ(goaways_, 1);
  EXPECT_TRUE(state_.drained);
  EXPECT_FALSE(session_->is_over());
  state_.ended = true;
  state_.ready();
  exchange();
  EXPECT_TRUE(received_[id].closed);
  EXPECT_TRUE(session_->is_over());
}

TEST_F(Http2SessionTest, EndsOnGarbageAndFloods) {
  start();
  session_->receive(std::string(100, '\xff'));
  exchange();
  EXPECT_TRUE(session_->is_over());

  session_ = make_http2_session(host_);
  std::string flood = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + std::string("\0\0\0\4\0\0\0\0\0", 9);
  for (int ping = 0; ping < 5000; ++ping) flood += std::string("\0\0\x8\6\0\0\0\0\0", 9) + "12345678";
  session_->receive(flood);
  EXPECT_TRUE(session_->is_over());
}

}  // namespace
}  // namespace pedalion::http
