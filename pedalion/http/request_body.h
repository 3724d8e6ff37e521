#pragma once
// A request's body on its way from the connection to the handler: a bounded queue with one reader.
#include <deque>
#include <functional>
#include <memory>

#include "pedalion/http/message.h"

namespace pedalion::http {

/// Shared by the session, which fills it, and the BodyReader that the handler has. Belongs to the loop.
class RequestBody {
 public:
  /// `consumed` is called with the bytes that the handler has taken, until detach().
  explicit RequestBody(std::function<void(std::size_t)> consumed) : consumed_(std::move(consumed)) {}

  void append(Bytes piece);
  void end();
  void fail(Status status);
  /// The session is gone.
  void detach() { consumed_ = nullptr; }
  std::size_t buffered() const { return buffered_; }
  bool ended() const { return ended_; }

  static std::unique_ptr<BodyReader> reader(std::shared_ptr<RequestBody> body);

 private:
  class Reader;
  void wake();

  std::deque<Bytes> pieces_;
  std::size_t buffered_ = 0;
  bool ended_ = false;
  std::optional<Status> failure_;
  Completion<bool>* waiter_ = nullptr;
  std::function<void(std::size_t)> consumed_;
};

}  // namespace pedalion::http
