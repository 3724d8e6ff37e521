#pragma once
// One accepted connection: moves bytes between its socket and its session, once a loop tick, and keeps its
// times.
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pedalion/http/asio_loop_internal.h"
#include "pedalion/http/session.h"
#include "pedalion/http/transport/socket_transport_internal.h"

namespace pedalion::http {

/// What a loop's connections share. Belongs to the loop.
class ConnectionHost {
 public:
  virtual ~ConnectionHost() = default;
  virtual AsioLoop& loop() = 0;
  virtual Handler& handler() = 0;
  virtual const ServerOptions& options() const = 0;
  virtual std::string_view date() = 0;
  /// Forgets the connection, which then dies with its last call under way.
  virtual void closed(class Connection& connection) = 0;
  /// Around each call of the handler, which may outlive its connection.
  virtual void handler_began() = 0;
  virtual void handler_ended() = 0;
};

/// Belongs to its loop. Kept alive by its host, and by what waits for the socket.
class Connection final : public std::enable_shared_from_this<Connection>, private SessionHost {
 public:
  Connection(ConnectionHost& host, std::unique_ptr<transport::SocketTransport> transport,
             std::shared_ptr<Peer> peer, bool tls);
  ~Connection() override;

  void start();
  /// Whether it has been silent, or slow with a head, for too long.
  bool is_overdue(std::chrono::steady_clock::time_point now) const;
  void drain(bool streams);
  void close();

 private:
  using Clock = std::chrono::steady_clock;

  void serve(Request request, std::move_only_function<void(Response)> done) override;
  void wake() override;
  const Limits& limits() const override { return host_.options().limits; }
  const std::shared_ptr<const Peer>& peer() const override { return peer_; }
  std::string_view date() const override { return host_.date(); }

  void handshake();
  void begin(std::string_view protocol);
  void choose_by_preface(std::string_view bytes);
  void turn();
  bool read();
  void note_input();
  void linger();
  void discard();
  bool write();
  bool write_gathered();
  void wait_for_read();
  void wait_for_write();

  ConnectionHost& host_;
  std::unique_ptr<transport::SocketTransport> transport_;
  std::shared_ptr<const Peer> peer_;
  const bool tls_;
  bool established_ = false, open_ = true, waits_read_ = false, waits_write_ = false, turn_posted_ = false,
       in_turn_ = false, woken_ = false, lingering_ = false, draining_ = false, drain_streams_ = false;
  std::string preface_;  // in the clear: what came before it was known which protocol it is
  std::vector<Bytes> output_;
  std::size_t output_at_ = 0, output_offset_ = 0;
  Session::Waiting waiting_ = Session::Waiting::kForHead;
  Clock::time_point waiting_since_ = Clock::now();
  std::unique_ptr<Session> session_;
};

}  // namespace pedalion::http
