#include "pedalion/apimachinery/managedfields/field_set.h"

#include <cstdlib>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/utf8.h"

/// What is a FieldsV1 is written as one of the same set, is the same set as text and as a tree, and the set
/// operations keep to their laws.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace pedalion;
  using namespace pedalion::managedfields;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto document = json::parse(text);
  if (!document) return 0;
  json::Arena arena;
  auto set = FieldSet::parse(document->root, arena);
  if (!set) return 0;
  const json::Value written = set->to_json(arena);
  auto again = FieldSet::parse(written, arena);
  if (!again || *again != *set) std::abort();
  auto tree = json::parse(written.as_raw(), arena);
  if (!tree || FieldSet::parse(*tree, arena).value() != *set) std::abort();
  if (json::is_valid_utf8(text) && FieldSet::parse(json::Value::raw(text), arena).value() != *set)
    std::abort();
  if (set_union(*set, *again) != *set || intersection(*set, *again) != *set) std::abort();
  if (!difference(*set, *again).empty() || !recursive_difference(*set, *again).empty()) std::abort();
  if (!covers(*set, *again)) std::abort();
  set->path_texts();
  return 0;
}
