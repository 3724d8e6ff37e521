#pragma once
// The rules of names, labels, annotations, finalizers and owners that every object obeys (wire texts of
// apimachinery).
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/meta/field_error.h"

namespace pedalion::meta {

/// What is wrong with a string, in Kubernetes' words; empty when nothing is.
using Problems = std::vector<std::string>;

Problems path_segment_name_problems(std::string_view name);
Problems dns_subdomain_problems(std::string_view name);   // RFC 1123, at most 253
Problems dns_label_problems(std::string_view name);       // RFC 1123, at most 63
Problems dns_1035_label_problems(std::string_view name);  // RFC 1035, at most 63
Problems qualified_name_problems(std::string_view name);  // [prefix/]name
Problems label_value_problems(std::string_view value);
Problems config_map_key_problems(std::string_view key);

/// How a kind's names are judged.
using NameRule = Problems (*)(std::string_view name);

struct ObjectMetaRules {
  NameRule name = dns_subdomain_problems;
  bool namespaced = true;
  bool core_finalizers = false;  // finalizers must be qualified or standard
};

/// Checks metadata of a new object.
FieldErrors validate_object_meta(const json::Value& metadata, const ObjectMetaRules& rules,
                                 const FieldPath& path);
/// The part of that which core_finalizers adds.
FieldErrors validate_core_finalizers(const json::Value& metadata, const FieldPath& path);
/// Checks what an update may change of it.
FieldErrors validate_object_meta_update(const json::Value& metadata, const json::Value& old_metadata,
                                        const FieldPath& path);

FieldErrors validate_labels(const json::Value& labels, const FieldPath& path);
FieldErrors validate_annotations(const json::Value& annotations, const FieldPath& path);

}  // namespace pedalion::meta
