#pragma once
// For tests: a Transport that answers what it was told to, and remembers what it was asked.
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "pedalion/client/rest/transport.h"

namespace pedalion::client::rest {

class ScriptedTransport final : public Transport {
 public:
  struct Asked {
    std::string method, target, body;
    http::Headers headers;
  };
  explicit ScriptedTransport(Loop& loop) : loop_(loop) {}

  void answer(int status, std::string body, http::Headers headers = {}) {
    answers_.push_back([status, body = std::move(body), headers = std::move(headers)]() mutable {
      http::ClientResponse response;
      response.status = status;
      response.headers = std::move(headers);
      if (!response.headers.has("content-type")) response.headers.add("content-type", "application/json");
      response.body = http::body_of(Bytes(std::move(body)));
      return Result<http::ClientResponse>(std::move(response));
    });
  }
  void fail(Status status) {
    answers_.push_back([status] { return Result<http::ClientResponse>(std::unexpected(status)); });
  }

  Loop& loop() override { return loop_; }
  Task<Result<http::ClientResponse>> send(http::Request request) override {
    auto body = co_await http::read_all(request.body.get(), 1 << 20);
    asked.push_back({request.method, request.target, body ? std::string(body->view()) : "", request.headers});
    if (answers_.empty()) co_return std::unexpected(Status(503, "", "nothing more is in the script"));
    auto next = std::move(answers_.front());
    answers_.pop_front();
    co_return next();
  }

  std::vector<Asked> asked;

 private:
  Loop& loop_;
  std::deque<std::move_only_function<Result<http::ClientResponse>()>> answers_;
};

}  // namespace pedalion::client::rest
