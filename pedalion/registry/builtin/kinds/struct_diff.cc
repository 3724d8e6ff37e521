#include "pedalion/registry/builtin/kinds/struct_diff.h"

#include <algorithm>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/registry/builtin/kinds/unified_diff.h"

namespace pedalion::registry::builtin::kinds {

namespace {

/// As Go's types print, a blank a level.
std::string printed(const Value& value, GoType type, Rearrange rearrange) {
  json::Arena arena;
  auto tree = json::parse(go_form(&value, type, true), arena);
  std::string text, pretty;
  if (tree && rearrange != nullptr) tree = rearrange(*tree, arena);
  if (tree) json::write_pretty(*tree, text);
  // Two blanks a level become one.
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = std::min(text.find('\n', begin), text.size());
    std::size_t blanks = std::min(text.find_first_not_of(' ', begin), end) - begin;
    pretty.append(blanks / 2, ' ').append(text, begin + blanks, end - begin - blanks).append("\n");
    begin = end + 1;
  }
  return pretty;
}

}  // namespace

std::string struct_diff(const Value& before, const Value& now, GoType type, Rearrange rearrange) {
  return unified_diff(printed(before, type, rearrange), printed(now, type, rearrange));
}

}  // namespace pedalion::registry::builtin::kinds
