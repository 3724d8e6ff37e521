#include <cstdlib>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/patch/json_patch.h"
#include "pedalion/apimachinery/patch/merge_patch.h"

namespace {

using namespace pedalion;
using Apply = Result<json::Value> (*)(const json::Value&, const json::Value&, json::Arena&);

/// Neither input is changed, and the result does not depend on the arena it is put into.
void check(Apply apply, const json::Document& object, const json::Document& patch) {
  std::string object_text = json::to_string(object.root), patch_text = json::to_string(patch.root);
  json::Arena empty, used;
  for (int i = 0; i < 100; ++i) json::Value::object(used, 3);
  auto first = apply(object.root, patch.root, empty), second = apply(object.root, patch.root, used);
  if (first.has_value() != second.has_value()) std::abort();
  if (first && json::to_string(*first) != json::to_string(*second)) std::abort();
  if (json::to_string(object.root) != object_text || json::to_string(patch.root) != patch_text) std::abort();
}

}  // namespace

/// A line with an object, then a patch of it.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto line = text.find('\n');
  if (line == std::string_view::npos) return 0;
  auto object = json::parse(text.substr(0, line)), patch = json::parse(text.substr(line + 1));
  if (!object || !patch) return 0;
  check(patch::apply_json_patch, *object, *patch);
  check(patch::apply_merge_patch, *object, *patch);
  patch::json_patch_unknown_fields(patch->root);
  return 0;
}
