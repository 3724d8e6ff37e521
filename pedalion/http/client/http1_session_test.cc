// The client against servers that speak HTTP/1.1 well and badly, in the clear.
#include <gtest/gtest.h>

#include "pedalion/http/client/test_support.h"

namespace pedalion::http::client {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using testing::make_request;
using testing::run_on;
using testing::ScriptedPeer;
using testing::ScriptedServer;
using testing::TestClient;

ClientOptions options_for(const ScriptedServer& server) {
  ClientOptions options;
  options.host = "127.0.0.1";
  options.port = server.port();
  options.use_tls = false;
  return options;
}

constexpr std::string_view kHello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

// Answers every request of a connection with `answer`.
ScriptedServer::Script answering(std::string answer) {
  return [answer](ScriptedPeer& peer, int) {
    while (peer.read_until("\r\n\r\n").ends_with("\r\n\r\n")) peer.write(answer);
  };
}

TEST(Http1Client, SendsHeadsAndKeepsTheConnection) {
  std::string seen;
  ScriptedServer server([&](ScriptedPeer& peer, int) {
    seen = peer.read_until("\r\n\r\n");
    peer.write(kHello);
    peer.read_until("\r\n\r\n");
    peer.write(kHello);
    peer.read_to_end();
  });
  TestClient client(options_for(server));
  auto request = make_request("GET", "/api?x=1");
  request.headers.add("accept", "application/json");
  request.headers.add("connection", "close");  // framing is the client's own business
  auto answer = client.send(std::move(request));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "hello");
  EXPECT_EQ(answer->version, Version::kHttp11);
  EXPECT_EQ(seen, "GET /api?x=1 HTTP/1.1\r\nhost: 127.0.0.1:" + std::to_string(server.port()) +
                      "\r\naccept: application/json\r\n\r\n");
  EXPECT_TRUE(client.get("/"));
  EXPECT_EQ(server.accepted(), 1);
  client.close();
}

TEST(Http1Client, SendsAKnownBodyWithItsLength) {
  std::string seen;
  ScriptedServer server([&](ScriptedPeer& peer, int) {
    seen = peer.read_until("abc");
    peer.write(kHello);
  });
  TestClient client(options_for(server));
  ASSERT_TRUE(client.send(make_request("POST", "/", body_of(Bytes::of_static("abc")))));
  EXPECT_NE(seen.find("\r\ncontent-length: 3\r\n\r\nabc"), std::string::npos) << seen;
}

class SlowBody final : public BodyReader {
 public:
  explicit SlowBody(Loop& loop) : loop_(loop) {}
  Task<Result<Bytes>> read() override {
    auto tick = std::make_shared<Completion<bool>>();
    loop_.run_after(5ms, [tick] { tick->complete(true); });
    co_await *tick;
    co_return count_++ < 3 ? Bytes::of_static("piece") : Bytes();
  }

 private:
  Loop& loop_;
  int count_ = 0;
};

TEST(Http1Client, SendsAStreamedBodyInChunks) {
  std::string seen;
  ScriptedServer server([&](ScriptedPeer& peer, int) {
    seen = peer.read_until("0\r\n\r\n");
    peer.write(kHello);
  });
  TestClient client(options_for(server));
  ASSERT_TRUE(client.send(make_request("POST", "/", std::make_unique<SlowBody>(client.loop()))));
  EXPECT_TRUE(seen.ends_with("\r\n\r\n5\r\npiece\r\n5\r\npiece\r\n5\r\npiece\r\n0\r\n\r\n")) << seen;
}

TEST(Http1Client, TakesAnEarlyAnswerWhileItStillSends) {
  ScriptedServer server([&](ScriptedPeer& peer, int connection) {
    peer.read_until("\r\n\r\n");
    if (connection == 0) peer.write("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
    if (connection == 1) peer.write(kHello);
  });
  TestClient client(options_for(server));
  auto answer = client.send(make_request("POST", "/", body_of(Bytes(std::string(30 << 20, 'x')))));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 413);
  EXPECT_TRUE(client.get("/"));  // on another connection
  EXPECT_EQ(server.accepted(), 2);
}

TEST(Http1Client, RefusesRequestsThatWouldSmuggleOthers) {
  ScriptedServer server(answering(std::string(kHello)));
  TestClient client(options_for(server));
  auto injected = make_request("GET", "/");
  injected.headers.add("x", "a\r\nhost: other");
  EXPECT_EQ(client.send(std::move(injected)).error().code, 400);
  EXPECT_EQ(client.send(make_request("GET", "/ HTTP/1.1\r\n\r\nGET /")).error().code, 400);
  EXPECT_EQ(client.send(make_request("GET /", "/")).error().code, 400);
  auto named = make_request("GET", "/");
  named.headers.add("Upper Case", "x");
  EXPECT_EQ(client.send(std::move(named)).error().code, 400);
  EXPECT_EQ(server.accepted(), 0);
}

TEST(Http1Client, RefusesABodyOfAnotherLengthThanDeclared) {
  ScriptedServer server([](ScriptedPeer& peer, int) { peer.read_to_end(); });
  TestClient client(options_for(server));
  for (const char* length : {"2", "4"}) {
    auto request = make_request("POST", "/", body_of(Bytes::of_static("abc")));
    request.headers.add("content-length", length);
    auto answer = client.send(std::move(request));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, 400);
  }
}

TEST(Http1Client, SendsAgainWhatMetAClosingConnection) {
  ScriptedServer server([](ScriptedPeer& peer, int) {
    peer.read_until("\r\n\r\n");
    peer.write(kHello);
    peer.read_until("\r\n\r\n");  // and closes without an answer
  });
  TestClient client(options_for(server));
  ASSERT_TRUE(client.get("/"));
  auto again = client.get("/");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(server.accepted(), 2);
  // A request with a body may have been acted upon.
  auto post = client.send(make_request("POST", "/", body_of(Bytes::of_static("x"))));
  ASSERT_FALSE(post);
  EXPECT_EQ(post.error().code, 502);
}

TEST(Http1Client, FailsWhenAFreshConnectionGivesNoAnswer) {
  ScriptedServer server([](ScriptedPeer& peer, int) { peer.read_until("\r\n\r\n"); });
  TestClient client(options_for(server));
  auto answer = client.get("/");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, 502);
  EXPECT_EQ(server.accepted(), 1);
}

TEST(Http1Client, FailsWhenNobodyListens) {
  std::uint16_t port = 0;
  {
    ScriptedServer gone([](ScriptedPeer&, int) {});
    port = gone.port();
  }
  ClientOptions options;
  options.host = "127.0.0.1";
  options.port = port;
  options.use_tls = false;
  TestClient client(options);
  auto answer = client.get("/");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, 503);
}

TEST(Http1Client, FailsWhenTheHandshakeTakesTooLong) {
  ScriptedServer server([](ScriptedPeer& peer, int) { peer.read_to_end(); });
  auto options = options_for(server);
  options.use_tls = true;
  options.handshake_timeout = 50ms;
  TestClient client(options);
  auto answer = client.get("/");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, 504);
}

TEST(Http1Client, FailsOnAServerThatSpeaksNoTls) {
  ScriptedServer server([](ScriptedPeer& peer, int) { peer.write("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  auto options = options_for(server);
  options.use_tls = true;
  TestClient client(options);
  auto answer = client.get("/");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, 503);
}

TEST(Http1Client, FailsOnHostileAnswers) {
  const std::vector<std::string> answers = {
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
      "HTTP/1.1 101 Switching Protocols\r\n\r\n",
      std::string(100, '\0'),
      "HTTP/1.1 200 OK\r\nA: " + std::string(200000, 'x'),
      "garbage\r\n\r\n",
  };
  for (const auto& text : answers) {
    ScriptedServer server([&](ScriptedPeer& peer, int) {
      peer.read_until("\r\n\r\n");
      peer.write(text);
    });
    auto options = options_for(server);
    options.header_bytes = 100000;
    TestClient client(options);
    auto answer = client.get("/");
    ASSERT_FALSE(answer) << text.substr(0, 100);
    EXPECT_EQ(answer.error().code, 502);
  }
}

TEST(Http1Client, DropsConnectionsOnWhichMoreComesThanWasAskedFor) {
  ScriptedServer server(answering(std::string(kHello) + std::string(kHello)));
  TestClient client(options_for(server));
  ASSERT_TRUE(client.get("/"));
  ASSERT_TRUE(client.get("/"));
  EXPECT_EQ(server.accepted(), 2);
}

TEST(Http1Client, StopsReadingWhatTheCallerDoesNotTake) {
  std::atomic<std::size_t> written = 0;
  ScriptedServer server([&](ScriptedPeer& peer, int) {
    peer.read_until("\r\n\r\n");
    peer.write("HTTP/1.1 200 OK\r\n\r\n");
    const std::string piece(1 << 16, 'x');
    for (int i = 0; i < 1024; ++i) {  // 64 MiB; a stopped reader makes write() wait
      peer.write(piece);
      written += piece.size();
    }
  });
  TestClient client(options_for(server));
  auto response = client.open(make_request("GET", "/"));
  ASSERT_TRUE(response);
  std::size_t before = 0;
  do {
    before = written;
    std::this_thread::sleep_for(100ms);
  } while (written != before);
  EXPECT_LT(before, std::size_t{32} << 20);
  std::size_t total = 0;
  while (true) {
    auto piece = client.read(*response->body);
    ASSERT_TRUE(piece) << piece.error().message;
    if (piece->empty()) break;
    EXPECT_LT(piece->size(), std::size_t{1} << 20);
    total += piece->size();
  }
  EXPECT_EQ(total, std::size_t{64} << 20);
  client.drop(std::move(response->body));
}

TEST(Http1Client, ClosesWhenTheBodyIsDropped) {
  std::promise<std::size_t> ended;
  ScriptedServer server([&](ScriptedPeer& peer, int connection) {
    peer.read_until("\r\n\r\n");
    if (connection == 0) {
      peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
      ended.set_value(peer.read_to_end());
    } else {
      peer.write(kHello);
    }
  });
  TestClient client(options_for(server));
  auto response = client.open(make_request("GET", "/watch"));
  ASSERT_TRUE(response);
  EXPECT_EQ(client.read(*response->body)->view(), "a");
  client.drop(std::move(response->body));
  auto end = ended.get_future();
  ASSERT_EQ(end.wait_for(2s), std::future_status::ready);
  EXPECT_TRUE(client.get("/"));
}

TEST(Http1Client, QueuesBeyondItsConnections) {
  ScriptedServer server(answering(std::string(kHello)));
  auto options = options_for(server);
  options.connections = 2;
  TestClient client(options);
  std::atomic<int> answered = 0;
  run_on(client.loop(), [&] {
    for (int i = 0; i < 50; ++i) {
      spawn(client.client().send(make_request("GET", "/")), [&](Result<ClientResponse> response) {
        EXPECT_TRUE(response);
        ++answered;
      });
    }
  });
  for (int i = 0; i < 200 && answered < 50; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(answered, 50);
  EXPECT_LE(server.accepted(), 50);
}

TEST(Http1Client, ClosesIdleConnections) {
  std::promise<void> closed;
  ScriptedServer server([&](ScriptedPeer& peer, int) {
    peer.read_until("\r\n\r\n");
    peer.write(kHello);
    peer.read_to_end();
    closed.set_value();
  });
  auto options = options_for(server);
  options.idle_timeout = 30ms;
  TestClient client(options);
  ASSERT_TRUE(client.get("/"));
  EXPECT_EQ(closed.get_future().wait_for(2s), std::future_status::ready);
}

TEST(Http1Client, FailsWhatIsUnderWayWhenItEnds) {
  ScriptedServer server([&](ScriptedPeer& peer, int) {
    peer.read_until("\r\n\r\n");
    peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    peer.read_to_end();
  });
  TestClient client(options_for(server));
  auto response = client.open(make_request("GET", "/watch"));
  ASSERT_TRUE(response);
  std::promise<Result<Bytes>> read;
  run_on(client.loop(), [&] {
    spawn(response->body->read(), [&](Result<Bytes> piece) { read.set_value(std::move(piece)); });
  });
  client.close();
  EXPECT_FALSE(read.get_future().get());
  client.drop(std::move(response->body));
}

TEST(Http1Client, ForgetsATaskThatIsDropped) {
  ScriptedServer server([&](ScriptedPeer& peer, int) { peer.read_to_end(); });
  TestClient client(options_for(server));
  struct Ignore {
    static Task<void> send(Client* client, bool* returned) {
      (void)co_await client->send(make_request("GET", "/"));
      *returned = true;
    }
  };
  bool returned = false;
  run_on(client.loop(), [&] {
    // Resumed by hand, so that it can be destroyed while it waits.
    auto task = Ignore::send(&client.client(), &returned);
    struct Starter {
      struct promise_type {
        Starter get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
      };
      std::coroutine_handle<promise_type> handle;
      static Starter start(Task<void>& task) { co_await task; }
    };
    auto starter = Starter::start(task);
    starter.handle.destroy();
  });
  std::this_thread::sleep_for(50ms);
  EXPECT_FALSE(returned);
}

}  // namespace
}  // namespace pedalion::http::client
