#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/status_codec.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/registry/builtin/defaults/filler.h"
#include "pedalion/registry/builtin/subresources/pod_doors.h"
#include "pedalion/registry/builtin/virtuals/reviews.h"

namespace pedalion::registry::builtin::subresources {

using json::Value;
using rest::ObjectPtr;

namespace {

/// A field error that Kubernetes answers as it stands, with 500.
Status plain(const meta::FieldError& error) { return Status(500, "", error.field + ": " + error.body()); }

Result<void> check(const Value& binding) {
  static constexpr std::string_view kKinds[] = {"Node", "<empty>"};
  meta::FieldPath target("target");
  std::string_view kind = binding.string_at({"target", "kind"});
  if (!kind.empty() && kind != "Node") {
    return std::unexpected(plain(meta::FieldError::not_supported(target.child("kind"), kind, kKinds)));
  }
  if (binding.string_at({"target", "name"}).empty()) {
    return std::unexpected(plain(meta::FieldError::required(target.child("name"), "")));
  }
  return {};
}

void merge_texts(Value& pod, const Value& binding, std::string_view field, json::Arena& arena) {
  const Value* texts = binding.at({"metadata", field});
  if (texts == nullptr || texts->empty()) return;
  Value& metadata = pod.object_at("metadata", arena);
  Value& own = metadata.object_at(field, arena);
  for (const json::Member& text : texts->members()) {
    own.set(text.name, Value::string(text.value.string_or(), arena), arena);
  }
}

void set_scheduled(Value& pod, json::Arena& arena) {
  Value condition = Value::object(arena);
  condition.append_member("type", Value::string("PodScheduled"), arena);
  condition.append_member("status", Value::string("True"), arena);
  condition.append_member("lastProbeTime", Value(), arena);
  condition.append_member("lastTransitionTime", Value::string(meta::format_time(meta::now_seconds()), arena),
                          arena);
  Value& status = pod.object_at("status", arena);
  Value* conditions = status.find("conditions");
  if (conditions == nullptr || conditions->is_null()) {
    conditions = &status.set("conditions", Value::array(arena), arena);
  }
  for (Value& present : conditions->items()) {
    if (std::as_const(present).string_at({"type"}) != "PodScheduled") continue;
    present = condition;
    return;
  }
  conditions->push_back(condition, arena);
}

/// The pod on its node, or why it cannot go there.
Result<json::Document> bound(const watchcache::Object* current, const Value& binding,
                             const std::string& name) {
  if (current == nullptr) return std::unexpected(meta::not_found({"", "pods"}, name));
  TRY(json::Document pod, json::parse(current->json.view()));
  const Value& read = pod.root;
  auto conflict = [&](const std::string& text) {
    return std::unexpected(meta::conflict({"", "pods/binding"}, name, "pod " + name + " " + text));
  };
  std::string_view uid = binding.string_at({"metadata", "uid"});
  if (!uid.empty() && uid != read.string_at({"metadata", "uid"})) {
    return std::unexpected(meta::conflict(
        {"", "pods"}, name,
        "StorageError: invalid object, Code: 4, Key: " + current->key +
            ", ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: " +
            std::string(uid) + ", UID in object meta: " + std::string(read.string_at({"metadata", "uid"}))));
  }
  if (current->terminating) return conflict("is being deleted, cannot be assigned to a host");
  std::string_view node = read.string_at({"spec", "nodeName"});
  if (!node.empty()) return conflict("is already assigned to node \"" + std::string(node) + "\"");
  const Value* gates = read.at({"spec", "schedulingGates"});
  if (gates != nullptr && !gates->empty()) return conflict("has non-empty .spec.schedulingGates");
  json::Arena& arena = pod.arena;
  pod.root.object_at("spec", arena)
      .set("nodeName", Value::string(binding.string_at({"target", "name"}), arena), arena);
  merge_texts(pod.root, binding, "annotations", arena);
  merge_texts(pod.root, binding, "labels", arena);
  set_scheduled(pod.root, arena);
  return pod;
}

}  // namespace

Result<ObjectPtr> created_status() {
  json::Document status = meta::success_document({}, 201);
  return virtuals::unstored_object(status.root);
}

Task<Result<ObjectPtr>> BindingCreater::create(rest::RequestContext& context, std::string name,
                                               json::Document object, rest::WriteOptions options) {
  const Value& binding = object.root;
  std::string own_name(binding.string_at({"metadata", "name"}));
  if (!name.empty() && !own_name.empty() && name != own_name) {
    co_return std::unexpected(meta::bad_request("name in URL does not match name in Binding object"));
  }
  if (name.empty()) name = own_name;
  CO_TRY_OK(check(binding));
  auto make = [&](const watchcache::Object* current) { return bound(current, binding, name); };
  CO_TRY_OK(co_await pods_.update(context, name, make, options, rest::CreateIfMissing::kNever,
                                  rest::FieldTracking::kDone));
  co_return created_status();
}

}  // namespace pedalion::registry::builtin::subresources
