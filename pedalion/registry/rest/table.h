#pragma once
// Table columns of a resource: what `kubectl get` prints.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/json/value.h"

namespace pedalion::registry::rest {

struct TableColumn {
  std::string_view name, type = "string", format, description;
  int priority = 0;
};

struct TableRow {
  std::vector<json::Value> cells;       // in the arena given
  std::vector<json::Value> conditions;  // rows[].conditions, e.g. Completed of finished pods
};

/// Stateless and thread-safe.
class TableConvertor {
 public:
  virtual ~TableConvertor() = default;
  virtual std::span<const TableColumn> columns() const = 0;
  /// `now_unix_seconds` is what ages are counted from.
  virtual TableRow row(const json::Value& object, json::Arena& arena,
                       std::int64_t now_unix_seconds) const = 0;
};

}  // namespace pedalion::registry::rest
