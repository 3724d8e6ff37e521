#pragma once
// Elements of the paths in FieldsV1: their spelling, their order, and how conflicts print them.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/base/status.h"

namespace pedalion::managedfields {

/// One step of a path in its FieldsV1 spelling without the escapes of the JSON around it: `f:spec`,
/// `k:{"name":"c"}`, `v:"x"`, `i:3`.
using Element = std::string_view;

/// The order in which FieldsV1 lists elements: fields, keys, values, indices; keys and values by value, not
/// by text.
int compare_elements(Element a, Element b);

/// `f:` + name, in `arena`.
Element field_element(std::string_view name, json::Arena& arena);
/// `v:` + the value.
Element value_element(const json::Value& value, json::Arena& arena);

struct KeyPart {
  std::string_view name;
  json::Value value;
};
/// `k:{…}` of parts that are sorted by name.
Element key_element(std::span<const KeyPart> parts, json::Arena& arena);

/// Whether JSON writes these bytes as they are: printable ASCII that needs no escape.
bool is_plain_text(std::string_view text);
/// key_element() of one string, name and string plain texts.
Element plain_key_element(std::string_view name, std::string_view text, json::Arena& arena);

/// An element as a client wrote it, spelt canonically. Nothing for kinds that do not exist (they are to be
/// dropped); fails when it is malformed.
Result<std::optional<Element>> canonical_element(std::string_view text, json::Arena& arena);

/// `.spec`, `[name="c"]`, `[="x"]`, `[3]`.
void append_element_text(Element element, std::string& out);

}  // namespace pedalion::managedfields
