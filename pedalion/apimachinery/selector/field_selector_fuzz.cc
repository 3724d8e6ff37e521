#include "pedalion/apimachinery/selector/field_selector.h"

#include <cstdlib>

/// A requirement never has an empty field unless it was written so; any text is answered.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto selector = pedalion::selector::FieldSelector::parse(text);
  if (!selector) return selector.error().code == 400 ? 0 : (std::abort(), 0);
  for (const auto& requirement : selector->requirements()) {
    if (requirement.field.size() + requirement.value.size() >= size) std::abort();
  }
  selector->matches([](std::string_view) { return std::string_view("x"); });
  return 0;
}
