#include "pedalion/apimachinery/codec/yaml.h"

#include <cstdlib>

#include "pedalion/apimachinery/json/write.h"

/// What is read as YAML is written as YAML that reads the same.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace pedalion;
  std::vector<std::string> problems;
  auto first = codec::parse_yaml({reinterpret_cast<const char*>(data), size}, &problems);
  if (!first) return first.error().code == 400 ? 0 : (std::abort(), 0);
  std::string text;
  codec::write_yaml(first->root, text);
  auto second = codec::parse_yaml(text);
  if (!second || !json::equal(first->root, second->root)) std::abort();
  return 0;
}
