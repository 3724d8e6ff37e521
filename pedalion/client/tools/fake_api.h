#pragma once
// For tests: objects by path, with resource versions that are compared, behind a Transport.
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/client/rest/transport.h"

namespace pedalion::client::tools::testing {

/// What a server holds; several clients may have transports to it.
class FakeApi {
 public:
  std::map<std::string, std::string> objects;  // by path; their JSON
  std::vector<std::string> asked;              // "PUT /path"
  /// Fails a request with this status where it is not 0; 1: nobody answers.
  std::function<int(const std::string& asked)> fault;

  Result<std::pair<int, std::string>> answer(const std::string& method, std::string path,
                                             std::string_view body) {
    path = path.substr(0, path.find('?'));
    asked.push_back(method + " " + path);
    if (const int status = fault ? fault(asked.back()) : 0; status == 1) {
      return std::unexpected(Status(503, "ServiceUnavailable", "connection refused"));
    } else if (status != 0) {
      return failure(status);
    }
    if (method == "GET") return objects.contains(path) ? std::pair(200, objects[path]) : failure(404);
    auto sent = json::parse(body);
    if (!sent) return failure(400);
    json::Value& root = sent->root;
    if (method == "POST") path += "/" + std::string(root.string_at({"metadata", "name"}));
    if (objects.contains(path) == (method == "POST"))
      return failure(method == "POST" ? 409 : 404, "AlreadyExists");
    if (method == "PUT" && version_at(path) != root.string_at({"metadata", "resourceVersion"})) {
      return failure(409, "Conflict");
    }
    if (method == "PATCH") return std::pair(200, write(path, merged(path, root)));
    return std::pair(method == "POST" ? 201 : 200, write(path, json::to_string(root)));
  }

  /// The tree of an object.
  json::Document at(const std::string& path) {
    auto document = json::parse(objects[path]);
    return document ? *std::move(document) : json::Document();
  }

 private:
  static std::pair<int, std::string> failure(int code, std::string reason = {}) {
    if (code == 404) reason = "NotFound";
    return {code, R"({"kind":"Status","apiVersion":"v1","status":"Failure","message":"so it is","reason":")" +
                      reason + R"(","code":)" + std::to_string(code) + "}"};
  }
  std::string version_at(const std::string& path) {
    auto document = at(path);
    return std::string(document.root.string_at({"metadata", "resourceVersion"}));
  }
  /// Top-level members only: what events need.
  std::string merged(const std::string& path, const json::Value& patch) {
    auto document = at(path);
    for (const json::Member& member : patch.members()) {
      document.root.set(member.key(), json::deep_copy(member.value, document.arena), document.arena);
    }
    return json::to_string(document.root);
  }
  const std::string& write(const std::string& path, const std::string& text) {
    auto document = json::parse(text);
    document->root.object_at("metadata", document->arena)
        .set("resourceVersion", json::Value::string(std::to_string(++version_), document->arena),
             document->arena);
    return objects[path] = json::to_string(document->root);
  }
  int version_ = 0;
};

class FakeTransport final : public rest::Transport {
 public:
  FakeTransport(Loop& loop, FakeApi& api) : loop_(loop), api_(api) {}
  Loop& loop() override { return loop_; }
  Task<Result<http::ClientResponse>> send(http::Request request) override {
    auto body = co_await http::read_all(request.body.get(), 1 << 20);
    auto answered = api_.answer(request.method, request.target, body ? body->view() : std::string_view());
    if (!answered) co_return std::unexpected(std::move(answered).error());
    http::ClientResponse response;
    response.status = answered->first;
    response.headers.add("content-type", "application/json");
    response.body = http::body_of(Bytes(std::move(answered->second)));
    co_return response;
  }

 private:
  Loop& loop_;
  FakeApi& api_;
};

}  // namespace pedalion::client::tools::testing
