#include <cstdlib>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"

/// What parses is written as text that parses to an equal tree and is written the same again, plain or
/// pretty. (Only -0e1, a float, becomes -0, an integer, and then 0: Go does the same.)
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  namespace json = pedalion::json;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> duplicates;
  auto first = json::parse(text, {.duplicates = &duplicates});
  if (!first) return first.error().code == 400 ? 0 : (std::abort(), 0);
  std::string written = json::to_string(first->root);
  auto second = json::parse(written);
  if (!second) std::abort();
  if (json::to_string(second->root) != written && !written.contains("-0")) std::abort();
  if (!json::equal(first->root, second->root)) std::abort();
  std::string pretty, indented;
  json::write_pretty(first->root, pretty);
  json::indent(written, indented);
  if (pretty != indented) std::abort();
  pedalion::json::Arena arena;
  if (!json::equal(json::deep_copy(first->root, arena), first->root)) std::abort();
  return 0;
}
