#pragma once
// The one error type: a Kubernetes Status (code, reason, message, details), and Result<T> that carries it.
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pedalion {

/// One entry of details.causes: which field is wrong, and why.
struct StatusCause {
  std::string reason;  // e.g. "FieldValueRequired"
  std::string message;
  std::string field;  // JSON path such as spec.containers[0].name; empty when it concerns no field
  bool operator==(const StatusCause&) const = default;
};

/// details of a Status. `kind` holds the resource's name for most errors (as kube-apiserver does), the Kind
/// for Invalid.
struct StatusDetails {
  std::string name, group, kind, uid;
  std::vector<StatusCause> causes;
  std::int32_t retry_after_seconds = 0;
  bool operator==(const StatusDetails&) const = default;
};

/// A failure as Kubernetes words it. Value type; both ends of a connection use it. The catalogue of the
/// well-known ones (not_found, conflict, invalid, …) is apimachinery/meta/errors.h.
class Status {
 public:
  Status() = default;
  Status(int code, std::string reason, std::string message)
      : code(code), reason(std::move(reason)), message(std::move(message)) {}
  Status(int code, std::string reason, std::string message, StatusDetails details)
      : code(code),
        reason(std::move(reason)),
        message(std::move(message)),
        details_(std::make_unique<StatusDetails>(std::move(details))) {}
  Status(const Status& other) { *this = other; }
  Status(Status&&) noexcept = default;
  Status& operator=(Status&&) noexcept = default;
  Status& operator=(const Status& other);

  int code = 500;      // HTTP status code
  std::string reason;  // "NotFound", "Conflict", …; empty is Unknown
  std::string message;
  std::string continue_token;  // metadata.continue: how to go on after a 410 in a paged list; usually empty

  /// Null when the Status has no details.
  const StatusDetails* details() const { return details_.get(); }
  /// Creates empty details when there are none.
  StatusDetails& mutable_details();
  bool has_reason(std::string_view wanted) const { return reason == wanted; }

 private:
  std::unique_ptr<StatusDetails> details_;
};

template <class T>
using Result = std::expected<T, Status>;

}  // namespace pedalion

// Propagation, in statement form; in coroutines use the CO_ forms. Several statements each: brace the `if`.
#define PEDALION_CAT_(a, b) a##b
#define PEDALION_CAT(a, b) PEDALION_CAT_(a, b)
#define PEDALION_TRY_(ret, tmp, lhs, ...)        \
  auto&& tmp = (__VA_ARGS__);                    \
  if (!tmp) [[unlikely]]                         \
    ret std::unexpected(std::move(tmp).error()); \
  lhs = *std::move(tmp)
#define PEDALION_TRY_OK_(ret, tmp, ...)            \
  do {                                             \
    auto&& tmp = (__VA_ARGS__);                    \
    if (!tmp) [[unlikely]]                         \
      ret std::unexpected(std::move(tmp).error()); \
  } while (false)
#define TRY(lhs, ...) PEDALION_TRY_(return, PEDALION_CAT(try_, __COUNTER__), lhs, __VA_ARGS__)
#define CO_TRY(lhs, ...) PEDALION_TRY_(co_return, PEDALION_CAT(try_, __COUNTER__), lhs, __VA_ARGS__)
#define TRY_OK(...) PEDALION_TRY_OK_(return, PEDALION_CAT(try_, __COUNTER__), __VA_ARGS__)
#define CO_TRY_OK(...) PEDALION_TRY_OK_(co_return, PEDALION_CAT(try_, __COUNTER__), __VA_ARGS__)
