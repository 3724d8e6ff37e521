#include "pedalion/storage/etcd3/leases.h"

#include <algorithm>

#include "pedalion/storage/errors.h"

namespace pedalion::storage::etcd3 {
namespace {

// kube-apiserver's numbers.
constexpr int kKeysOfALease = 1000;
constexpr std::chrono::seconds kLongestExtra(60);
constexpr int kExtraShare = 20;  // a twentieth

std::chrono::seconds extra(std::chrono::seconds ttl) { return std::min(kLongestExtra, ttl / kExtraShare); }

}  // namespace

std::int64_t Leases::present_for(std::chrono::seconds ttl, Clock::time_point now) {
  std::lock_guard lock(mutex_);
  if (lease_ == 0 || keys_ >= kKeysOfALease || expires_ < now + ttl || expires_ > now + ttl + extra(ttl))
    return 0;
  ++keys_;
  return lease_;
}

Task<Result<std::int64_t>> Leases::lease_for(std::chrono::seconds ttl) {
  auto now = Clock::now();
  if (std::int64_t lease = present_for(ttl, now); lease != 0) co_return lease;
  pb::LeaseGrantRequest request;
  request.set_ttl((ttl + extra(ttl)).count());
  CO_TRY(auto granted, co_await connection_.grant(std::move(request)));
  if (!granted.error().empty()) co_return std::unexpected(storage_failed(granted.error()));
  std::lock_guard lock(mutex_);
  lease_ = granted.id();
  keys_ = 1;
  expires_ = now + std::chrono::seconds(granted.ttl());
  co_return lease_;
}

}  // namespace pedalion::storage::etcd3
