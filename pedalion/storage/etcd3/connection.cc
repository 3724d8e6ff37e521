#include "pedalion/storage/etcd3/connection.h"

#include <absl/synchronization/mutex.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include "pedalion/storage/errors.h"
#include "pedalion/storage/etcd3/error_words.h"

namespace pedalion::storage::etcd3 {
namespace {

using Clock = std::chrono::system_clock;

constexpr int kKeepaliveMilliseconds = 10000;  // a member that hangs is found after this and the next
constexpr int kKeepaliveTimeoutMilliseconds = 5000;
constexpr int kReconnectMilliseconds = 1000;
constexpr int kWindowBytes = 4 << 20;

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) return std::unexpected(storage_failed("cannot read " + path));
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

Result<std::shared_ptr<grpc::ChannelCredentials>> tls_credentials(const Etcd3Options& options) {
  grpc::SslCredentialsOptions tls;
  if (!options.ca_file.empty()) {
    TRY(tls.pem_root_certs, read_file(options.ca_file));
  }
  if (!options.certificate_file.empty()) {
    TRY(tls.pem_cert_chain, read_file(options.certificate_file));
    TRY(tls.pem_private_key, read_file(options.key_file));
  }
  return grpc::SslCredentials(tls);
}

grpc::ChannelArguments channel_arguments() {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMilliseconds);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMilliseconds);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMilliseconds);
  // What is not used costs a call some microseconds.
  arguments.SetInt(GRPC_ARG_MINIMAL_STACK, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_DEADLINE_CHECKS, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_CHANNELZ, 0);
  // Measuring the way's capacity costs a ping for every other answer; a window that fits any page does
  // without.
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, kWindowBytes);
  arguments.SetMaxReceiveMessageSize(-1);  // lists are as large as they are
  arguments.SetMaxSendMessageSize(-1);     // etcd says itself what is too large
  return arguments;
}

/// One call to one member.
template <class Response>
struct Call final : Operation {
  using Reader = std::unique_ptr<grpc::ClientAsyncResponseReader<Response>>;

  grpc::ClientContext context;
  Response response;
  grpc::Status status;
  Reader reader;
  Completion<grpc::Status> done;

  void finish(Reader begun) {
    reader = std::move(begun);
    reader->Finish(&response, &status, tag());
  }
  Resumption ended(bool) override { return done.settle(std::move(status)); }
};

}  // namespace

struct Connection::Member {
  Member(std::size_t index, std::shared_ptr<grpc::Channel> channel)
      : index(index), kv(channel), watch(channel), lease(channel), maintenance(channel) {}
  const std::size_t index;
  pb::KV::Stub kv;
  pb::Watch::Stub watch;
  pb::Lease::Stub lease;
  pb::Maintenance::Stub maintenance;
};

Connection::Connection(const Etcd3Options& options) : options_(options) {}

Connection::~Connection() {
  while (calls_.load(std::memory_order_acquire) != 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

Result<std::unique_ptr<Connection>> Connection::open(const Etcd3Options& options) {
  // gRPC's locks would look for cycles among themselves, as absl has it unless told otherwise.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  if (options.endpoints.empty()) return std::unexpected(storage_failed("no etcd server is given"));
  std::unique_ptr<Connection> connection(new Connection(options));
  for (const std::string& endpoint : options.endpoints) {
    std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
    std::string_view address = endpoint;
    if (address.starts_with("https://")) {
      TRY(credentials, tls_credentials(options));
      address.remove_prefix(8);
    } else if (address.starts_with("http://")) {
      address.remove_prefix(7);
    } else if (address.find("://") != address.npos) {
      return std::unexpected(storage_failed("etcd server " + endpoint + ": neither http:// nor https://"));
    }
    auto channel = grpc::CreateCustomChannel(std::string(address), credentials, channel_arguments());
    connection->members_.push_back(std::make_unique<Member>(connection->members_.size(), std::move(channel)));
  }
  return connection;
}

Connection::Member& Connection::present() const {
  return *members_[present_.load(std::memory_order_relaxed) % members_.size()];
}

void Connection::avoid(const Member& member) {
  std::size_t expected = member.index;
  present_.compare_exchange_strong(expected, (member.index + 1) % members_.size(), std::memory_order_relaxed);
}

pb::Watch::Stub& Connection::watch_stub() { return present().watch; }
void Connection::avoid_present_member() { avoid(present()); }

template <class Response, class Request, class Begin>
Task<Result<Response>> Connection::ask(Request request, bool repeatable, Begin begin) {
  const auto deadline = Clock::now() + options_.call_timeout;
  struct Guard {
    explicit Guard(std::atomic<int>& calls) : calls(calls) { ++calls; }
    ~Guard() { --calls; }
    std::atomic<int>& calls;
  } guard(calls_);
  for (std::size_t attempt = 1;; ++attempt) {
    Member& member = present();
    Call<Response> call;
    // When nobody was there at once, wait for whoever comes back first.
    call.context.set_wait_for_ready(attempt > members_.size());
    call.context.set_deadline(std::min(deadline, Clock::now() + options_.attempt_timeout));
    call.finish(begin(member, &call.context, request, &poller_.queue()));
    grpc::Status status = co_await call.done;
    if (status.ok()) co_return std::move(call.response);
    bool again = repeatable ? is_members_fault(status) : was_not_sent(status);
    if (is_members_fault(status)) avoid(member);
    if (!again || Clock::now() >= deadline || attempt >= 4 * members_.size()) {
      co_return std::unexpected(to_status(status));
    }
  }
}

Task<Result<pb::RangeResponse>> Connection::range(pb::RangeRequest request) {
  return ask<pb::RangeResponse>(std::move(request), true,
                                [](Member& member, auto&&... how) { return member.kv.AsyncRange(how...); });
}

Task<Result<pb::TxnResponse>> Connection::txn(pb::TxnRequest request) {
  return ask<pb::TxnResponse>(std::move(request), false,
                              [](Member& member, auto&&... how) { return member.kv.AsyncTxn(how...); });
}

Task<Result<pb::CompactionResponse>> Connection::compact(pb::CompactionRequest request) {
  return ask<pb::CompactionResponse>(
      std::move(request), true, [](Member& member, auto&&... how) { return member.kv.AsyncCompact(how...); });
}

Task<Result<pb::LeaseGrantResponse>> Connection::grant(pb::LeaseGrantRequest request) {
  return ask<pb::LeaseGrantResponse>(std::move(request), true, [](Member& member, auto&&... how) {
    return member.lease.AsyncLeaseGrant(how...);
  });
}

Task<Result<pb::StatusResponse>> Connection::status() {
  return ask<pb::StatusResponse>(pb::StatusRequest(), true, [](Member& member, auto&&... how) {
    return member.maintenance.AsyncStatus(how...);
  });
}

}  // namespace pedalion::storage::etcd3
