#include "pedalion/registry/generic/metadata.h"

#include <unordered_set>

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/names.h"
#include "pedalion/apimachinery/meta/time.h"

namespace pedalion::registry::generic {
namespace {

using json::Value;

constexpr std::string_view kOrder[] = {
    "name",         "generateName",      "namespace",         "uid",
    "generation",   "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds",
    "labels",       "annotations",       "ownerReferences",   "finalizers",
    "managedFields"};

bool is_empty(const Value& value) {
  if (value.is_null()) return true;
  if (value.is_string()) return value.as_string().empty();
  return (value.is_array() || value.is_object()) && value.empty();
}

bool keeps_empty(std::string_view name) { return name == "deletionGracePeriodSeconds"; }

}  // namespace

Value& metadata_of(json::Document& object) { return object.root.object_at("metadata", object.arena); }

void order_metadata(json::Document& object) {
  Value& metadata = metadata_of(object);
  Value ordered = Value::object(object.arena, metadata.size());
  for (std::string_view name : kOrder) {
    const Value* member = metadata.find(name);
    if (member == nullptr || (is_empty(*member) && !keeps_empty(name))) continue;
    if (name == "generation" && member->int_or(0) == 0) continue;
    ordered.append_member(name, *member, object.arena);
  }
  metadata = ordered;
}

Result<void> put_into_namespace(json::Document& object, std::string_view ns) {
  Value& metadata = metadata_of(object);
  auto given = metadata.string_at({"namespace"});
  if (!given.empty() && given != ns) {
    return std::unexpected(meta::bad_request(
        "the namespace of the provided object does not match the namespace sent on the request"));
  }
  metadata.set("namespace", Value::string(ns, object.arena), object.arena);
  return {};
}

Result<void> place_new_object(json::Document& object, std::string_view ns, bool namespaced) {
  Value& metadata = metadata_of(object);
  if (!metadata.string_at({"resourceVersion"}).empty())
    return std::unexpected(Status(500, "", "resourceVersion should not be set on objects to be created"));
  if (namespaced) {
    TRY_OK(put_into_namespace(object, ns));
  } else {
    metadata.erase("namespace");
  }
  // A generation stays where nobody counts (the strategies of those who do begin with 1).
  for (std::string_view name :
       {"deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "resourceVersion"})
    metadata.erase(name);
  return {};
}

void fill_system_metadata(json::Document& object) {
  Value& metadata = metadata_of(object);
  auto& arena = object.arena;
  metadata.set("uid", Value::string(meta::make_uid(), arena), arena);
  metadata.set("creationTimestamp", Value::string(meta::format_time(meta::now_seconds()), arena), arena);
}

void carry_metadata(json::Document& object, const Value& old) {
  Value& metadata = metadata_of(object);
  const Value* before = old.find("metadata");
  if (before == nullptr) return;
  auto& arena = object.arena;
  auto take = [&](std::string_view name) {
    const Value* member = before->find(name);
    if (member == nullptr) {
      metadata.erase(name);
    } else {
      metadata.set(name, json::deep_copy(*member, arena), arena);
    }
  };
  metadata.erase("selfLink");
  for (std::string_view name : {"creationTimestamp", "generation"}) take(name);
  if (before->find("namespace") == nullptr) metadata.erase("namespace");
  for (std::string_view name : {"name", "namespace", "uid"}) {
    if (metadata.string_at({name}).empty()) take(name);
  }
  // Once it ends, that stays; an update that says so first is for validation to refuse.
  bool terminating = before->find("deletionTimestamp") != nullptr;
  if (terminating || metadata.string_at({"deletionTimestamp"}).empty()) take("deletionTimestamp");
  const Value* grace = metadata.find("deletionGracePeriodSeconds");
  if (grace == nullptr || grace->is_null()) take("deletionGracePeriodSeconds");
  const Value* generated = metadata.find("generateName");
  if (generated == nullptr && before->find("generateName") != nullptr) take("generateName");
}

void dedup_owners(json::Document& object, rest::RequestContext& context, Admitted admitted) {
  Value& metadata = metadata_of(object);
  Value* owners = metadata.find("ownerReferences");
  if (owners == nullptr || owners->size() < 2) return;
  std::unordered_set<std::string> seen;
  std::string duplicates;
  Value kept = Value::array(object.arena, owners->size());
  for (const Value& owner : owners->items()) {
    std::string text;
    json::write(owner, text);
    if (seen.insert(std::move(text)).second) {
      kept.push_back(owner, object.arena);
    } else {
      duplicates.append(duplicates.empty() ? "" : ", ").append(owner.string_at({"uid"}));
    }
  }
  if (duplicates.empty()) return;
  metadata.set("ownerReferences", kept, object.arena);
  std::string_view when = admitted == Admitted::kYes ? " after mutating admission happens" : "";
  context.warn(
      ".metadata.ownerReferences contains duplicate entries" + std::string(when) +
      "; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; "
      "please fix your requests; duplicate UID(s) observed: " +
      duplicates);
}

void mark_deleted(json::Document& object, std::int64_t seconds) {
  Value& metadata = metadata_of(object);
  auto& arena = object.arena;
  bool marked = metadata.find("deletionTimestamp") != nullptr;
  metadata.set("deletionTimestamp", Value::string(meta::format_time(meta::now_seconds() + seconds), arena),
               arena);
  metadata.set("deletionGracePeriodSeconds", Value::integer(seconds), arena);
  const Value* generation = metadata.find("generation");
  if (!marked && generation != nullptr && generation->int_or(0) > 0)
    metadata.set("generation", Value::integer(generation->as_int() + 1), arena);
}

bool has_finalizers(const Value& object) {
  const Value* finalizers = object.at({"metadata", "finalizers"});
  return finalizers != nullptr && !finalizers->empty();
}

}  // namespace pedalion::registry::generic
