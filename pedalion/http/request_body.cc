#include "pedalion/http/request_body.h"

namespace pedalion::http {

class RequestBody::Reader final : public BodyReader {
 public:
  explicit Reader(std::shared_ptr<RequestBody> body) : body_(std::move(body)) {}
  Task<Result<Bytes>> read() override { return read_from(body_); }

 private:
  static Task<Result<Bytes>> read_from(std::shared_ptr<RequestBody> body) {
    if (body->pieces_.empty() && !body->ended_ && !body->failure_) {
      Completion<bool> arrived;
      body->waiter_ = &arrived;
      if (body->consumed_) body->consumed_(0);
      co_await arrived;
    }
    if (!body->pieces_.empty()) {
      Bytes piece = std::move(body->pieces_.front());
      body->pieces_.pop_front();
      body->buffered_ -= piece.size();
      if (body->consumed_) body->consumed_(piece.size());
      co_return piece;
    }
    if (body->failure_) co_return std::unexpected(*body->failure_);
    co_return Bytes();
  }

  std::shared_ptr<RequestBody> body_;
};

void RequestBody::append(Bytes piece) {
  buffered_ += piece.size();
  pieces_.push_back(std::move(piece));
  wake();
}

void RequestBody::end() {
  ended_ = true;
  wake();
}

void RequestBody::fail(Status status) {
  if (ended_ || failure_) return;
  failure_ = std::move(status);
  wake();
}

void RequestBody::wake() {
  if (auto* waiter = std::exchange(waiter_, nullptr)) waiter->complete(true);
}

std::unique_ptr<BodyReader> RequestBody::reader(std::shared_ptr<RequestBody> body) {
  return std::make_unique<Reader>(std::move(body));
}

}  // namespace pedalion::http
