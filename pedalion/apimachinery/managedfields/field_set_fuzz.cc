#include "pedalion/apimachinery/managedfields/field_set.h"

#include <cstdlib>

#include "pedalion/apimachinery/json/parse.h"

/// What is a FieldsV1 is written as one of the same set, and the set operations keep to their laws.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace pedalion;
  using namespace pedalion::managedfields;
  auto document = json::parse({reinterpret_cast<const char*>(data), size});
  if (!document) return 0;
  json::Arena arena;
  auto set = FieldSet::parse(document->root, arena);
  if (!set) return 0;
  auto again = FieldSet::parse(set->to_json(arena), arena);
  if (!again || *again != *set) std::abort();
  if (set_union(*set, *again) != *set || intersection(*set, *again) != *set) std::abort();
  if (!difference(*set, *again).empty() || !recursive_difference(*set, *again).empty()) std::abort();
  set->path_texts();
  return 0;
}
