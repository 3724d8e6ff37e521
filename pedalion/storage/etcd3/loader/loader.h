#pragma once
// Brings the etcd store into a program only when it is asked for: gRPC maps 57 libraries and costs 11 MB
// before it does anything.
#include <memory>

#include "pedalion/storage/encryption/kms.h"
#include "pedalion/storage/etcd3/etcd3_store.h"

namespace pedalion::storage::etcd3::loader {

/// Loads lib/libpedalion_etcd3.so, which lies beside the program's own folder, and opens a store with it. The
/// library stays loaded. Fails when it is not there, and as Etcd3Store::open() does.
Result<std::unique_ptr<Etcd3Store>> open(const Etcd3Options& options);

/// The same for a key management service: storage/kms/plugin.h.
Result<std::unique_ptr<encryption::KmsPlugin>> open_kms(const std::string& endpoint,
                                                        std::chrono::milliseconds timeout);

/// What the library exports under kEntryPoint and kKmsEntryPoint.
using EntryPoint = void(const Etcd3Options& options, Result<std::unique_ptr<Etcd3Store>>& opened);
using KmsEntryPoint = void(const std::string& endpoint, std::chrono::milliseconds timeout,
                           Result<std::unique_ptr<encryption::KmsPlugin>>& opened);
inline constexpr const char *kEntryPoint = "pedalion_open_etcd3", *kKmsEntryPoint = "pedalion_open_kms";

}  // namespace pedalion::storage::etcd3::loader
