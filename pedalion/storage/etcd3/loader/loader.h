#pragma once
// Brings the etcd store into a program only when it is asked for: gRPC maps 57 libraries and costs 11 MB
// before it does anything.
#include <memory>

#include "pedalion/storage/etcd3/etcd3_store.h"

namespace pedalion::storage::etcd3::loader {

/// Loads lib/libpedalion_etcd3.so, which lies beside the program's own folder, and opens a store with it. The
/// library stays loaded. Fails when it is not there, and as Etcd3Store::open() does.
Result<std::unique_ptr<Etcd3Store>> open(const Etcd3Options& options);

/// What the library exports under kEntryPoint.
using EntryPoint = void(const Etcd3Options& options, Result<std::unique_ptr<Etcd3Store>>& opened);
inline constexpr const char* kEntryPoint = "pedalion_open_etcd3";

}  // namespace pedalion::storage::etcd3::loader
