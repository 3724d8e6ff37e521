#pragma once
// Validation errors: which field, what is wrong with it, which value it had (apimachinery's
// util/validation/field).
#include <array>
#include <concepts>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/json/value.h"

namespace pedalion::meta {

/// A JSON path under construction: FieldPath("spec").child("ports").index(0).child("port"). Cheap: the text
/// is made only when there is an error. Borrows the names: they are literals, or lie in the document that is
/// judged.
class FieldPath {
 public:
  /// One step: a member's name, a key of a map, or an index.
  struct Segment {
    enum Kind : std::uint32_t { kMember, kKey, kIndex };
    const char* name;      // null for an index
    std::uint32_t number;  // the name's length, or the index
    Kind kind;
    static Segment of(std::string_view name, Kind kind) {
      return {name.data(), static_cast<std::uint32_t>(name.size()), kind};
    }
    static Segment of(std::size_t index) { return {nullptr, static_cast<std::uint32_t>(index), kIndex}; }
  };

  FieldPath() = default;
  explicit FieldPath(std::string_view root) : FieldPath(FieldPath(), Segment::of(root, Segment::kMember)) {}
  FieldPath(const FieldPath& parent, Segment last) : FieldPath(parent) {
    if (size_ == kRoom) [[unlikely]]
      write_down();
    segments_[size_++] = last;
  }
  FieldPath(const FieldPath& other) : before_(other.before_), size_(other.size_) { take_segments(other); }
  FieldPath& operator=(const FieldPath& other) {
    before_ = other.before_;
    size_ = other.size_;
    take_segments(other);
    return *this;
  }
  FieldPath child(std::string_view name) const { return {*this, Segment::of(name, Segment::kMember)}; }
  FieldPath index(std::size_t index) const { return {*this, Segment::of(index)}; }
  FieldPath key(std::string_view key) const { return {*this, Segment::of(key, Segment::kKey)}; }
  // A temporary would be gone before the path is written.
  template <std::same_as<std::string> Temporary>
  FieldPath child(Temporary&&) const = delete;
  template <std::same_as<std::string> Temporary>
  FieldPath key(Temporary&&) const = delete;
  std::string text() const;

 private:
  static constexpr std::size_t kRoom = 12;

  /// Only those in use: a path is copied for each field that is looked at.
  void take_segments(const FieldPath& other) {
    for (std::uint32_t i = 0, size = size_; i < size; ++i) segments_[i] = other.segments_[i];
  }
  /// Makes room.
  void write_down();

  std::shared_ptr<const std::string>
      before_;  // what did not fit in the segments: null but for very deep paths
  std::array<Segment, kRoom> segments_;
  std::uint32_t size_ = 0;
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
  static FieldError duplicate(const FieldPath& path, const json::Value& value);
  static FieldError not_supported(const FieldPath& path, std::string_view value,
                                  std::span<const std::string_view> supported);
  static FieldError forbidden(const FieldPath& path, std::string_view detail);
  static FieldError too_long(const FieldPath& path, std::size_t limit_bytes);
  static FieldError too_many(const FieldPath& path, std::size_t actual, std::size_t limit);
  static FieldError not_found(const FieldPath& path, std::string_view value);
};

using FieldErrors = std::vector<FieldError>;

/// Several errors in one line, duplicates left out: `[a, b]`; one alone without brackets.
std::string aggregate_text(const FieldErrors& errors);

/// Go's %q.
std::string go_quoted(std::string_view text);

}  // namespace pedalion::meta
