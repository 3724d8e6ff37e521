#pragma once
// How every store words its failures: the one place where storage makes a Status.
#include <string_view>

#include "pedalion/base/status.h"
#include "pedalion/storage/store.h"

namespace pedalion::storage {

Status key_not_found(std::string_view key);
Status key_exists(std::string_view key, Revision actual);
Status key_changed(std::string_view key, Revision expected, Revision actual);
Status revision_compacted(Revision wanted, Revision compacted);
Status revision_in_future(Revision wanted, Revision current);
/// What clients get from kube-apiserver when etcd refuses a value of more than 1.5 MiB: 500, in etcd's words.
Status request_too_large();
bool is_request_too_large(const Status& status);
Status bad_key(std::string_view text);
/// 429: a queue or a table is full.
Status too_busy(std::string_view what);
/// 500.
Status storage_failed(std::string_view text);

}  // namespace pedalion::storage
