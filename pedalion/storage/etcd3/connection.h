#pragma once
// The members of an etcd cluster as one peer: calls go to the member that answered last, and to the next one
// when it does not.
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "pedalion/base/status.h"
#include "pedalion/base/task.h"
#include "pedalion/storage/etcd3/etcd.grpc.pb.h"
#include "pedalion/storage/etcd3/options.h"
#include "pedalion/storage/etcd3/poller.h"

namespace pedalion::storage::etcd3 {

namespace pb = etcdserverpb;

/// Thread-safe. Outlives its calls: the destructor waits for those under way.
class Connection {
 public:
  /// Connects to nobody yet. Fails when an endpoint or a certificate cannot be read.
  static Result<std::unique_ptr<Connection>> open(const Etcd3Options& options);
  ~Connection();

  /// Reads go to the other members, too, until one answers or the time is over.
  Task<Result<pb::RangeResponse>> range(pb::RangeRequest request);
  /// A write is sent once: when a member may have got it, nobody repeats it. (It goes on to the next member
  /// only when there was no connection to this one.)
  Task<Result<pb::TxnResponse>> txn(pb::TxnRequest request);
  Task<Result<pb::CompactionResponse>> compact(pb::CompactionRequest request);
  Task<Result<pb::LeaseGrantResponse>> grant(pb::LeaseGrantRequest request);
  Task<Result<pb::StatusResponse>> status();

  /// A stub of the member to watch at now, for callers that keep a stream open.
  pb::Watch::Stub& watch_stub();
  /// Where what is begun with it ends.
  Poller& poller() { return poller_; }
  /// The member that watch_stub() gave does not serve any more.
  void avoid_present_member();

 private:
  struct Member;
  explicit Connection(const Etcd3Options& options);
  template <class Response, class Request, class Begin>
  Task<Result<Response>> ask(Request request, bool repeatable, Begin begin);
  Member& present() const;
  void avoid(const Member& member);

  const Etcd3Options options_;
  std::vector<std::unique_ptr<Member>> members_;
  std::atomic<std::size_t> present_{0};
  std::atomic<int> calls_{0};
  Poller poller_;
};

}  // namespace pedalion::storage::etcd3
