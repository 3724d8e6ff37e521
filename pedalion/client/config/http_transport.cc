#include "pedalion/client/config/http_transport.h"

#include <fmt/format.h>

#include "pedalion/base/log.h"
#include "pedalion/client/config/gzip_reader.h"
#include "pedalion/client/config/proxy.h"
#include "pedalion/client/config/text_file.h"
#include "pedalion/client/config/url.h"

namespace pedalion::client::config {
namespace {

using Clock = std::chrono::steady_clock;

// Lower case, and %XX for what is no character of a header's name; the server undoes the latter.
std::string header_name(std::string_view text) {
  constexpr std::string_view kLegal = "!#$&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz";
  std::string out;
  for (char c : text) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (kLegal.find(lower) != std::string_view::npos) {
      out += lower;
    } else {
      out += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

http::Headers impersonation_headers(const Impersonation& as) {
  http::Headers out;
  if (as.user.empty()) return out;
  out.add("impersonate-user", as.user);
  if (!as.uid.empty()) out.add("impersonate-uid", as.uid);
  for (const auto& group : as.groups) out.add("impersonate-group", group);
  for (const auto& [key, values] : as.extra) {
    for (const auto& value : values) out.add("impersonate-extra-" + header_name(key), value);
  }
  return out;
}

Result<std::string> text_of(const Pem& pem, std::string_view what, const std::string& where) {
  if (!pem.data.empty() || pem.file.empty()) return pem.data;
  auto text = read_text_file(pem.file);
  if (!text)
    return std::unexpected(
        Status(400, "BadRequest", fmt::format("{}{} {}", where, what, text.error().message)));
  return text;
}

// A body keeps the connections it comes over.
class HeldBody final : public http::BodyReader {
 public:
  HeldBody(std::shared_ptr<http::Client> client, std::unique_ptr<http::BodyReader> body)
      : client_(std::move(client)), body_(std::move(body)) {}
  Task<Result<Bytes>> read() override { return body_->read(); }

 private:
  std::shared_ptr<http::Client> client_;  // goes last
  std::unique_ptr<http::BodyReader> body_;
};

// What the transport and its requests under way share.
class Core {
 public:
  Core(Loop& loop, Config config, Url url, std::optional<http::ClientProxy> proxy, Periods periods)
      : loop_(loop),
        config_(std::move(config)),
        url_(std::move(url)),
        proxy_(std::move(proxy)),
        periods_(periods),
        impersonation_(impersonation_headers(config_.impersonate)) {}

  Result<void> start();
  Loop& loop() { return loop_; }
  static Task<Result<http::ClientResponse>> send(std::shared_ptr<Core> self, http::Request request);

 private:
  Result<http::ClientTls> read_tls() const;
  Result<void> connect_with(http::ClientTls tls);
  Result<void> refresh(const Credential& credential);
  bool dress(http::Request& request, const Credential& credential) const;
  Status explain(Status status) const;

  Loop& loop_;
  const Config config_;
  const Url url_;
  const std::optional<http::ClientProxy> proxy_;
  const Periods periods_;
  const http::Headers impersonation_;
  std::unique_ptr<CredentialSource> source_;
  http::ClientTls tls_;   // of the configuration, as last read …
  Credential certified_;  // … and the certificate that a credential had in its place
  std::shared_ptr<http::Client> client_;
  Clock::time_point look_again_;
};

Result<http::ClientTls> Core::read_tls() const {
  http::ClientTls out;
  const auto cluster = config_.origin.of_cluster(), user = config_.origin.of_user();
  TRY(out.authority_pem, text_of(config_.tls.authority, "certificate authority", cluster));
  TRY(out.certificate_pem, text_of(config_.tls.certificate, "client certificate", user));
  TRY(out.key_pem, text_of(config_.tls.key, "client key", user));
  out.server_name = config_.tls.server_name;
  out.verify = !config_.tls.insecure;
  return out;
}

// The old connections live on as long as bodies come over them.
Result<void> Core::connect_with(http::ClientTls tls) {
  http::ClientOptions options;
  options.host = url_.host;
  options.port = url_.port;
  options.use_tls = url_.scheme == "https";
  options.tls = std::move(tls);
  options.proxy = proxy_;
  auto client = http::Client::create(loop_, std::move(options));
  if (!client) return std::unexpected(explain(std::move(client).error()));
  client_ = *std::move(client);
  return {};
}

Result<void> Core::start() {
  TRY(source_, make_credential_source(loop_, config_, periods_));
  TRY(tls_, read_tls());
  look_again_ = Clock::now() + periods_.certificates;
  return connect_with(tls_);
}

bool same(const http::ClientTls& a, const http::ClientTls& b) {
  return a.authority_pem == b.authority_pem && a.certificate_pem == b.certificate_pem &&
         a.key_pem == b.key_pem;
}

// Files in the middle of being replaced are no reason to stop: the old ones are used, and looked at later.
Result<void> Core::refresh(const Credential& credential) {
  auto wanted = tls_;
  if (Clock::now() >= look_again_) {
    look_again_ = Clock::now() + periods_.certificates;
    if (auto read = read_tls()) {
      wanted = *std::move(read);
    } else {
      log::error("cannot reload certificates", {{"error", read.error().message}});
    }
  }
  const bool changed = !same(wanted, tls_);
  if (!changed && credential.certificate_pem == certified_.certificate_pem &&
      credential.key_pem == certified_.key_pem) {
    return {};
  }
  auto all = wanted;
  if (!credential.certificate_pem.empty()) {
    all.certificate_pem = credential.certificate_pem;
    all.key_pem = credential.key_pem;
  }
  if (auto connected = connect_with(std::move(all)); !connected) {
    if (!changed) {
      // Only the plugin's can be to blame: it is asked for another.
      source_->rejected(credential);
      connected.error().message =
          config_.origin.of_user() + "the exec plugin's certificate: " + connected.error().message;
      return connected;
    }
    log::error("cannot use reloaded certificates", {{"error", connected.error().message}});
    return {};
  }
  tls_ = std::move(wanted);
  certified_ = credential;
  return {};
}

// Whether the answer may come compressed without the caller's knowing.
bool Core::dress(http::Request& request, const Credential& credential) const {
  auto& headers = request.headers;
  if (!config_.user_agent.empty() && !headers.has("user-agent"))
    headers.add("user-agent", config_.user_agent);
  if (!credential.authorization.empty() && !headers.has("authorization")) {
    headers.add("authorization", credential.authorization);
  }
  if (!headers.has("impersonate-user")) {
    for (const auto& [name, value] : impersonation_.fields()) headers.add(name, value);
  }
  if (config_.disable_compression || headers.has("accept-encoding") || headers.has("range") ||
      headers.has("upgrade") || request.method == "HEAD") {
    return false;
  }
  headers.add("accept-encoding", "gzip");
  return true;
}

Status Core::explain(Status status) const {
  if (status.message.find("TLS: ") != std::string::npos) {
    const auto& tls = config_.tls;
    std::string material = tls.authority.empty() ? "the system's certificate authorities"
                                                 : "certificate authority: " + tls.authority.where();
    if (!tls.certificate.empty()) material += "; client certificate: " + tls.certificate.where();
    status.message += fmt::format(" ({}; {})", config_.server, material);
  }
  status.message = config_.origin.of_cluster() + status.message;
  return status;
}

Task<Result<http::ClientResponse>> Core::send(std::shared_ptr<Core> self, http::Request request) {
  CO_TRY(Credential credential, co_await self->source_->current());
  CO_TRY_OK(self->refresh(credential));
  const bool inflates = self->dress(request, credential);
  auto client = self->client_;
  auto response = co_await client->send(std::move(request));
  if (!response) co_return std::unexpected(self->explain(std::move(response).error()));
  if (response->status == 401) self->source_->rejected(credential);
  if (!response->body) co_return response;
  if (inflates && response->headers.get("content-encoding") == "gzip") {
    response->headers.remove("content-encoding");
    response->headers.remove("content-length");
    response->body = make_gzip_reader(std::move(response->body));
  }
  response->body = std::make_unique<HeldBody>(std::move(client), std::move(response->body));
  co_return response;
}

class HttpTransport final : public rest::Transport {
 public:
  explicit HttpTransport(std::shared_ptr<Core> core) : core_(std::move(core)) {}
  Loop& loop() override { return core_->loop(); }
  Task<Result<http::ClientResponse>> send(http::Request request) override {
    return Core::send(core_, std::move(request));
  }

 private:
  std::shared_ptr<Core> core_;
};

Result<Url> server_of(const Config& config) {
  const auto& tls = config.tls;
  return parse_server_url(config.server, !tls.authority.empty() || !tls.certificate.empty() || tls.insecure);
}

}  // namespace

Result<std::unique_ptr<rest::Transport>> make_http_transport(Loop& loop, const Config& config,
                                                             const Periods& periods) {
  TRY_OK(check(config));
  TRY(auto url, server_of(config));
  auto proxy = proxy_for(url, config.proxy_url, ProxyEnvironment::of_process());
  if (!proxy) {
    proxy.error().message = config.origin.of_cluster() + proxy.error().message;
    return std::unexpected(std::move(proxy).error());
  }
  auto core = std::make_shared<Core>(loop, config, std::move(url), *std::move(proxy), periods);
  TRY_OK(core->start());
  return std::make_unique<HttpTransport>(std::move(core));
}

Result<std::unique_ptr<rest::RestClient>> make_client(Loop& loop, const Config& config) {
  TRY(auto transport, make_http_transport(loop, config));
  TRY(auto url, server_of(config));
  rest::RestClientOptions options;
  options.base_path = url.path;
  options.user_agent = config.user_agent;
  options.qps = config.qps;
  options.burst = config.burst;
  options.timeout = config.timeout;
  return std::make_unique<rest::RestClient>(std::move(transport), std::move(options));
}

}  // namespace pedalion::client::config
