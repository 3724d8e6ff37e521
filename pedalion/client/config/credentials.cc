#include "pedalion/client/config/credentials.h"

#include "pedalion/apimachinery/codec/protobuf_wire.h"
#include "pedalion/base/log.h"
#include "pedalion/client/config/exec_credential.h"
#include "pedalion/client/config/text_file.h"

namespace pedalion::client::config {
namespace {

using Clock = std::chrono::steady_clock;

class Fixed final : public CredentialSource {
 public:
  explicit Fixed(Credential credential) : credential_(std::move(credential)) {}
  Task<Result<Credential>> current() override { co_return credential_; }

 private:
  Credential credential_;
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\v\f";
  auto begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

class TokenFile final : public CredentialSource {
 public:
  TokenFile(const Config& config, Duration period)
      : file_(config.bearer_token_file),
        where_(config.origin.of_user()),
        token_(trimmed(config.bearer_token)),
        period_(period) {}

  /// Fails when there is no token, not even an old one.
  Result<void> read() {
    auto text = read_text_file(file_);
    auto token = text ? trimmed(*text) : std::string_view();
    if (token.empty()) {
      auto problem = text ? file_ + ": the token is empty" : text.error().message;
      if (token_.empty()) return std::unexpected(Status(401, "Unauthorized", where_ + problem));
      log::error("Unable to rotate token", {{"error", where_ + problem}});
    } else {
      token_ = token;
    }
    due_ = Clock::now() + period_;
    return {};
  }

  Task<Result<Credential>> current() override {
    if (Clock::now() >= due_) CO_TRY_OK(read());
    co_return Credential{"Bearer " + token_, {}, {}};
  }
  void rejected(const Credential& used) override {
    if (used.authorization == "Bearer " + token_) due_ = Clock::now();
  }

 private:
  std::string file_, where_, token_;
  Duration period_;
  Clock::time_point due_;
};

}  // namespace

Result<std::unique_ptr<CredentialSource>> make_credential_source(Loop& loop, const Config& config,
                                                                 const Periods& periods) {
  if (!config.bearer_token_file.empty()) {
    auto source = std::make_unique<TokenFile>(config, periods.token);
    TRY_OK(source->read());
    return source;
  }
  Credential fixed;
  if (!config.bearer_token.empty()) {
    fixed.authorization = "Bearer " + config.bearer_token;
  } else if (!config.username.empty() || !config.password.empty()) {
    fixed.authorization = "Basic " + codec::base64_of(config.username + ":" + config.password);
  } else if (config.exec) {
    return make_exec_source(loop, config, periods.exec);
  }
  return std::make_unique<Fixed>(std::move(fixed));
}

}  // namespace pedalion::client::config
