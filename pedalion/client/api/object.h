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
  /// Looks at `json` once, without a tree. Fails with 422 when it is no JSON object.
  static Result<Object> read(Bytes json);
  /// A copy of an item of a list, which often lacks apiVersion and kind: then it gets these.
  static Result<Object> read_item(std::string_view text, std::string_view api_version, std::string_view kind);
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
  /// A tree of one's own, to read from or to change. null where the text is broken in what read() steps over.
  json::Document parse() const;

 private:
  struct Rep;
  explicit Object(std::shared_ptr<const Rep> rep) : rep_(std::move(rep)) {}
  std::shared_ptr<const Rep> rep_;
};

/// namespace/name, or name: how stores and queues name an object.
std::string key_of(const Object& object);
std::string key_of(std::string_view namespace_name, std::string_view name);

}  // namespace pedalion::client::api
