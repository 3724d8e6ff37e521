#include "pedalion/storage/kms/plugin.h"

#include <grpcpp/grpcpp.h>

#include <atomic>

#include "pedalion/storage/errors.h"
#include "pedalion/storage/kms/kms.grpc.pb.h"

namespace pedalion::storage::kms {
namespace {

using encryption::KmsStatus;
using encryption::SealedSecret;

constexpr std::string_view kScheme = "unix://";

class Plugin final : public encryption::KmsPlugin {
 public:
  Plugin(const std::string& target, std::chrono::milliseconds timeout)
      : timeout_(timeout), stub_(grpc::CreateChannel(target, grpc::InsecureChannelCredentials())) {}

  Result<KmsStatus> status() override {
    v2::StatusResponse answer;
    TRY_OK(call(&v2::KeyManagementService::Stub::Status, v2::StatusRequest(), answer));
    return KmsStatus{answer.version(), answer.healthz(), answer.key_id()};
  }

  Result<SealedSecret> encrypt(const std::string& secret) override {
    v2::EncryptRequest request;
    request.set_plaintext(secret);
    request.set_uid(next_uid());
    v2::EncryptResponse answer;
    TRY_OK(call(&v2::KeyManagementService::Stub::Encrypt, request, answer));
    return SealedSecret{
        answer.ciphertext(), answer.key_id(), {answer.annotations().begin(), answer.annotations().end()}};
  }

  Result<std::string> decrypt(const SealedSecret& sealed) override {
    v2::DecryptRequest request;
    request.set_ciphertext(sealed.ciphertext);
    request.set_uid(next_uid());
    request.set_key_id(sealed.key_id);
    request.mutable_annotations()->insert(sealed.annotations.begin(), sealed.annotations.end());
    v2::DecryptResponse answer;
    TRY_OK(call(&v2::KeyManagementService::Stub::Decrypt, request, answer));
    return std::move(*answer.mutable_plaintext());
  }

 private:
  template <class Method, class Request, class Answer>
  Result<void> call(Method method, const Request& request, Answer& answer) {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);  // the plugin may start later than this server, or again
    context.set_deadline(std::chrono::system_clock::now() + timeout_);
    grpc::Status status = (stub_.*method)(&context, request, &answer);
    if (status.ok()) return {};
    return std::unexpected(storage_failed("rpc error: code = " + std::to_string(status.error_code()) +
                                          " desc = " + status.error_message()));
  }

  std::string next_uid() { return "pedalion-" + std::to_string(++requests_); }

  const std::chrono::milliseconds timeout_;
  v2::KeyManagementService::Stub stub_;
  std::atomic<std::uint64_t> requests_ = 0;
};

}  // namespace

Result<std::unique_ptr<encryption::KmsPlugin>> open_plugin(const std::string& endpoint,
                                                           std::chrono::milliseconds timeout) {
  if (!endpoint.starts_with(kScheme)) {
    return std::unexpected(storage_failed("unsupported scheme of \"" + endpoint + "\" for KMS provider"));
  }
  std::string path = endpoint.substr(kScheme.size());
  const bool abstract = path.starts_with("/@");
  return std::make_unique<Plugin>(abstract ? "unix-abstract:" + path.substr(2) : "unix:" + path, timeout);
}

}  // namespace pedalion::storage::kms
