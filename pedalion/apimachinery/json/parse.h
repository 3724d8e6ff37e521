#pragma once
// Text to tree, with the rules of Go's encoding/json and sigs.k8s.io/json.
#include <span>
#include <string>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/base/status.h"

namespace pedalion::json {

/// What a member becomes that is there twice: the last one, or (as where Go decodes into a struct) two
/// objects become one.
enum class Repeated : std::uint8_t { kLastWins, kMerge };

struct ParseOptions {
  std::uint32_t max_depth = 10000;
  /// When set, receives the path ("spec.foo") of each repeated member once, in the order of the text.
  std::vector<std::string>* duplicates = nullptr;
  Repeated repeated = Repeated::kLastWins;
  /// Names that lead from the root, through arrays too, to members whose objects and arrays stay text
  /// (Value::raw), of which only the end is looked for. For text that has been judged before.
  std::span<const std::string_view> raw = {};
};

/// Parses exactly one value with nothing but white space around it. Numbers without fraction and exponent
/// that fit are kInt, all others kDouble; ill-formed UTF-8 and lone surrogates become U+FFFD; a byte-order
/// mark is an error. The error's message is Go's ("invalid character 'x' looking for beginning of value",
/// "unexpected end of JSON input"); its code is 400.
Result<Document> parse(std::string_view text, const ParseOptions& options = {});

/// The same into an arena that the caller has.
Result<Value> parse(std::string_view text, Arena& arena, const ParseOptions& options = {});

}  // namespace pedalion::json
