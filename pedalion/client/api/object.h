#pragma once
// An API object as a client holds it: its JSON, shared and unchanging, and the few facts that are asked for
// often.
#include <cstdint>
#include <memory>
#include <string_view>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/base/bytes.h"
#include "pedalion/base/status.h"

namespace pedalion::client::api {

/// A cheap copy of a shared, immutable object; may go from thread to thread. Its views live as long as any
/// copy.
class Object {
 public:
  Object() = default;  // no object
  /// Looks at `json` once, without a tree. Fails with 422 when it is no object with metadata.
  static Result<Object> read(Bytes json);
  /// Writes a tree.
  static Result<Object> of(const json::Value& value);

  explicit operator bool() const { return rep_ != nullptr; }
  std::string_view api_version() const;
  std::string_view kind() const;
  std::string_view name() const;
  std::string_view namespace_() const;  // empty: in no namespace
  std::string_view uid() const;
  std::string_view resource_version() const;
  bool deleted() const;  // metadata.deletionTimestamp is set
  /// The object's JSON.
  const Bytes& json() const;
  /// A tree of one's own, to read from or to change.
  json::Document parse() const;
  /// As its list gave it, items often lack apiVersion and kind: the same object with them.
  Object with_type(std::string_view api_version, std::string_view kind) const;

 private:
  struct Rep;
  explicit Object(std::shared_ptr<const Rep> rep) : rep_(std::move(rep)) {}
  std::shared_ptr<const Rep> rep_;
};

/// namespace/name, or name: how stores and queues name an object.
std::string key_of(const Object& object);
std::string key_of(std::string_view namespace_name, std::string_view name);

}  // namespace pedalion::client::api
