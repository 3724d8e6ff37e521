#pragma once
// The checks that many kinds share, with Kubernetes' words (apimachinery's api/validation and
// util/validation).
#include <cstdint>
#include <span>
#include <string_view>

#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds {

/// Reports an empty text as required. True when there is one.
bool require_text(const Field& field, std::string_view detail = {});
/// Reports each problem that a rule of names has with the text.
void check_name(const Field& field, meta::NameRule rule);
/// Both: required when empty, else judged.
void require_name(const Field& field, meta::NameRule rule);
/// The text is one of these (given in the order in which they are shown); nothing is reported of an empty
/// one.
void check_one_of(const Field& field, std::span<const std::string_view> supported);
/// The same, and an empty text is required to be there.
void require_one_of(const Field& field, std::span<const std::string_view> supported);
/// One of these, whether it is there or not.
void check_enum(const Field& field, std::span<const std::string_view> supported);
/// "must be greater than or equal to 0"; absent passes.
void check_non_negative(const Field& field);
/// "must be greater than 0"; absent passes.
void check_positive(const Field& field);
/// "must be between LOW and HIGH, inclusive"; absent counts as 0.
void check_range(const Field& field, std::int64_t low, std::int64_t high);
/// A host, a slash, a path: "acme.io/foo".
void check_domain_prefixed_path(const Field& field);
/// Who signs certificates: "example.com/signer-name". It must be there.
void check_signer_name(const Field& field);
/// "field is immutable" when the two differ; absent equals absent.
void check_immutable(const Field& field, const Field& old);
/// The two are equal, absent and null being the same.
bool same(const Field& a, const Field& b);

}  // namespace pedalion::registry::builtin::kinds
