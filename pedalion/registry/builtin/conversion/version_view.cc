#include "pedalion/registry/builtin/conversion/version_view.h"

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/managedfields/field_manager.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/names.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/watchcache/subscription.h"

namespace pedalion::registry::builtin::conversion {

using rest::ObjectList;
using rest::ObjectPtr;
using rest::RequestContext;
using watchcache::Subscription;
using watchcache::WatchEvent;

namespace {

/// Converts each event's object as it passes.
class ViewSubscription final : public Subscription {
 public:
  ViewSubscription(std::unique_ptr<Subscription> stored, const Conversion& conversion)
      : stored_(std::move(stored)), conversion_(conversion) {}

  Next next(WatchEvent& event) override {
    if (failed_) return Next::kEnd;
    Next next = stored_->next(event);
    if (next != Next::kEvent || event.object == nullptr) return next;
    auto view = view_of(conversion_, *event.object);
    if (view) {
      event.object = *std::move(view);
    } else {
      event = WatchEvent();
      event.type = WatchEvent::Type::kError;
      event.error = std::move(view).error();
      failed_ = true;
    }
    return next;
  }
  void on_ready(std::function<void()> ready) override { stored_->on_ready(std::move(ready)); }
  void drain() override { stored_->drain(); }

 private:
  std::unique_ptr<Subscription> stored_;
  const Conversion& conversion_;
  bool failed_ = false;
};

}  // namespace

VersionView::VersionView(Conversion conversion, Capabilities stored, meta::GroupResource resource,
                         std::string subresource, const managedfields::FieldSet* reset_fields)
    : conversion_(std::move(conversion)),
      stored_(stored),
      resource_(std::move(resource)),
      subresource_(std::move(subresource)),
      reset_fields_(reset_fields),
      defaulter_(*conversion_.view_type) {}

Result<ObjectPtr> VersionView::view(const ObjectPtr& object) const {
  if (object == nullptr) return ObjectPtr();
  return view_of(conversion_, *object);
}

Result<void> VersionView::view_all(ObjectList& list) const {
  for (ObjectPtr& item : list.items) {
    TRY(item, view(item));
  }
  return {};
}

Result<void> VersionView::rename_labels(rest::ListOptions& options) const {
  for (auto& requirement : options.fields.requirements()) {
    for (const LabelPair& pair : conversion_.labels) {
      if (requirement.field == pair.stored) {
        return std::unexpected(meta::bad_request("field label not supported: " + requirement.field));
      }
      if (requirement.field != pair.view) continue;
      requirement.field = pair.stored;
      break;
    }
  }
  return {};
}

Task<Result<ObjectPtr>> VersionView::get(RequestContext& context, std::string name,
                                         rest::GetOptions options) {
  CO_TRY(ObjectPtr object, co_await stored_.getter->get(context, std::move(name), std::move(options)));
  co_return view(object);
}

Task<Result<ObjectList>> VersionView::list(RequestContext& context, rest::ListOptions options) {
  CO_TRY_OK(rename_labels(options));
  CO_TRY(ObjectList list, co_await stored_.lister->list(context, std::move(options)));
  CO_TRY_OK(view_all(list));
  co_return list;
}

Task<Result<std::unique_ptr<Subscription>>> VersionView::watch(RequestContext& context,
                                                               rest::ListOptions options) {
  CO_TRY_OK(rename_labels(options));
  CO_TRY(std::unique_ptr<Subscription> stored, co_await stored_.watcher->watch(context, std::move(options)));
  co_return std::make_unique<ViewSubscription>(std::move(stored), conversion_);
}

/// Ownership is of what the view's version shows of the object once it is stored: what it means rather than
/// what was sent.
Result<void> VersionView::track(const Value* before, json::Document& object,
                                const rest::WriteOptions& options) const {
  json::Arena& arena = object.arena;
  // The entry borrows its texts: they have to live as long as the object.
  managedfields::Manager manager{arena.copy(options.field_manager),
                                 arena.copy(conversion_.view.group_version().api_version()),
                                 arena.copy(subresource_)};
  managedfields::FieldManager how{conversion_.view_type, manager, meta::now_seconds(), reset_fields_,
                                  converter(conversion_)};
  TRY(Value seen, view_of(conversion_, object.root, arena));
  seen.set("apiVersion", Value::string(manager.api_version), arena);
  managedfields::track_update(how, before, seen, arena);
  Value& metadata = object.root.object_at("metadata", arena);
  metadata.erase("managedFields");
  const Value* managers = std::as_const(seen).at({"metadata", "managedFields"});
  if (managers != nullptr) metadata.set("managedFields", *managers, arena);
  return {};
}

Result<void> VersionView::judge(json::Document& object, const Value* present,
                                const RequestContext& context) const {
  meta::FieldErrors errors;
  Value& metadata = object.root.object_at("metadata", object.arena);
  if (std::as_const(metadata).string_at({"namespace"}).empty() && !context.ns.empty()) {
    metadata.set("namespace", Value::string(context.ns, object.arena), object.arena);
  }
  if (present == nullptr) {
    if (conversion_.validate != nullptr) conversion_.validate(object.root, errors);
  } else if (conversion_.validate_update != nullptr) {
    conversion_.validate_update(object.root, *present, errors);
  }
  if (errors.empty()) return {};
  return std::unexpected(meta::invalid(conversion_.stored.group, conversion_.stored.kind,
                                       std::as_const(metadata).string_at({"name"}), errors));
}

/// Who owns what is settled in the view's version, before the object is converted; the stored resource's
/// creater would settle it in its own. So this is an update that must find nothing.
Task<Result<ObjectPtr>> VersionView::create(RequestContext& context, std::string name, json::Document object,
                                            rest::WriteOptions options) {
  Value& metadata = object.root.object_at("metadata", object.arena);
  std::string own_name(std::as_const(metadata).string_at({"name"}));
  std::string prefix(std::as_const(metadata).string_at({"generateName"}));
  if (own_name.empty() && !prefix.empty()) {
    own_name = meta::make_generated_name(prefix);
    metadata.set("name", Value::string(own_name, object.arena), object.arena);
  }
  defaulter_.apply(object.root, object.arena);
  if (own_name.empty()) {  // the stored resource says what is wrong
    CO_TRY_OK(make_stored(conversion_, object));
    co_return co_await stored_.creater->create(context, std::move(name), std::move(object),
                                               std::move(options));
  }
  CO_TRY_OK(make_stored(conversion_, object));
  CO_TRY_OK(track(nullptr, object, options));
  CO_TRY_OK(judge(object, nullptr, context));
  auto make = [&](const watchcache::Object* current) -> Result<json::Document> {
    if (current != nullptr) return std::unexpected(meta::already_exists(resource_, own_name));
    json::Document copy;
    copy.root = json::deep_copy(object.root, copy.arena);
    return copy;
  };
  CO_TRY(rest::UpdateResult created,
         co_await stored_.updater->update(context, own_name, make, options, rest::CreateIfMissing::kAlways,
                                          rest::FieldTracking::kDone));
  co_return view(created.object);
}

struct VersionView::Change {
  const VersionView& self;
  const RequestContext& context;
  const rest::MakeObject& make;
  const rest::WriteOptions& options;
  rest::FieldTracking tracking;

  Result<json::Document> operator()(const watchcache::Object* current) const {
    if (current == nullptr) {
      TRY(json::Document made, make(nullptr));
      return finish(std::move(made), nullptr, nullptr);
    }
    TRY(ObjectPtr seen, view_of(self.conversion_, *current));
    TRY(json::Document made, make(seen.get()));
    // In the object's own memory: entries of managers that stay as they were borrow from it.
    TRY(Value before, json::parse(seen->json.view(), made.arena));
    TRY(Value present, json::parse(current->json.view(), made.arena));
    return finish(std::move(made), &before, &present);
  }

  Result<json::Document> finish(json::Document made, const Value* before, const Value* present) const {
    self.defaulter_.apply(made.root, made.arena);
    TRY_OK(make_stored(self.conversion_, made));
    if (tracking == rest::FieldTracking::kUpdate) TRY_OK(self.track(before, made, options));
    TRY_OK(self.judge(made, present, context));
    return made;
  }
};

Task<Result<rest::UpdateResult>> VersionView::update(RequestContext& context, std::string name,
                                                     rest::MakeObject make, rest::WriteOptions options,
                                                     rest::CreateIfMissing missing,
                                                     rest::FieldTracking tracking) {
  Change change{*this, context, make, options, tracking};
  CO_TRY(rest::UpdateResult result,
         co_await stored_.updater->update(context, std::move(name), change, options, missing,
                                          rest::FieldTracking::kDone));
  CO_TRY(result.object, view(result.object));
  co_return result;
}

Task<Result<rest::DeleteResult>> VersionView::remove(RequestContext& context, std::string name,
                                                     rest::DeleteOptions options) {
  CO_TRY(rest::DeleteResult result,
         co_await stored_.deleter->remove(context, std::move(name), std::move(options)));
  CO_TRY(result.object, view(result.object));
  co_return result;
}

Task<Result<ObjectList>> VersionView::remove_collection(RequestContext& context, rest::DeleteOptions options,
                                                        rest::ListOptions list) {
  CO_TRY_OK(rename_labels(list));
  CO_TRY(ObjectList removed, co_await stored_.collection_deleter->remove_collection(
                                 context, std::move(options), std::move(list)));
  CO_TRY_OK(view_all(removed));
  co_return removed;
}

rest::TableRow ViewTable::row(const Value& object, json::Arena& arena, std::int64_t now_unix_seconds) const {
  Value stored = json::deep_copy(object, arena);
  conversion_.to_stored(*conversion_.scheme, stored, arena);
  return stored_.row(stored, arena, now_unix_seconds);
}

}  // namespace pedalion::registry::builtin::conversion
