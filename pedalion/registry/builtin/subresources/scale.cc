#include "pedalion/registry/builtin/subresources/scale.h"

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/managedfields/field_manager.h"
#include "pedalion/apimachinery/managedfields/scale.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/apimachinery/selector/label_selector.h"
#include "pedalion/registry/builtin/defaults/filler.h"
#include "pedalion/registry/builtin/virtuals/reviews.h"

namespace pedalion::registry::builtin::subresources {

using json::Value;
using rest::ObjectPtr;

namespace {

/// A selector as `kubectl -l` takes it; that of replication controllers is a plain map.
std::string selector_text(const Value& object) {
  const Value* selector = object.at({"spec", "selector"});
  if (selector == nullptr) return {};
  bool structured = selector->find("matchLabels") != nullptr || selector->find("matchExpressions") != nullptr;
  if (structured) {
    auto parsed = selector::LabelSelector::from_object(*selector);
    return parsed ? parsed->text() : std::string();
  }
  std::string text;
  for (const json::Member& member : selector->members()) {
    if (!member.value.is_string()) continue;
    text.append(text.empty() ? "" : ",").append(member.name).append("=").append(member.value.as_string());
  }
  return text;
}

void copy_member(Value& to, const Value* from, std::string_view name, json::Arena& arena) {
  const Value* value = from == nullptr ? nullptr : from->find(name);
  if (value != nullptr) to.append_member(name, *value, arena);
}

Value make_scale(const Value& object, json::Arena& arena) {
  Value metadata = Value::object(arena);
  for (std::string_view name : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
    copy_member(metadata, object.find("metadata"), name, arena);
  }
  Value spec = Value::object(arena);
  const Value* replicas = object.at({"spec", "replicas"});
  if (replicas != nullptr && replicas->int_or(0) != 0)
    copy_member(spec, object.find("spec"), "replicas", arena);
  const Value* running = object.at({"status", "replicas"});
  Value status = Value::object(arena);
  status.append_member("replicas", Value::integer(running == nullptr ? 0 : running->int_or(0)), arena);
  std::string selector = selector_text(object);
  if (!selector.empty()) status.append_member("selector", Value::string(selector, arena), arena);
  Value scale = Value::object(arena);
  scale.append_member("kind", Value::string("Scale"), arena);
  scale.append_member("apiVersion", Value::string("autoscaling/v1"), arena);
  scale.append_member("metadata", metadata, arena);
  scale.append_member("spec", spec, arena);
  scale.append_member("status", status, arena);
  return scale;
}

Result<std::int64_t> wanted_replicas(const Value& scale, const std::string& name) {
  const Value* replicas = scale.at({"spec", "replicas"});
  std::int64_t number = replicas == nullptr ? 0 : replicas->int_or(0);
  if (number >= 0) return number;
  meta::FieldErrors errors{meta::FieldError::invalid(meta::FieldPath("spec").child("replicas"), number,
                                                     "must be greater than or equal to 0")};
  return std::unexpected(meta::invalid("autoscaling", "Scale", name, errors));
}

/// What one update needs to make the object from the Scale that is wanted.
struct Change {
  const Scaled& scaled;
  const std::string& name;
  const rest::MakeObject& make;
  const rest::WriteOptions& options;
  rest::FieldTracking tracking;

  Result<json::Document> operator()(const watchcache::Object* current) const {
    if (current == nullptr)
      return std::unexpected(meta::not_found({scaled.resource.group, scaled.resource.resource}, name));
    TRY(json::Document object, json::parse(current->json.view()));
    json::Arena& arena = object.arena;
    TRY(auto entries, managedfields::decode_entries(object.root.at({"metadata", "managedFields"}), arena));
    Value scale = make_scale(object.root, arena);
    set_entries(scale, managedfields::scale_entries(entries), arena);
    TRY(ObjectPtr shown, virtuals::unstored_object(scale));
    TRY(json::Document wanted, make(shown.get()));
    TRY(std::int64_t replicas, wanted_replicas(wanted.root, name));
    TRY_OK(check_uid(wanted.root, current->uid));
    if (tracking == rest::FieldTracking::kUpdate) track(scale, wanted);
    defaults::Filler filler(object.root, *scaled.type, arena);
    filler.in("spec").set("replicas", Value::integer(replicas));
    Value made = json::deep_copy(wanted.root, arena);
    TRY(auto owners, managedfields::decode_entries(made.at({"metadata", "managedFields"}), arena));
    std::string_view version = std::as_const(made).string_at({"metadata", "resourceVersion"});
    if (!version.empty()) filler.in("metadata").set_text("resourceVersion", version);
    std::string_view api_version = arena.copy(scaled.resource.group_version().api_version());
    set_entries(object.root,
                managedfields::parent_entries(std::move(entries), std::move(owners), api_version), arena);
    return object;
  }

 private:
  static void set_entries(Value& object, managedfields::Entries entries, json::Arena& arena) {
    Value& metadata = object.object_at("metadata", arena);
    if (entries.empty()) {
      metadata.erase("managedFields");
    } else {
      metadata.set("managedFields", managedfields::encode_entries(std::move(entries), arena), arena);
    }
  }

  void track(const Value& scale, json::Document& wanted) const {
    // The entry borrows its texts: they have to live as long as the object.
    managedfields::Manager manager{wanted.arena.copy(options.field_manager), managedfields::kScaleVersion,
                                   "scale"};
    managedfields::FieldManager how{scaled.scale_type, manager, meta::now_seconds(), nullptr, {}};
    managedfields::track_update(how, &scale, wanted.root, wanted.arena);
  }

  Result<void> check_uid(const Value& wanted, std::string_view uid) const {
    std::string given(wanted.string_at({"metadata", "uid"}));
    if (given.empty() || given == uid) return {};
    return std::unexpected(meta::conflict(
        {scaled.resource.group, scaled.resource.resource}, name,
        "Precondition failed: UID in precondition: " + given + ", UID in object meta: " + std::string(uid)));
  }
};

}  // namespace

Result<ObjectPtr> scale_of(const watchcache::Object& object) {
  TRY(json::Document document, json::parse(object.json.view()));
  return virtuals::unstored_object(make_scale(document.root, document.arena));
}

Task<Result<ObjectPtr>> ScaleAccess::get(rest::RequestContext& context, std::string name,
                                         rest::GetOptions options) {
  CO_TRY(ObjectPtr object, co_await scaled_.getter->get(context, std::move(name), std::move(options)));
  co_return scale_of(*object);
}

Task<Result<rest::UpdateResult>> ScaleAccess::update(rest::RequestContext& context, std::string name,
                                                     rest::MakeObject make, rest::WriteOptions options,
                                                     rest::CreateIfMissing, rest::FieldTracking tracking) {
  Change change{scaled_, name, make, options, tracking};
  CO_TRY(rest::UpdateResult result,
         co_await scaled_.updater->update(context, name, change, options, rest::CreateIfMissing::kNever,
                                          rest::FieldTracking::kDone));
  CO_TRY(result.object, scale_of(*result.object));
  co_return result;
}

}  // namespace pedalion::registry::builtin::subresources
