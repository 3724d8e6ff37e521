#include "pedalion/storage/etcd3/loader/loader.h"

#include <dlfcn.h>

#include <filesystem>

#include "pedalion/storage/errors.h"

namespace pedalion::storage::etcd3::loader {
namespace {

std::string last_error() {
  const char* text = dlerror();
  return text == nullptr ? "unknown error" : text;
}

/// A function of the library.
template <class EntryPoint>
Result<EntryPoint*> find(const char* name) {
  std::error_code failed;
  auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (failed)
    return std::unexpected(storage_failed("cannot find this program's folder: " + failed.message()));
  std::string library = (program.parent_path().parent_path() / "lib" / "libpedalion_etcd3.so").string();
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr)
    return std::unexpected(storage_failed("cannot load what speaks gRPC: " + last_error()));
  auto* entry = reinterpret_cast<EntryPoint*>(dlsym(handle, name));
  if (entry == nullptr)
    return std::unexpected(storage_failed("cannot load what speaks gRPC: " + last_error()));
  return entry;
}

}  // namespace

Result<std::unique_ptr<Etcd3Store>> open(const Etcd3Options& options) {
  TRY(auto* entry, find<EntryPoint>(kEntryPoint));
  Result<std::unique_ptr<Etcd3Store>> opened = std::unexpected(storage_failed("not opened"));
  entry(options, opened);
  return opened;
}

Result<std::unique_ptr<encryption::KmsPlugin>> open_kms(const std::string& endpoint,
                                                        std::chrono::milliseconds timeout) {
  TRY(auto* entry, find<KmsEntryPoint>(kKmsEntryPoint));
  Result<std::unique_ptr<encryption::KmsPlugin>> opened = std::unexpected(storage_failed("not opened"));
  entry(endpoint, timeout, opened);
  return opened;
}

}  // namespace pedalion::storage::etcd3::loader
