#include "pedalion/http/client/test_support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace pedalion::http::client::testing {
namespace {

Task<Result<Answer>> complete(Client* client, Request request) {
  CO_TRY(auto response, co_await client->send(std::move(request)));
  Answer answer{response.status, std::move(response.headers), response.version, {}};
  CO_TRY(Bytes body, co_await read_all(response.body.get(), 100 << 20));
  answer.body = body.view();
  co_return answer;
}

}  // namespace

void run_on(Loop& loop, std::move_only_function<void()> work) {
  std::promise<void> done;
  loop.post([&] {
    work();
    done.set_value();
  });
  done.get_future().get();
}

TestClient::TestClient(ClientOptions options) : loop_(make_loop_thread("test")) {
  run_on(*loop_, [&] { client_ = std::move(Client::create(*loop_, std::move(options)).value()); });
}

TestClient::~TestClient() { close(); }

void TestClient::close() {
  run_on(*loop_, [&] { client_.reset(); });
  run_on(*loop_, [] {});  // what close() has posted
}

Result<Answer> TestClient::get(std::string target) { return send(make_request("GET", std::move(target))); }

Result<Answer> TestClient::send(Request request) {
  return await_on<Result<Answer>>(*loop_, [&] { return complete(client_.get(), std::move(request)); });
}

Result<ClientResponse> TestClient::open(Request request) {
  return await_on<Result<ClientResponse>>(*loop_, [&] { return client_->send(std::move(request)); });
}

Result<Bytes> TestClient::read(BodyReader& body) {
  return await_on<Result<Bytes>>(*loop_, [&] { return body.read(); });
}

void TestClient::drop(std::unique_ptr<BodyReader> body) {
  run_on(*loop_, [&] { body.reset(); });
}

Request make_request(std::string method, std::string target, std::unique_ptr<BodyReader> body) {
  Request request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.body = std::move(body);
  return request;
}

ScriptedPeer::~ScriptedPeer() { ::close(descriptor_); }

void ScriptedPeer::write(std::string_view bytes) {
  while (!bytes.empty()) {
    auto count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::string ScriptedPeer::read_until(std::string_view end) {
  while (buffer_.find(end) == std::string::npos) {
    std::array<char, 4096> piece;
    auto count = ::recv(descriptor_, piece.data(), piece.size(), 0);
    if (count <= 0) return std::exchange(buffer_, {});
    buffer_.append(piece.data(), static_cast<std::size_t>(count));
  }
  auto size = buffer_.find(end) + end.size();
  auto text = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return text;
}

std::string ScriptedPeer::read_count(std::size_t count) {
  while (buffer_.size() < count) {
    std::array<char, 4096> piece;
    auto got = ::recv(descriptor_, piece.data(), piece.size(), 0);
    if (got <= 0) return std::exchange(buffer_, {});
    buffer_.append(piece.data(), static_cast<std::size_t>(got));
  }
  auto text = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return text;
}

std::size_t ScriptedPeer::read_to_end() {
  std::size_t total = std::exchange(buffer_, {}).size();
  std::array<char, 65536> piece;
  while (true) {
    auto count = ::recv(descriptor_, piece.data(), piece.size(), 0);
    if (count <= 0) return total;
    total += static_cast<std::size_t>(count);
  }
}

void ScriptedPeer::relay(std::uint16_t port) {
  int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  bool open = ::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  if (!buffer_.empty()) open = open && ::send(server, buffer_.data(), buffer_.size(), MSG_NOSIGNAL) > 0;
  buffer_.clear();
  while (open) {
    std::array<pollfd, 2> ends{pollfd{descriptor_, POLLIN, 0}, pollfd{server, POLLIN, 0}};
    if (::poll(ends.data(), ends.size(), 5000) <= 0) break;
    for (std::size_t i = 0; i < 2; ++i) {
      if (ends[i].revents == 0) continue;
      std::array<char, 65536> piece;
      auto count = ::recv(ends[i].fd, piece.data(), piece.size(), 0);
      open = open && count > 0 &&
             ::send(ends[1 - i].fd, piece.data(), static_cast<std::size_t>(count), MSG_NOSIGNAL) == count;
    }
  }
  ::close(server);
}

void ScriptedPeer::reset() {
  linger option{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &option, sizeof option);
}

ScriptedServer::ScriptedServer(Script script) : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
  ::listen(listener_, 16);
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this, script = std::move(script)] {
    std::vector<std::thread> peers;
    while (true) {
      int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (descriptor < 0) break;
      timeval limit{5, 0};
      ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
      ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
      peers.emplace_back([descriptor, script, connection = accepted_++] {
        ScriptedPeer peer(descriptor);
        script(peer, connection);
      });
    }
    for (auto& peer : peers) peer.join();
  });
}

ScriptedServer::~ScriptedServer() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

}  // namespace pedalion::http::client::testing
