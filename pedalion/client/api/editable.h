#pragma once
// An object to be changed: a tree and its arena, with the places that all objects have.
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/base/status.h"
#include "pedalion/client/api/object.h"

namespace pedalion::client::api {

/// Owns all of its object, also the fields that this program does not know. Movable.
class Editable {
 public:
  Editable();
  explicit Editable(const json::Value& object);
  Editable(std::string_view api_version, std::string_view kind);

  std::string_view name() const { return text({"metadata", "name"}); }
  std::string_view namespace_() const { return text({"metadata", "namespace"}); }
  std::string_view uid() const { return text({"metadata", "uid"}); }
  std::string_view resource_version() const { return text({"metadata", "resourceVersion"}); }
  Editable& set_name(std::string_view name) { return set({"metadata", "name"}, name); }
  Editable& set_namespace(std::string_view name) { return set({"metadata", "namespace"}, name); }
  /// Empty when it is not there.
  std::string_view label(std::string_view name) const { return text({"metadata", "labels", name}); }
  Editable& set_label(std::string_view name, std::string_view value) {
    return set({"metadata", "labels", name}, value);
  }
  std::string_view annotation(std::string_view name) const { return text({"metadata", "annotations", name}); }
  Editable& set_annotation(std::string_view name, std::string_view value) {
    return set({"metadata", "annotations", name}, value);
  }

  using Path = std::initializer_list<std::string_view>;
  const json::Value* find(Path path) const { return document_.root.at(path); }
  std::string_view text(Path path) const { return document_.root.string_at(path); }
  std::int64_t integer(Path path, std::int64_t fallback = 0) const;
  /// Makes the objects on the way. The value is copied.
  Editable& set(Path path, std::string_view text);
  Editable& set(Path path, const char* text) { return set(path, std::string_view(text)); }
  Editable& set(Path path, std::int64_t number) { return set(path, json::Value::integer(number)); }
  Editable& set(Path path, int number) { return set(path, static_cast<std::int64_t>(number)); }
  Editable& set(Path path, bool value) { return set(path, json::Value::boolean(value)); }
  Editable& set(Path path, const json::Value& value);
  /// JSON text in that place. Fails with 400 where it is none.
  Result<void> set_json(Path path, std::string_view json);
  void erase(Path path);

  const json::Value& root() const { return document_.root; }
  json::Document& document() { return document_; }
  Bytes json() const;

 private:
  json::Value& place(Path path);
  json::Document document_;
};

}  // namespace pedalion::client::api
