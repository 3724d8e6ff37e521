// The client against the project's own server, in process: both protocols, with and without TLS.
#include "pedalion/http/client.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "pedalion/http/client/test_support.h"
#include "pedalion/http/server.h"
#include "pedalion/http/tls/certificates.h"
#include "pedalion/http/tls/server_context.h"

namespace pedalion::http::client {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using testing::make_request;
using testing::run_on;
using testing::TestClient;

// Ticks forever: "tick 0\n", "tick 1\n", … one each millisecond.
class Ticks final : public BodyStream {
 public:
  explicit Ticks(std::atomic<int>& alive) : alive_(alive) { ++alive_; }
  ~Ticks() override {
    --alive_;
    if (timer_ != 0) loop_->cancel(timer_);
  }
  Pull pull(std::vector<Bytes>& out, std::size_t) override {
    if (!due_) return Pull::kPending;
    out.emplace_back("tick " + std::to_string(count_++) + "\n");
    arm();
    return Pull::kPending;
  }
  void on_ready(std::function<void()> ready) override {
    ready_ = std::move(ready);
    loop_ = Loop::current();
    arm();
  }

 private:
  void arm() {
    due_ = false;
    timer_ = loop_->run_after(1ms, [this] {
      timer_ = 0;
      due_ = true;
      ready_();
    });
  }
  std::atomic<int>& alive_;
  std::function<void()> ready_;
  Loop* loop_ = nullptr;
  Loop::TimerId timer_ = 0;
  bool due_ = false;
  int count_ = 0;
};

class Application final : public Handler {
 public:
  Task<Response> handle(Request request) override {
    if (request.path() == "/echo") {
      auto body = co_await read_all(request.body.get(), 100 << 20);
      Response response(body ? 200 : 500, "text/plain",
                        body ? std::string(body->view()) : body.error().message);
      response.headers.add("x-method", request.method);
      response.headers.add("x-host", request.headers.get("host"));
      co_return response;
    }
    if (request.path() == "/big") co_return Response(200, "text/plain", std::string(20 << 20, 'b'));
    if (request.path() == "/certificates") {
      co_return Response(200, "text/plain", std::to_string(request.peer->certificates_der.size()));
    }
    if (request.path() == "/ticks") {
      Response response;
      response.stream = std::make_unique<Ticks>(ticking);
      co_return response;
    }
    if (request.path() == "/nothing") {
      Response response;
      response.status = 204;
      co_return response;
    }
    co_return Response(200, "text/plain", "hello");
  }
  std::atomic<int> ticking = 0;
};

struct Way {
  Version version;
  bool tls;
};

class ClientTest : public ::testing::TestWithParam<Way> {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/pedalion-client-test-XXXXXX";
    directory_ = ::mkdtemp(pattern);
    authority_ = tls::make_authority("test authority", 24h).value();
    tls::CertificateRequest request;
    request.common_name = "server";
    request.dns_names = {"localhost", "server.example"};
    request.ip_addresses = {"127.0.0.1"};
    request.server = true;
    auto pair = tls::sign(authority_, request).value();
    ASSERT_TRUE(tls::write_file(directory_ + "/crt", pair.certificate, false));
    ASSERT_TRUE(tls::write_file(directory_ + "/key", pair.key, true));
    ServerOptions options;
    options.bind_address = "127.0.0.1";
    options.threads = 1;
    if (GetParam().tls) {
      tls::ServerContextOptions context;
      context.default_certificate = {directory_ + "/crt", directory_ + "/key", {}};
      options.tls = tls::ServerContext::create(std::move(context)).value();
    }
    server_ = Server::start(std::move(options), application_).value();
  }
  void TearDown() override {
    server_.reset();
    std::filesystem::remove_all(directory_);
  }

  ClientOptions options() const {
    ClientOptions options;
    options.host = "127.0.0.1";
    options.port = server_->port();
    options.use_tls = GetParam().tls;
    options.tls.authority_pem = authority_.certificate;
    options.protocol = GetParam().version == Version::kHttp2 ? ClientOptions::Protocol::kHttp2
                                                             : ClientOptions::Protocol::kHttp11;
    return options;
  }

  std::string directory_;
  tls::KeyPair authority_;
  Application application_;
  std::unique_ptr<Server> server_;
};

INSTANTIATE_TEST_SUITE_P(Ways, ClientTest,
                         ::testing::Values(Way{Version::kHttp11, false}, Way{Version::kHttp11, true},
                                           Way{Version::kHttp2, false}, Way{Version::kHttp2, true}),
                         [](const auto& info) {
                           return std::string(info.param.version == Version::kHttp2 ? "Http2" : "Http11") +
                                  (info.param.tls ? "Tls" : "Clear");
                         });

TEST_P(ClientTest, GetsAnAnswer) {
  TestClient client(options());
  for (int i = 0; i < 3; ++i) {
    auto answer = client.get("/hello");
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->version, GetParam().version);
    EXPECT_EQ(answer->body, "hello");
    EXPECT_EQ(answer->headers.get("content-type"), "text/plain");
  }
  EXPECT_EQ(server_->connections(), 1u);
  auto nothing = client.get("/nothing");
  ASSERT_TRUE(nothing) << nothing.error().message;
  EXPECT_EQ(nothing->status, 204);
  auto head = client.send(make_request("HEAD", "/hello"));
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->body, "");
  EXPECT_TRUE(client.get("/hello"));
}

TEST_P(ClientTest, SendsBodies) {
  TestClient client(options());
  for (std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{100000}, std::size_t{10} << 20}) {
    std::string text(size, 'x');
    auto answer = client.send(make_request("POST", "/echo", body_of(Bytes(text))));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->headers.get("x-method"), "POST");
    EXPECT_EQ(answer->body.size(), size);
    EXPECT_EQ(answer->body, text);
  }
}

TEST_P(ClientTest, ReadsBigBodies) {
  TestClient client(options());
  auto answer = client.get("/big");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body.size(), std::size_t{20} << 20);
}

TEST_P(ClientTest, RunsManyRequestsAtOnce) {
  TestClient client(options());
  std::atomic<int> good = 0, ended = 0;
  struct Ask {
    static Task<bool> one(Client* client) {
      auto request = make_request("POST", "/echo", body_of(Bytes(std::string(30000, 'y'))));
      auto response = co_await client->send(std::move(request));
      if (!response) co_return false;
      auto body = co_await read_all(response->body.get(), 1 << 20);
      co_return body && body->size() == 30000;
    }
  };
  run_on(client.loop(), [&] {
    for (int i = 0; i < 300; ++i) {
      spawn(Ask::one(&client.client()), [&](bool well) {
        good += well ? 1 : 0;
        ++ended;
      });
    }
  });
  for (int i = 0; i < 1000 && ended < 300; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(good, 300);
  EXPECT_LE(server_->connections(), 25u);
}

TEST_P(ClientTest, StreamsAndStops) {
  TestClient client(options());
  auto response = client.open(make_request("GET", "/ticks"));
  ASSERT_TRUE(response) << response.error().message;
  std::string text;
  while (text.find("tick 9\n") == std::string::npos) {
    auto piece = client.read(*response->body);
    ASSERT_TRUE(piece) << piece.error().message;
    ASSERT_FALSE(piece->empty());
    text += piece->view();
  }
  EXPECT_TRUE(text.starts_with("tick 0\ntick 1\n"));
  EXPECT_EQ(application_.ticking, 1);
  client.drop(std::move(response->body));
  for (int i = 0; i < 200 && application_.ticking > 0; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(application_.ticking, 0);
  EXPECT_TRUE(client.get("/hello"));
}

TEST_P(ClientTest, FailsStreamsWhenTheServerEnds) {
  TestClient client(options());
  auto response = client.open(make_request("GET", "/ticks"));
  ASSERT_TRUE(response) << response.error().message;
  server_.reset();
  while (true) {
    auto piece = client.read(*response->body);
    if (!piece) break;
    ASSERT_FALSE(piece->empty()) << "a broken stream looks complete";
  }
  client.drop(std::move(response->body));
  EXPECT_EQ(client.get("/hello").error().code, 503);
}

TEST_P(ClientTest, VerifiesTheServer) {
  if (!GetParam().tls) GTEST_SKIP();
  auto other_authority = options();
  other_authority.tls.authority_pem = tls::make_authority("other", 24h).value().certificate;
  auto answer = TestClient(other_authority).get("/hello");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, 503);
  EXPECT_NE(answer.error().message.find("TLS"), std::string::npos) << answer.error().message;

  auto other_name = options();
  other_name.tls.server_name = "elsewhere.example";
  EXPECT_FALSE(TestClient(other_name).get("/hello"));
  other_name.tls.server_name = "127.0.0.2";
  EXPECT_FALSE(TestClient(other_name).get("/hello"));
  other_name.tls.server_name = "server.example";
  EXPECT_TRUE(TestClient(other_name).get("/hello"));

  other_authority.tls.verify = false;
  EXPECT_TRUE(TestClient(other_authority).get("/hello"));
}

TEST_P(ClientTest, ShowsItsCertificate) {
  if (!GetParam().tls) GTEST_SKIP();
  EXPECT_EQ(TestClient(options()).get("/certificates")->body, "0");
  tls::CertificateRequest request;
  request.common_name = "someone";
  request.client = true;
  auto pair = tls::sign(authority_, request).value();
  auto with_certificate = options();
  with_certificate.tls.certificate_pem = pair.certificate;
  with_certificate.tls.key_pem = pair.key;
  auto answer = TestClient(with_certificate).get("/certificates");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "1");
}

TEST_P(ClientTest, Negotiates) {
  if (!GetParam().tls) GTEST_SKIP();
  auto any = options();
  any.protocol = ClientOptions::Protocol::kNegotiate;
  EXPECT_EQ(TestClient(any).get("/hello")->version, Version::kHttp2);
}

TEST(ClientCreation, RefusesUnusableTlsMaterial) {
  auto loop = make_loop_thread("test");
  auto pair = tls::self_sign({.common_name = "a", .client = true}).value();
  auto other = tls::self_sign({.common_name = "b", .client = true}).value();
  auto fails = [&](ClientTls tls) {
    ClientOptions options;
    options.host = "localhost";
    options.tls = std::move(tls);
    bool failed = false;
    run_on(*loop, [&] { failed = !Client::create(*loop, options).has_value(); });
    return failed;
  };
  EXPECT_TRUE(fails({.authority_pem = "no certificate"}));
  EXPECT_TRUE(fails({.certificate_pem = "no certificate", .key_pem = pair.key}));
  EXPECT_TRUE(fails({.certificate_pem = pair.certificate, .key_pem = "no key"}));
  EXPECT_TRUE(fails({.certificate_pem = pair.certificate, .key_pem = other.key}));
  EXPECT_FALSE(
      fails({.authority_pem = pair.certificate, .certificate_pem = pair.certificate, .key_pem = pair.key}));
}

}  // namespace
}  // namespace pedalion::http::client
