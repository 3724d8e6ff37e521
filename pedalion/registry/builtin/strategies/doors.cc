#include "pedalion/registry/builtin/strategies/doors.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "pedalion/apimachinery/managedfields/request.h"

namespace pedalion::registry::builtin::strategies {

namespace {

constexpr std::pair<std::string_view, Door> kDoors[] = {
    {"status", Door::kStatus},
    {"finalize", Door::kFinalize},
    {"approval", Door::kApproval},
    {"resize", Door::kResize},
    {"ephemeralcontainers", Door::kEphemeralContainers},
    {"binding", Door::kBinding},
};

/// Nodes are made by themselves, status and all.
bool sets_own_status(const Traits& traits) { return traits.resource == "nodes"; }

/// Of these, a write of the status leaves metadata alone.
bool status_is_all(const Traits& traits) {
  static constexpr std::string_view kResources[] = {"apiservices", "customresourcedefinitions", "flowschemas",
                                                    "prioritylevelconfigurations",
                                                    "validatingadmissionpolicies"};
  return std::ranges::find(kResources, traits.resource) != std::end(kResources);
}

void keep(Filler& object, const Value& old, std::string_view field) {
  const Value* value = old.find(field);
  if (value == nullptr) {
    object.object().erase(field);
  } else {
    object.set(field, json::deep_copy(*value, object.arena()));
  }
}

void keep_metadata(Filler& object, const Value& old, std::initializer_list<std::string_view> fields) {
  const Value* metadata = old.find("metadata");
  if (metadata == nullptr) return;
  Filler own = object.in("metadata");
  for (std::string_view field : fields) keep(own, *metadata, field);
}

/// Everything but `changed` and metadata is the old object's.
void keep_all_but(Filler& object, const Value& old, std::string_view changed) {
  for (const schema::Field& field : object.type().fields) {
    if (field.name != changed && field.name != "metadata") keep(object, old, field.name);
  }
}

/// Metadata and status aside, something is wanted that was not wanted before.
bool wants_something_else(const Value& object, const Value& old) {
  auto plain = [](std::string_view name) {
    return name != "metadata" && name != "status" && name != "kind" && name != "apiVersion";
  };
  std::size_t members = 0, old_members = 0;
  for (const json::Member& member : object.members()) {
    if (!plain(member.name)) continue;
    ++members;
    const Value* before = old.find(member.name);
    if (before == nullptr || !json::equal(*before, member.value)) return true;
  }
  for (const json::Member& member : old.members()) old_members += plain(member.name) ? 1 : 0;
  return members != old_members;
}

bool differ_in(std::string_view field, const Value& object, const Value& old) {
  const Value *now = object.at({"metadata", field}), *before = old.at({"metadata", field});
  bool none = now == nullptr || now->empty(), had_none = before == nullptr || before->empty();
  return none || had_none ? none != had_none : !json::equal(*now, *before);
}

void set_generation(const Traits& traits, Filler& object, const Value& old) {
  keep_metadata(object, old, {"generation"});
  if (!traits.has_generation || traits.resource == "priorityclasses") return;
  // The labels of slices say which service they belong to; the annotations of deployments are their replica
  // sets' as well.
  bool meta_counts = (traits.resource == "endpointslices" && differ_in("labels", object.object(), old)) ||
                     (traits.resource == "deployments" && differ_in("annotations", object.object(), old));
  if (!meta_counts && !wants_something_else(object.object(), old)) return;
  const Value* before = old.at({"metadata", "generation"});
  object.in("metadata").set("generation", Value::integer((before == nullptr ? 0 : before->int_or(0)) + 1));
}

bool is_of(const Value& condition, std::string_view type) { return condition.string_at({"type"}) == type; }

/// Decisions on a signing request stay as they were made, unless their number says that some came or went:
/// that is for validation to refuse.
void keep_decisions(Filler& object, const Value& old) {
  Value* conditions = object.object().at({"status", "conditions"});
  const Value* before = old.at({"status", "conditions"});
  if (conditions == nullptr || before == nullptr) return;
  for (std::string_view type : {"Approved", "Denied"}) {
    std::vector<Value*> now;
    std::vector<const Value*> then;
    for (Value& condition : conditions->items()) {
      if (is_of(condition, type)) now.push_back(&condition);
    }
    for (const Value& condition : before->items()) {
      if (is_of(condition, type)) then.push_back(&condition);
    }
    if (now.size() != then.size()) continue;
    for (std::size_t i = 0; i < now.size(); ++i) *now[i] = json::deep_copy(*then[i], object.arena());
  }
}

/// Of a signing request the conditions are written, and nothing else.
void approve(Filler& object, const Value& old) {
  const Value* conditions = std::as_const(object.object()).at({"status", "conditions"});
  Value decided = conditions == nullptr ? Value() : *conditions;
  keep_all_but(object, old, "metadata");
  if (decided.is_array()) {
    object.in("status").set("conditions", decided);
  } else if (object.has("status")) {
    object.in("status").object().erase("conditions");
  }
}

void write_status(const Traits& traits, Filler& object, const Value& old) {
  keep_all_but(object, old, "status");
  if (traits.resource == "deployments") keep_metadata(object, old, {"labels"});
  if (traits.resource == "pods") keep_metadata(object, old, {"ownerReferences"});
  if (status_is_all(traits) || traits.resource == "resourceclaims") {
    keep_metadata(object, old, {"labels", "annotations", "finalizers", "ownerReferences"});
  }
  if (traits.resource == "certificatesigningrequests") keep_decisions(object, old);
}

/// The old containers with the new ones' resources. False: these are others, or in another order, which is
/// refused later.
bool take_resources(Filler& spec, std::string_view list, const Value& wanted) {
  Value* containers = spec.find(list);
  const Value* changed = wanted.at({"spec", list});
  std::uint32_t size = containers == nullptr ? 0 : containers->size();
  if (size != (changed == nullptr ? 0 : changed->size())) return false;
  const schema::Type& type = *spec.type().field(list)->type->element;
  for (std::uint32_t i = 0; i < size; ++i) {
    Filler container(containers->items()[i], type, spec.arena());
    const Value& other = changed->items()[i];
    if (container.text("name") != other.string_at({"name"})) return false;
    keep(container, other, "resources");
    keep(container, other, "resizePolicy");
  }
  return true;
}

void resize(Filler& object, const Value& old) {
  Value wanted = json::deep_copy(object.object(), object.arena());
  keep_all_but(object, old, "metadata");
  keep_metadata(object, old, {"labels", "annotations", "finalizers", "ownerReferences"});
  Filler spec = object.in("spec");
  for (std::string_view list : {"containers", "initContainers"}) {
    const Value* changed = std::as_const(wanted).at({"spec", list});
    if (take_resources(spec, list, wanted)) continue;
    if (changed == nullptr) {
      spec.object().erase(list);
    } else {
      spec.set(list, *changed);
    }
  }
  if (const Value* own = std::as_const(wanted).find("spec")) keep(spec, *own, "resources");
}

void add_ephemeral(Filler& object, const Value& old) {
  const Value* wanted = std::as_const(object.object()).at({"spec", "ephemeralContainers"});
  Value containers = wanted == nullptr ? Value() : json::deep_copy(*wanted, object.arena());
  keep_all_but(object, old, "metadata");
  keep_metadata(object, old, {"labels", "annotations", "finalizers", "ownerReferences"});
  if (containers.is_array()) object.in("spec").set("ephemeralContainers", containers);
}

void finalize(Filler& object, const Value& old) {
  const Value* wanted = std::as_const(object.object()).at({"spec", "finalizers"});
  Value finalizers = wanted == nullptr ? Value() : json::deep_copy(*wanted, object.arena());
  keep_all_but(object, old, "metadata");
  Filler spec = object.in("spec");
  if (finalizers.is_array() && !finalizers.empty()) {
    spec.set("finalizers", finalizers);
  } else {
    spec.object().erase("finalizers");
  }
}

}  // namespace

Door door_of(std::string_view subresource) {
  for (const auto& [name, door] : kDoors) {
    if (name == subresource) return door;
  }
  return Door::kMain;
}

std::string_view subresource_of(Door door) {
  for (const auto& [name, other] : kDoors) {
    if (door == other) return name;
  }
  return {};
}

Traits Traits::of(std::string_view group, const catalog::ResourceFacts& facts) {
  bool from_nothing = facts.has(catalog::kCountsChanges);
  Traits traits{group, facts.resource, false, from_nothing || facts.has(catalog::kHasGeneration),
                from_nothing};
  for (const catalog::Subresource& sub : facts.subresources) {
    traits.has_status = traits.has_status || sub.name == "status";
  }
  return traits;
}

void keep_what_is_not_written(Door door, const Traits& traits, Filler& object, const Value& old) {
  switch (door) {
    case Door::kMain:
      if (traits.has_status) keep(object, old, "status");
      break;
    case Door::kStatus:
      write_status(traits, object, old);
      break;
    case Door::kFinalize:
      finalize(object, old);
      break;
    case Door::kApproval:
      approve(object, old);
      break;
    case Door::kResize:
      resize(object, old);
      break;
    case Door::kEphemeralContainers:
      add_ephemeral(object, old);
      break;
    case Door::kBinding:
      break;
  }
}

void count_generation(Door door, const Traits& traits, Filler& object, const Value& old) {
  if (door == Door::kMain || door == Door::kResize || door == Door::kEphemeralContainers) {
    set_generation(traits, object, old);
  } else {
    keep_metadata(object, old, {"generation"});
  }
}

void reset_new(const Traits& traits, Filler& object) {
  if (traits.has_status && !sets_own_status(traits)) {
    const Value* told = std::as_const(object.object()).at({"status", "qosClass"});
    Value quality = told == nullptr ? Value() : *told;
    Value empty = managedfields::empty_object(object.type(), object.arena());
    const Value* status = std::as_const(empty).find("status");
    if (status == nullptr) {
      object.object().erase("status");
    } else {
      object.set("status", *status);
    }
    // Whoever makes a pod may tell its class.
    if (traits.resource == "pods" && quality.is_string()) object.in("status").set("qosClass", quality);
  }
  if (traits.has_generation && !traits.counts_from_nothing) {
    object.in("metadata").set("generation", Value::integer(1));
  }
}

const managedfields::FieldSet& reset_fields(Door door, const Traits& traits) {
  using managedfields::FieldSet;
  static const FieldSet kNothing;
  static const FieldSet kStatus = FieldSet::of_paths({{"f:status"}});
  static const FieldSet kSpec = FieldSet::of_paths({{"f:spec"}});
  static const FieldSet kSpecAndLabels = FieldSet::of_paths({{"f:spec"}, {"f:metadata", "f:labels"}});
  static const FieldSet kSpecAndOwners = FieldSet::of_paths(
      {{"f:spec"}, {"f:metadata", "f:deletionTimestamp"}, {"f:metadata", "f:ownerReferences"}});
  static const FieldSet kSpecAndMetadata = FieldSet::of_paths({{"f:spec"}, {"f:metadata"}});
  if (door == Door::kMain || door == Door::kFinalize) return traits.has_status ? kStatus : kNothing;
  if (door != Door::kStatus) return door == Door::kApproval ? kSpec : kNothing;
  if (traits.resource == "deployments") return kSpecAndLabels;
  if (traits.resource == "pods") return kSpecAndOwners;
  return status_is_all(traits) ? kSpecAndMetadata : kSpec;
}

}  // namespace pedalion::registry::builtin::strategies
