#include <cstdlib>

#include "pedalion/apimachinery/selector/label_selector.h"

/// The text of a selector is a selector of the same text, and selects the same.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using pedalion::selector::LabelSelector;
  auto first = LabelSelector::parse({reinterpret_cast<const char*>(data), size});
  if (!first) return 0;
  auto second = LabelSelector::parse(first->text());
  if (!second || second->text() != first->text()) std::abort();
  const std::pair<std::string_view, std::string_view> labels[] = {{"a", "1"}, {"b", ""}, {"c", "x"}};
  if (first->matches(labels) != second->matches(labels)) std::abort();
  if (first->matches({}) != second->matches({})) std::abort();
  return 0;
}
