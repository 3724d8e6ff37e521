// The etcd store as a library that is loaded at run time: its exported functions.
#include "pedalion/storage/etcd3/loader/loader.h"
#include "pedalion/storage/kms/plugin.h"

namespace {

using pedalion::Result;
namespace etcd3 = pedalion::storage::etcd3;

}  // namespace

extern "C" [[gnu::visibility("default")]] void pedalion_open_etcd3(
    const etcd3::Etcd3Options& options, Result<std::unique_ptr<etcd3::Etcd3Store>>& opened) {
  opened = etcd3::Etcd3Store::open(options);
}

extern "C" [[gnu::visibility("default")]] void pedalion_open_kms(
    const std::string& endpoint, std::chrono::milliseconds timeout,
    Result<std::unique_ptr<pedalion::storage::encryption::KmsPlugin>>& opened) {
  opened = pedalion::storage::kms::open_plugin(endpoint, timeout);
}
