#pragma once
// YAML to JSON trees and back, with the rules of sigs.k8s.io/yaml: one document, YAML 1.1's plain scalars.
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/base/status.h"

namespace pedalion::codec {

/// The first document of `text`, mappings sorted by key. Aliases are expanded as far as go-yaml does.
/// `problems` receives `line N: key "x" already set in map`. Fails with 400 and the text of go-yaml ("yaml:
/// line 3: …") or of what makes JSON of it.
Result<json::Document> parse_yaml(std::string_view text, std::vector<std::string>* problems = nullptr);

/// Those problems as go-yaml's one error.
std::string repeated_keys_text(const std::vector<std::string>& problems);

/// Appends `value` as YAML, keys sorted.
void write_yaml(const json::Value& value, std::string& out);

}  // namespace pedalion::codec
