#pragma once
// A key management service for tests: its encryption is none, its key and health are what the test says.
#include <grpcpp/grpcpp.h>

#include <memory>
#include <mutex>
#include <string>

#include "pedalion/storage/kms/kms.grpc.pb.h"

namespace pedalion::storage::kms {

class FakeKms final : public v2::KeyManagementService::Service {
 public:
  /// Serves at `path` until it is destroyed.
  explicit FakeKms(const std::string& path) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("unix:" + path, grpc::InsecureServerCredentials());
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~FakeKms() override { server_->Shutdown(); }

  void set_key(std::string key_id) {
    std::lock_guard lock(mutex_);
    key_id_ = std::move(key_id);
  }
  void set_health(std::string health) {
    std::lock_guard lock(mutex_);
    health_ = std::move(health);
  }
  int decryptions() {
    std::lock_guard lock(mutex_);
    return decryptions_;
  }

 private:
  static std::string mixed(std::string text) {
    for (char& c : text) c = static_cast<char>(c ^ 0x5a);
    return text;
  }
  grpc::Status Status(grpc::ServerContext*, const v2::StatusRequest*, v2::StatusResponse* answer) override {
    std::lock_guard lock(mutex_);
    answer->set_version("v2");
    answer->set_healthz(health_);
    answer->set_key_id(key_id_);
    return grpc::Status::OK;
  }
  grpc::Status Encrypt(grpc::ServerContext*, const v2::EncryptRequest* request,
                       v2::EncryptResponse* answer) override {
    std::lock_guard lock(mutex_);
    answer->set_ciphertext(mixed(request->plaintext()));
    answer->set_key_id(key_id_);
    (*answer->mutable_annotations())["version.fake.example.com"] = "1";
    return grpc::Status::OK;
  }
  grpc::Status Decrypt(grpc::ServerContext*, const v2::DecryptRequest* request,
                       v2::DecryptResponse* answer) override {
    std::lock_guard lock(mutex_);
    ++decryptions_;
    auto version = request->annotations().find("version.fake.example.com");
    if (version == request->annotations().end() || version->second != "1")
      return {grpc::StatusCode::INVALID_ARGUMENT, "the annotation is not what it was"};
    answer->set_plaintext(mixed(request->ciphertext()));
    return grpc::Status::OK;
  }

  std::mutex mutex_;  // guards all below
  std::string key_id_ = "key-1", health_ = "ok";
  int decryptions_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace pedalion::storage::kms
