#pragma once
// Validation errors: which field, what is wrong with it, which value it had (apimachinery's
// util/validation/field).
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/json/value.h"

namespace pedalion::meta {

/// A JSON path under construction: FieldPath("spec").child("ports").index(0).child("port").
class FieldPath {
 public:
  FieldPath() = default;
  explicit FieldPath(std::string_view root) : text_(root) {}
  FieldPath child(std::string_view name) const;
  FieldPath index(std::size_t index) const;
  FieldPath key(std::string_view key) const;
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

struct FieldError {
  enum class Type : std::uint8_t {
    kNotFound,
    kRequired,
    kDuplicate,
    kInvalid,
    kNotSupported,
    kForbidden,
    kTooLong,
    kTooMany,
    kInternal,
    kTypeInvalid,
  };
  Type type = Type::kInvalid;
  std::string field;
  std::string value;  // as it is shown: strings quoted, others as JSON; empty where none is shown
  std::string detail;

  /// "FieldValueRequired" and the like.
  std::string reason() const;
  /// `Invalid value: "x": detail`.
  std::string body() const;

  static FieldError required(const FieldPath& path, std::string_view detail);
  static FieldError invalid(const FieldPath& path, std::string_view value, std::string_view detail);
  static FieldError invalid(const FieldPath& path, std::int64_t value, std::string_view detail);
  static FieldError invalid(const FieldPath& path, const json::Value& value, std::string_view detail);
  static FieldError duplicate(const FieldPath& path, std::string_view value);
  static FieldError not_supported(const FieldPath& path, std::string_view value,
                                  std::span<const std::string_view> supported);
  static FieldError forbidden(const FieldPath& path, std::string_view detail);
  static FieldError too_long(const FieldPath& path, std::size_t limit_bytes);
  static FieldError not_found(const FieldPath& path, std::string_view value);
};

using FieldErrors = std::vector<FieldError>;

/// Several errors in one line, duplicates left out: `[a, b]`; one alone without brackets.
std::string aggregate_text(const FieldErrors& errors);

/// Go's %q.
std::string go_quoted(std::string_view text);

}  // namespace pedalion::meta
