#pragma once
// Objects as kube-apiserver stores them: protobuf in its envelope for the built-in kinds, JSON for what
// extends the API.
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "pedalion/apimachinery/meta/group_version.h"
#include "pedalion/apimachinery/scheme/scheme.h"
#include "pedalion/base/parallel.h"
#include "pedalion/registry/builtin/stored_form/written_forms.h"
#include "pedalion/storage/store.h"

namespace pedalion::registry::builtin::stored_form {

/// The two forms of a stored object: what the registry works with (compact JSON in Go's order, without a
/// resource version), and what lies in the store. Thread-safe. `scheme` is borrowed.
class Transcoder {
 public:
  /// `key_prefix`: what all keys begin with, "/registry".
  Transcoder(const scheme::Scheme& scheme, std::string_view key_prefix);

  /// For keys of no resource (claims of addresses, …) both hand on the value. Fail with 500.
  Result<Bytes> to_stored(std::string_view key, const Bytes& json) const;
  /// Reads protobuf and JSON, also what others wrote, and objects in other served versions than the one that
  /// is stored.
  Result<Bytes> to_json(std::string_view key, const Bytes& stored) const;

 private:
  struct Kind {
    meta::GroupVersionKind gvk;
    bool protobuf = true;
  };
  const Kind* kind_of(std::string_view key) const;
  Result<Bytes> from_protobuf(const Kind& kind, std::string_view stored) const;
  Result<Bytes> from_json(const Kind& kind, const Bytes& stored) const;

  const scheme::Scheme& scheme_;
  std::map<std::string, Kind, std::less<>> kinds_;  // by the prefix of their keys, "/registry/pods/"
};

/// A store whose values are JSON to those above it, and kube-apiserver's to the one below. A value that
/// cannot be read fails a get; lists and watches hand it on as it is, for their readers to report. What was
/// written through it is told to its watchers as it was written. `below` and `transcoder` are borrowed.
class TranscodingStore final : public storage::Store {
 public:
  TranscodingStore(storage::Store& below, const Transcoder& transcoder)
      : below_(below), transcoder_(transcoder) {}

  Task<Result<storage::Entry>> get(std::string key) override;
  Task<Result<storage::ListResult>> list(std::string prefix, storage::ListOptions options) override;
  Task<Result<storage::Revision>> create(std::string key, Bytes value,
                                         std::optional<std::chrono::seconds> ttl) override;
  Task<Result<storage::Revision>> update(std::string key, Bytes value, storage::Revision expected,
                                         std::optional<std::chrono::seconds> ttl) override;
  Task<Result<storage::Revision>> remove(std::string key, storage::Revision expected) override {
    return below_.remove(std::move(key), expected);
  }
  Result<std::unique_ptr<storage::Watch>> watch(std::string prefix, storage::Revision after,
                                                storage::WatchSink& sink) override;
  Task<Result<void>> compact(storage::Revision revision) override { return below_.compact(revision); }
  Task<Result<bool>> is_stale(std::string key) override { return below_.is_stale(std::move(key)); }
  Task<Result<storage::Revision>> current_revision(std::string prefix) override {
    return below_.current_revision(std::move(prefix));
  }

 private:
  storage::Store& below_;
  const Transcoder& transcoder_;
  WrittenForms written_;
  Parallel parallel_;
};

}  // namespace pedalion::registry::builtin::stored_form
