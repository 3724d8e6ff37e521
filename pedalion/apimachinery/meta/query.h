#pragma once
// Query strings, decoded once, with the rules of Go's net/url and of Kubernetes' parameter codec.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pedalion/base/status.h"

namespace pedalion::meta {

/// The parameters in order of appearance. Pairs that are not well-formed are left out, as Go does.
class Query {
 public:
  explicit Query(std::string_view text);

  /// The first value; null when there is none.
  const std::string* find(std::string_view name) const;
  std::vector<std::string_view> find_all(std::string_view name) const;
  bool has(std::string_view name) const { return find(name) != nullptr; }
  /// True unless absent, "false" or "0" (in any case): `?watch` and `?watch=` are true.
  bool boolean(std::string_view name) const;
  bool empty() const { return pairs_.empty(); }

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

/// Undoes %XX and, in queries, +. Nothing when an escape is ill-formed.
enum class Escapes : std::uint8_t { kPath, kQuery };
std::optional<std::string> unescaped(std::string_view text, Escapes escapes);

/// Go's strconv.ParseInt; the error is a 400 with its text.
Result<std::int64_t> parse_int64(std::string_view text);

}  // namespace pedalion::meta
