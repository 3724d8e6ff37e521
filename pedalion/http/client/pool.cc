#include "pedalion/http/client/pool.h"

#include <algorithm>

namespace pedalion::http::client {
namespace {
constexpr std::size_t kMostWaiters = 10000;

std::optional<Version> version_beforehand(const ClientOptions& options) {
  if (options.protocol == ClientOptions::Protocol::kHttp2) return Version::kHttp2;
  if (options.protocol == ClientOptions::Protocol::kHttp11 || !options.use_tls) return Version::kHttp11;
  return std::nullopt;
}

Status closed_client() { return Status(503, "ServiceUnavailable", "the client is closed"); }
}  // namespace

Pool::Pool(Loop& loop, ClientOptions options, std::shared_ptr<Dialer> dialer)
    : loop_(loop),
      options_(std::move(options)),
      dialer_(std::move(dialer)),
      spoken_(version_beforehand(options_)) {}

Task<Result<std::shared_ptr<Connection>>> Pool::acquire(std::shared_ptr<Pool> self, Wanted wanted) {
  if (self->closed_) co_return std::unexpected(closed_client());
  if (wanted == Wanted::kUpgrade) {
    auto waiter = std::make_shared<Waiter>();
    spawn(dial_for_upgrade(self, waiter));
    co_return co_await await_given(std::move(waiter));
  }
  if (wanted == Wanted::kFresh) {
    auto idle = self->connections_;
    for (const auto& connection : idle) {
      if (connection->version() == Version::kHttp11 && connection->active() == 0)
        connection->close(closed_client());
    }
  }
  if (self->waiters_.empty()) {
    if (auto connection = self->pick()) co_return connection;
  }
  if (self->waiters_.size() >= kMostWaiters) {
    co_return std::unexpected(Status(503, "ServiceUnavailable", "too many requests wait for a connection"));
  }
  auto waiter = std::make_shared<Waiter>();
  self->waiters_.push_back(waiter);
  self->dial_for_waiters();
  co_return co_await await_given(std::move(waiter));
}

Task<Result<std::shared_ptr<Connection>>> Pool::await_given(std::shared_ptr<Waiter> waiter) {
  struct Leave {
    std::shared_ptr<Waiter> waiter;
    ~Leave() { waiter->left = true; }
  } leave{waiter};
  while (!waiter->given && !waiter->failure) co_await waiter->signal.wait();
  if (waiter->failure) co_return std::unexpected(*waiter->failure);
  co_return waiter->given;
}

// Not by the way of the other waiters: nothing that lies idle will do, and nobody else can use what is
// opened.
Task<void> Pool::dial_for_upgrade(std::shared_ptr<Pool> self, std::shared_ptr<Waiter> waiter) {
  auto connection = co_await Dialer::dial(self->dialer_, Dialer::Use::kUpgrade);
  if (waiter->left) co_return;
  if (self->closed_) {
    waiter->failure = closed_client();
  } else if (!connection) {
    waiter->failure = connection.error();
  } else {
    self->adopt_upgrading(*connection);
    waiter->given = *std::move(connection);
  }
  waiter->signal.notify();
}

void Pool::adopt_upgrading(const std::shared_ptr<Connection>& connection) {
  upgrading_.push_back(connection);
  connection->run([weak = weak_from_this(), one = std::weak_ptr(connection)] {
    auto self = weak.lock();
    auto it = one.lock();
    if (!self || !it || self->closed_ || (it->active() > 0 && !it->closed())) return;
    std::erase(self->upgrading_, it);
    it->close(closed_client());
  });
}

void Pool::close() {
  closed_ = true;
  auto connections = std::exchange(connections_, {});
  connections.insert(connections.end(), upgrading_.begin(), upgrading_.end());
  upgrading_.clear();
  for (const auto& connection : connections) connection->close(closed_client());
  auto waiters = std::exchange(waiters_, {});
  loop_.post([waiters = std::move(waiters)] {
    for (const auto& waiter : waiters) {
      waiter->failure = closed_client();
      if (!waiter->left) waiter->signal.notify();
    }
  });
}

// The one used last that takes more: so those that are not needed get old and close.
std::shared_ptr<Connection> Pool::pick() {
  std::erase_if(connections_, [](const auto& connection) { return connection->closed(); });
  for (auto& connection : connections_) {
    if (connection->capacity() == 0) continue;
    std::swap(connection, connections_.front());
    return connections_.front();
  }
  return nullptr;
}

void Pool::on_change() {
  if (closed_) return;
  std::erase_if(connections_, [](const auto& connection) { return connection->closed(); });
  serve_waiters();
  dial_for_waiters();
}

void Pool::serve_waiters() {
  while (!waiters_.empty()) {
    if (waiters_.front()->left) {
      waiters_.pop_front();
      continue;
    }
    auto connection = pick();
    if (!connection) return;
    auto waiter = waiters_.front();
    waiters_.pop_front();
    waiter->given = std::move(connection);
    waiter->signal.notify();  // it starts its exchange before this returns
    if (closed_) return;
  }
}

// HTTP/1.1 needs a connection a request. Of HTTP/2, one at a time is opened: most waiters will fit on it.
void Pool::dial_for_waiters() {
  if (closed_) return;
  const std::size_t wanted =
      spoken_ == Version::kHttp11 ? waiters_.size() : std::min<std::size_t>(waiters_.size(), 1);
  while (dialing_ < wanted && connections_.size() + dialing_ < options_.connections) {
    ++dialing_;
    spawn(dial(shared_from_this()));
  }
}

Task<void> Pool::dial(std::shared_ptr<Pool> self) {
  auto connection = co_await Dialer::dial(self->dialer_, Dialer::Use::kRequests);
  --self->dialing_;
  if (self->closed_) co_return;
  if (connection) {
    self->adopt(*std::move(connection));
  } else if (self->connections_.empty() && self->dialing_ == 0) {
    self->fail_waiters(connection.error());
  } else if (!self->waiters_.empty()) {
    auto waiter = self->waiters_.front();
    self->waiters_.pop_front();
    waiter->failure = connection.error();
    if (!waiter->left) waiter->signal.notify();
  }
}

void Pool::adopt(std::shared_ptr<Connection> connection) {
  spoken_ = connection->version();
  connections_.push_back(connection);
  connection->run([weak = weak_from_this()] {
    if (auto self = weak.lock()) self->on_change();
  });
  on_change();
}

void Pool::fail_waiters(const Status& why) {
  auto waiters = std::exchange(waiters_, {});
  for (const auto& waiter : waiters) {
    waiter->failure = why;
    if (!waiter->left) waiter->signal.notify();
  }
}

}  // namespace pedalion::http::client
