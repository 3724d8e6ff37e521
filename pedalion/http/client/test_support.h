#pragma once
// For tests of the client: waiting for it from the test's thread, and servers that misbehave as told.
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "pedalion/base/loop.h"
#include "pedalion/base/task.h"
#include "pedalion/http/client.h"

namespace pedalion::http::client::testing {

/// Runs on the loop and waits.
void run_on(Loop& loop, std::move_only_function<void()> work);

template <class T>
T await_on(Loop& loop, std::move_only_function<Task<T>()> make) {
  std::promise<T> result;
  loop.post([&] { spawn(make(), [&](T value) { result.set_value(std::move(value)); }); });
  return result.get_future().get();
}

/// A response with its whole body; `error` is empty unless the body broke off.
struct Answer {
  int status = 0;
  Headers headers;
  Version version = Version::kHttp11;
  std::string body;
};

/// A client and its loop, used from the test's thread.
class TestClient {
 public:
  explicit TestClient(ClientOptions options);
  ~TestClient();

  Result<Answer> get(std::string target);
  Result<Answer> send(Request request);
  /// The head, and the body to be read piece by piece.
  Result<ClientResponse> open(Request request);
  Result<Bytes> read(BodyReader& body);
  void drop(std::unique_ptr<BodyReader> body);
  void close();
  Loop& loop() { return *loop_; }
  Client& client() { return *client_; }

 private:
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<Client> client_;
};

Request make_request(std::string method, std::string target, std::unique_ptr<BodyReader> body = nullptr);

/// One accepted connection of a ScriptedServer. Blocking; every call ends after five seconds at most.
class ScriptedPeer {
 public:
  explicit ScriptedPeer(int descriptor) : descriptor_(descriptor) {}
  ScriptedPeer(const ScriptedPeer&) = delete;
  ScriptedPeer& operator=(const ScriptedPeer&) = delete;
  ~ScriptedPeer();
  void write(std::string_view bytes);
  /// What has come until `end` has; less when the client closes before.
  std::string read_until(std::string_view end);
  std::string read_count(std::size_t count);
  /// Until the client closes; how many bytes came.
  std::size_t read_to_end();
  /// Carries bytes to and from a port of 127.0.0.1 until one side closes.
  void relay(std::uint16_t port);
  int descriptor() const { return descriptor_; }
  /// Resets instead of closing properly.
  void reset();

 private:
  int descriptor_;
  std::string buffer_;
};

/// Listens on a port of 127.0.0.1; each connection, the first, second, …, is given to `script` on a thread of
/// its own.
class ScriptedServer {
 public:
  using Script = std::function<void(ScriptedPeer& peer, int connection)>;
  explicit ScriptedServer(Script script);
  ~ScriptedServer();
  std::uint16_t port() const { return port_; }
  int accepted() const { return accepted_; }

 private:
  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_ = 0;
  std::thread thread_;
};

}  // namespace pedalion::http::client::testing
