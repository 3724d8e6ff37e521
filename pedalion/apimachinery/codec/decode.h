#pragma once
// Request bodies to objects: parsing, kind and apiVersion, types, unknown and duplicate fields, as
// kube-apiserver's codecs do it and with their words.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/meta/group_version.h"
#include "pedalion/apimachinery/schema/type.h"
#include "pedalion/apimachinery/scheme/scheme.h"
#include "pedalion/base/status.h"

namespace pedalion::codec {

enum class MediaType : std::uint8_t { kJson, kYaml, kProtobuf };

struct Decoded {
  json::Document object;  // shaped (see shape.h), with kind and apiVersion filled in
  /// What fieldValidation Strict refuses and Warn warns of (see warnings_of), each an error in Go's words:
  /// `unknown field "spec.x"`, `duplicate field "spec.y"`, repeated_keys_text().
  std::vector<std::string> strict_problems;
};

/// Decodes a body that should hold `expected`, or the same kind in `also_accepted`, whose fields are the
/// same. Missing kind and apiVersion are taken from `expected`, which the object has in the end. Fails with
/// 400.
Result<Decoded> decode_object(std::string_view body, MediaType media_type,
                              const meta::GroupVersionKind& expected, const schema::Type& type,
                              const scheme::Scheme* scheme = nullptr,
                              const std::optional<meta::GroupVersion>& also_accepted = std::nullopt);

/// What parse_yaml() found of repeated keys, as go-yaml's one error.
std::string repeated_keys_text(const std::vector<std::string>& lines);
/// What to warn of for a problem of strict decoding: that of YAML holds several lines.
std::vector<std::string> warnings_of(const std::string& strict_problem);

/// Whether a changed tree is still of a kind that can be taken for `expected`. Fails with 400 and the reason
/// of Kubernetes' scheme.
Result<void> check_kind(const json::Value& root, const meta::GroupVersionKind& expected,
                        const scheme::Scheme& scheme);

/// Shapes a tree that was made by a patch or a hook; fails as decode_object does on wrong types.
Result<void> reshape(json::Document& object, const schema::Type& type,
                     std::vector<std::string>* strict_problems = nullptr);

/// Puts kind and apiVersion first, in place of any that are there.
void set_type_meta(json::Document& object, const meta::GroupVersionKind& gvk);

}  // namespace pedalion::codec
