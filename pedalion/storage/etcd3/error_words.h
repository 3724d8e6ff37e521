#pragma once
// etcd's failures as the storage's: which of them mean that history is gone, that the value is too big, that
// etcd is away.
#include <grpcpp/support/status.h>

#include "pedalion/base/status.h"

namespace pedalion::storage::etcd3 {

/// The message is etcd's own, as kube-apiserver passes it on.
Status to_status(const grpc::Status& status);
/// No connection could be made: the request was not sent.
bool was_not_sent(const grpc::Status& status);
/// Another member may do better.
bool is_members_fault(const grpc::Status& status);

}  // namespace pedalion::storage::etcd3
