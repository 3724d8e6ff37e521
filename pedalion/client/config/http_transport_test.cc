// The transport against the project's own server: credentials, certificates, compression, and what its errors
// say.
#include "pedalion/client/config/http_transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "pedalion/client/config/kubeconfig.h"
#include "pedalion/http/server.h"
#include "pedalion/http/tls/certificates.h"
#include "pedalion/http/tls/server_context.h"

namespace pedalion::client::config {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;
using ::testing::HasSubstr;

std::string gzipped(std::string_view text) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&z, text.size()), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

const std::string kLong = [] {
  std::string out;
  for (int i = 0; i < 100000; ++i) out += std::to_string(i) + ",";
  return out;
}();

// Says what it was asked.
class Application final : public http::Handler {
 public:
  Task<http::Response> handle(http::Request request) override {
    if (request.path() == "/html") co_return http::Response(503, "text/html", "<html>a proxy's page</html>");
    if (request.path() == "/gzip" || request.path() == "/cut") {
      auto body = gzipped(kLong) + gzipped("end");
      if (request.path() == "/cut") body.resize(body.size() / 2);
      http::Response response(200, "text/plain", std::move(body));
      response.headers.add("content-encoding", request.headers.get("accept-encoding"));
      co_return response;
    }
    std::string text = request.method + " " + request.target + "\n";
    for (const auto& [name, value] : request.headers.fields()) text += name + ": " + value + "\n";
    text += "certificates: " + std::to_string(request.peer->certificates_der.size()) + "\n";
    const bool known = request.headers.get("authorization") != "Bearer unknown";
    co_return http::Response(known ? 200 : 401, "text/plain", std::move(text));
  }
};

class HttpTransport : public testing::Test {
 protected:
  HttpTransport() {
    char pattern[] = "/tmp/pedalion-transport-test-XXXXXX";
    folder_ = ::mkdtemp(pattern);
    authority_ = http::tls::make_authority("authority", 24h).value();
    loop_ = http::make_loop_thread("test");
  }
  ~HttpTransport() override {
    drop_transport();
    loop_.reset();
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  http::tls::KeyPair pair(const http::tls::KeyPair& authority, bool server, std::chrono::hours valid = 24h) {
    http::tls::CertificateRequest request;
    request.common_name = server ? "server" : "client";
    if (server) request.ip_addresses = {"127.0.0.1"};
    request.server = server;
    request.client = !server;
    request.valid_for = valid;
    return http::tls::sign(authority, request).value();
  }
  std::string write(const std::string& name, std::string_view text) {
    auto path = folder_ + "/" + name;
    std::ofstream(path) << text;
    return path;
  }

  void serve(bool tls, std::chrono::hours valid = 24h) {
    http::ServerOptions options;
    options.bind_address = "127.0.0.1";
    options.threads = 1;
    if (tls) {
      auto own = pair(authority_, true, valid);
      http::tls::ServerContextOptions context;
      context.default_certificate = {write("server.crt", own.certificate), write("server.key", own.key), {}};
      options.tls = http::tls::ServerContext::create(std::move(context)).value();
    }
    server_ = http::Server::start(std::move(options), application_).value();
    config_.server = (tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(server_->port());
    if (tls) config_.tls.authority.data = authority_.certificate;
  }

  void make(Periods periods = {}) {
    drop_transport();
    auto made = make_http_transport(*loop_, config_, periods);
    ASSERT_TRUE(made.has_value()) << made.error().message;
    transport_ = *std::move(made);
  }
  void drop_transport() {
    if (!transport_) return;
    run([&] { transport_.reset(); });
    run([] {});
  }
  void run(std::move_only_function<void()> work) {
    std::promise<void> done;
    loop_->post([&] {
      work();
      done.set_value();
    });
    done.get_future().get();
  }

  struct Answer {
    int status = 0;
    std::string text;
  };
  static Task<Result<Answer>> whole(rest::Transport* transport, http::Request request) {
    CO_TRY(auto response, co_await transport->send(std::move(request)));
    CO_TRY(Bytes body, co_await http::read_all(response.body.get(), 100 << 20));
    co_return Answer{response.status, std::string(body.view())};
  }
  template <class T>
  T await(std::move_only_function<Task<T>()> make) {
    std::promise<T> result;
    loop_->post([&] { spawn(make(), [&](T value) { result.set_value(std::move(value)); }); });
    return result.get_future().get();
  }
  Result<Answer> send(const std::string& target = "/", http::Headers headers = {}) {
    http::Request request;
    request.method = "GET";
    request.target = target;
    request.headers = std::move(headers);
    return await<Result<Answer>>([&] { return whole(transport_.get(), std::move(request)); });
  }
  std::string text(const std::string& target = "/", http::Headers headers = {}) {
    auto answer = send(target, std::move(headers));
    return answer ? answer->text : "failed: " + answer.error().message;
  }

  std::string folder_;
  http::tls::KeyPair authority_;
  Application application_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<Loop> loop_;
  Config config_;
  std::unique_ptr<rest::Transport> transport_;
};

TEST_F(HttpTransport, SaysWhoIsAsking) {
  serve(true);
  config_.bearer_token = "secret";
  config_.user_agent = "tester/1";
  config_.impersonate = {"jane", "u-1", {"g1", "g2"}, {{"example.com/Key %", {"v", "w"}}}};
  make();
  auto said = text("/api?x=1");
  for (const char* line :
       {"GET /api?x=1\n", "\nauthorization: Bearer secret\n", "\nuser-agent: tester/1\n",
        "\nimpersonate-user: jane\n", "\nimpersonate-uid: u-1\n", "\nimpersonate-group: g1\n",
        "\nimpersonate-group: g2\n", "\nimpersonate-extra-example.com%2fkey%20%25: v\n",
        "\nimpersonate-extra-example.com%2fkey%20%25: w\n", "\naccept-encoding: gzip\n",
        "certificates: 0\n"}) {
    EXPECT_THAT(said, HasSubstr(line));
  }
  http::Headers own;
  own.add("authorization", "Bearer other");
  EXPECT_THAT(text("/", own), HasSubstr("\nauthorization: Bearer other\n"));
}

TEST_F(HttpTransport, Basic) {
  serve(false);
  config_.username = "Aladdin";
  config_.password = "open sesame";
  make();
  EXPECT_THAT(text(), HasSubstr("\nauthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\n"));
}

TEST_F(HttpTransport, TheTokensFileIsReadAgain) {
  serve(false);
  config_.bearer_token_file = write("token", "first\n");
  make({.token = 1h});
  EXPECT_THAT(text(), HasSubstr("Bearer first\n"));
  write("token", "unknown");
  EXPECT_THAT(text(), HasSubstr("Bearer first\n"));
  make({.token = 0ms});
  EXPECT_EQ(send()->status, 401);
  write("token", " \n");
  EXPECT_THAT(text(), HasSubstr("Bearer unknown\n")) << "what was read last stays";
  write("token", "third");
  EXPECT_THAT(text(), HasSubstr("Bearer third\n"));
}

TEST_F(HttpTransport, ARefusedTokenIsReadAgainAtOnce) {
  serve(false);
  config_.bearer_token_file = write("token", "unknown");
  make({.token = 1h});
  write("token", "good");
  EXPECT_EQ(send()->status, 401);
  EXPECT_THAT(text(), HasSubstr("Bearer good\n"));
}

TEST_F(HttpTransport, APluginIsAskedAgainAfterARefusal) {
  serve(true);
  auto client = pair(authority_, false);
  write("client.crt", client.certificate);
  write("client.key", client.key);
  // First a token that nobody knows, then a certificate that is none, then what is good.
  auto plugin = write("plugin", "#!/bin/sh\ncd " + folder_ + R"script(
quoted() { sed 's/$/\\n/' "$1" | tr -d '\n'; }
printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":'
if [ ! -e ran ]; then touch ran; printf '"unknown"}}'; exit; fi
if [ ! -e again ]; then touch again; printf '"known","clientCertificateData":"c","clientKeyData":"k"}}'; exit; fi
printf '"known","clientCertificateData":"%s","clientKeyData":"%s"}}' "$(quoted client.crt)" "$(quoted client.key)"
)script");
  std::filesystem::permissions(plugin, std::filesystem::perms::owner_all);
  config_.exec = ExecConfig{.command = plugin, .api_version = "client.authentication.k8s.io/v1beta1"};
  config_.exec->interactive = ExecConfig::Interactive::kNever;
  make();
  EXPECT_EQ(send()->status, 401);
  EXPECT_THAT(text(), HasSubstr("failed: the exec plugin's certificate: TLS: the client's certificate: "));
  auto said = text();
  EXPECT_THAT(said, HasSubstr("\nauthorization: Bearer known\n"));
  EXPECT_THAT(said, HasSubstr("certificates: 1\n"));
}

TEST_F(HttpTransport, InflatesAnswers) {
  serve(false);
  make();
  EXPECT_EQ(text("/gzip"), kLong + "end");
  EXPECT_EQ(text("/cut"), "failed: gzip: unexpected EOF");
  http::Headers own;
  own.add("accept-encoding", "gzip");
  EXPECT_EQ(text("/gzip", own), gzipped(kLong) + gzipped("end")) << "whoever asks for it gets it";
  config_.disable_compression = true;
  make();
  EXPECT_THAT(text(), ::testing::Not(HasSubstr("accept-encoding")));
}

TEST_F(HttpTransport, CertificatesAreTakenUpAnew) {
  serve(true);
  auto client = pair(authority_, false);
  config_.tls.certificate.file = write("client.crt", client.certificate);
  config_.tls.key.file = write("client.key", client.key);
  config_.tls.authority = {"", write("ca.crt", authority_.certificate)};
  make({.certificates = 0ms});
  EXPECT_THAT(text(), HasSubstr("certificates: 1\n"));
  // A key without its certificate: the old pair stays.
  auto next = pair(authority_, false);
  write("client.key", next.key);
  EXPECT_THAT(text(), HasSubstr("certificates: 1\n"));
  write("client.crt", next.certificate + authority_.certificate);
  EXPECT_THAT(text(), HasSubstr("certificates: 2\n"));
  write("ca.crt", http::tls::make_authority("other", 24h).value().certificate);
  EXPECT_THAT(text(), HasSubstr("failed: "));
}

TEST_F(HttpTransport, SaysWhichCertificatesDoNotFit) {
  serve(true);
  auto other = http::tls::make_authority("other", 24h).value();
  auto ca = write("other.crt", other.certificate);
  config_.tls.authority = {"", ca};
  config_.origin = {.context = "x", .cluster = "c", .cluster_file = "/etc/k"};
  make();
  auto wrong = send();
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(wrong.error().code, 503);
  EXPECT_THAT(wrong.error().message,
              HasSubstr("kubeconfig /etc/k, context \"x\", cluster \"c\": handshake with 127.0.0.1:"));
  EXPECT_THAT(wrong.error().message,
              HasSubstr(" (" + config_.server + "; certificate authority: " + ca + ")"));
}

TEST_F(HttpTransport, SaysThatACertificateHasExpired) {
  serve(true, -1h);
  make();
  EXPECT_THAT(text(), HasSubstr("certificate has expired"));
  config_.tls = {.insecure = true};
  make();
  EXPECT_THAT(text(), HasSubstr("GET /\n"));
}

TEST_F(HttpTransport, SaysWhichFileIsUnusable) {
  serve(true);
  config_.origin = {
      .context = "x", .cluster = "c", .cluster_file = "/etc/k", .user = "u", .user_file = "/etc/u"};
  config_.tls.authority = {"", folder_ + "/gone"};
  auto failure = [&] { return make_http_transport(*loop_, config_).error().message; };
  EXPECT_EQ(failure(), "kubeconfig /etc/k, context \"x\", cluster \"c\": certificate authority " + folder_ +
                           "/gone: No such file or directory");
  config_.tls.authority.data = "no PEM";
  EXPECT_THAT(failure(),
              HasSubstr("cluster \"c\": TLS: the authorities hold no certificate (https://127.0.0.1:"));
  config_.tls.authority.data = authority_.certificate;
  config_.tls.certificate.data = pair(authority_, false).certificate;
  config_.tls.key.data = pair(authority_, false).key;
  EXPECT_THAT(failure(), HasSubstr("client certificate: inline data"));
  config_.tls.certificate = config_.tls.key = {};
  config_.bearer_token_file = folder_ + "/token";
  EXPECT_EQ(failure(),
            "kubeconfig /etc/u, context \"x\", user \"u\": " + folder_ + "/token: No such file or directory");
}

TEST_F(HttpTransport, NobodyIsThere) {
  serve(false);
  server_.reset();
  make();
  auto answer = send();
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, 503);
  EXPECT_THAT(answer.error().message, HasSubstr("dial tcp 127.0.0.1:"));
}

TEST_F(HttpTransport, GoesByAProxy) {
  serve(false);  // is the proxy: in the clear it is told whole URLs
  config_.proxy_url = config_.server;
  config_.proxy_url.insert(7, "user:pass@");
  config_.server = "http://far.example:8080";
  make();
  auto said = text("/api");
  EXPECT_THAT(said, HasSubstr("/api\n"));
  EXPECT_THAT(said, HasSubstr("far.example:8080"));
  EXPECT_THAT(said, HasSubstr("\nproxy-authorization: Basic dXNlcjpwYXNz\n"));
  config_.server = "https://far.example";
  config_.origin = {.cluster = "c", .cluster_file = "/etc/k"};
  make();
  EXPECT_THAT(text(), HasSubstr("failed: kubeconfig /etc/k, cluster \"c\": proxy 127.0.0.1:"));
}

TEST_F(HttpTransport, MakesAClient) {
  serve(true);
  config_.server += "/base/";
  auto client = make_client(*loop_, config_).value();
  auto answer = await<Result<rest::Response>>([&] { return client->get().path("/version").send(); });
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_THAT(std::string(answer->body.view()), HasSubstr("GET /base/version\n"));
  run([&] { client.reset(); });
  config_.server.resize(config_.server.size() - 6);
  client = make_client(*loop_, config_).value();
  answer = await<Result<rest::Response>>([&] { return client->get().path("/html").send(); });
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, 503);
  ASSERT_NE(answer.error().details(), nullptr);
  EXPECT_THAT(answer.error().details()->causes.at(0).message, HasSubstr("a proxy's page"));
  run([&] { client.reset(); });
  run([] {});
}

}  // namespace
}  // namespace pedalion::client::config
