#pragma once
// A Store in an etcd v3 cluster, in the transactions that kube-apiserver uses: either can take over from the
// other, and what imitates etcd for it (kine) serves this, too.
#include <memory>

#include "pedalion/storage/etcd3/options.h"
#include "pedalion/storage/store.h"

namespace pedalion::storage::etcd3 {

class Etcd3Store : public Store {
 public:
  /// Fails when no member answers.
  static Result<std::unique_ptr<Etcd3Store>> open(Etcd3Options options);

  /// Does not wait: the last probe's answer.
  virtual Result<void> healthy() const = 0;
  virtual std::uint64_t keys() const = 0;
  virtual std::uint64_t disk_bytes() const = 0;
};

}  // namespace pedalion::storage::etcd3
