#pragma once
// What the printers are made of: a table of (resource, columns, row function), and the cells of a row.
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/registry/rest/table.h"

namespace pedalion::registry::builtin::printers {

using json::Value;

/// The cells of one row, in column order.
class Row {
 public:
  Row(const Value& object, json::Arena& arena, std::int64_t now) : object(object), arena_(arena), now_(now) {}

  const Value& object;

  void text(std::string_view text) { cells_.push_back(Value::string(text, arena_)); }
  void number(std::int64_t number) { cells_.push_back(Value::integer(number)); }
  void boolean(bool value) { cells_.push_back(Value::boolean(value)); }
  /// The string at a path of the object; `fallback` when absent or empty.
  void field(std::initializer_list<std::string_view> path, std::string_view fallback = "");
  /// The number at a path; 0 when absent.
  void count(std::initializer_list<std::string_view> path);
  void name() { field({"metadata", "name"}); }
  /// Age by metadata.creationTimestamp.
  void age();
  /// The time since `time` (RFC 3339), "<unknown>" when empty.
  void since(std::string_view time);
  std::string since_text(std::string_view time) const;

  std::int64_t now() const { return now_; }
  rest::TableRow finish() { return {std::move(cells_), std::move(conditions_)}; }
  void condition(std::string_view type, std::string_view status, std::string_view reason,
                 std::string_view message);

 private:
  json::Arena& arena_;
  std::int64_t now_;
  std::vector<Value> cells_, conditions_;
};

struct Printer {
  std::string_view group, resource;
  std::span<const rest::TableColumn> columns;
  void (*print)(Row& row);
};

// One list a group of resources.
std::span<const Printer> core_printers();
std::span<const Printer> node_and_volume_printers();
std::span<const Printer> workload_printers();
std::span<const Printer> networking_printers();
std::span<const Printer> policy_printers();
std::span<const Printer> extension_printers();
void print_pod(Row& row);

inline constexpr rest::TableColumn kNameColumn = {.name = "Name", .format = "name"};
inline constexpr rest::TableColumn kAgeColumn = {.name = "Age"};
constexpr rest::TableColumn column(std::string_view name, int priority = 0) {
  return {.name = name, .priority = priority};
}
constexpr rest::TableColumn number_column(std::string_view name, int priority = 0) {
  return {.name = name, .type = "integer", .priority = priority};
}
constexpr rest::TableColumn bool_column(std::string_view name) { return {.name = name, .type = "boolean"}; }

// Texts that several printers share.
std::string joined(const std::vector<std::string>& words, std::string_view separator = ",");
/// At most `shown` words, then ` + N more...`.
std::string joined_some(const std::vector<std::string>& words, std::size_t shown);
/// A LabelSelector object as text, "<none>" when it selects by nothing.
std::string selector_text(const Value* selector);
/// A map of labels as text, "<none>" when empty.
std::string labels_text(const Value* labels);
/// The containers' names and images, comma-separated.
std::pair<std::string, std::string> containers_text(const Value* containers);
/// The elements of an array; empty when there is none.
std::span<const Value> items_of(const Value& object, std::initializer_list<std::string_view> path);
/// A string or a number as text.
std::string scalar_text(const Value* value, std::string_view fallback = "");

}  // namespace pedalion::registry::builtin::printers
