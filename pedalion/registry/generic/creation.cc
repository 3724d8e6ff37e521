// Creating: the steps from a decoded object to a stored one.
#include "pedalion/registry/generic/creation.h"

#include "pedalion/apimachinery/managedfields/field_manager.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/names.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/registry/generic/admitted_form.h"
#include "pedalion/registry/generic/metadata.h"

namespace pedalion::registry::generic {
namespace {

constexpr int kNameAttempts = 8;

}  // namespace

Task<Result<rest::ObjectPtr>> ResourceStore::create(rest::RequestContext& context, std::string name,
                                                    json::Document object, rest::WriteOptions options) {
  Creation creation(*this, main_, context, std::move(object), std::move(options));
  co_return co_await creation.run(std::move(name), rest::FieldTracking::kUpdate);
}

Task<Result<rest::ObjectPtr>> Creation::run(std::string name, rest::FieldTracking tracking) {
  // A watch from the answer's revision begins in the cache's past, which begins when it loads.
  CO_TRY_OK(co_await store_.cache_->load());
  // Before the defaults: some are made of the name.
  CO_TRY_OK(place(std::move(name)));
  context_.step("metadata");
  strategy().set_defaults(object_);
  context_.step("defaults");
  dedup_owners(object_, context_, Admitted::kNo);
  if (tracking == rest::FieldTracking::kUpdate) track_fields();
  context_.step("field ownership");
  admission::Attributes attributes = this->attributes();
  CO_TRY_OK(co_await store_.admission_.mutate(attributes));
  CO_TRY_OK(restore_form(attributes, *store_.config_.type));
  dedup_owners(object_, context_, Admitted::kYes);
  context_.step("mutating admission");
  name_object();
  attributes.name = object_.root.string_at({"metadata", "name"});
  strategy().prepare_create(context_, object_);
  context_.step("preparation");
  CO_TRY_OK(co_await allocate());
  auto outcome = co_await finish(attributes);
  if (allocation_) co_await (outcome ? allocation_->stored() : allocation_->failed());
  co_return outcome;
}

Result<void> Creation::place(std::string name) {
  if (!name.empty())
    metadata_of(object_).set("name", json::Value::string(name, object_.arena), object_.arena);
  return place_new_object(object_, context_.ns, store_.config_.namespaced);
}

void Creation::name_object() {
  fill_system_metadata(object_);
  prefix_ = metadata_of(object_).string_at({"generateName"});
  generated_ = metadata_of(object_).string_at({"name"}).empty() && !prefix_.empty();
  if (generated_) generate_name();
}

void Creation::generate_name() {
  metadata_of(object_).set("name", json::Value::string(meta::make_generated_name(prefix_), object_.arena),
                           object_.arena);
}

void Creation::track_fields() {
  if (!store_.config_.tracks_managers) {
    metadata_of(object_).erase("managedFields");
    return;
  }
  // The entry borrows its texts: they have to live as long as the object.
  std::string_view api_version = object_.arena.copy(store_.config_.kind.group_version().api_version());
  managedfields::FieldManager how{.type = store_.config_.type,
                                  .manager = {options_.field_manager, api_version, door_.subresource},
                                  .now_seconds = meta::now_seconds(),
                                  .reset_fields = &strategy().reset_fields(),
                                  .convert = store_.config_.convert};
  managedfields::track_update(how, nullptr, object_.root, object_.arena);
}

admission::Attributes Creation::attributes() {
  return {.operation = admission::Operation::kCreate,
          .resource = store_.config_.gvr,
          .kind = store_.config_.kind,
          .subresource = door_.subresource,
          .ns = context_.ns,
          .name = object_.root.string_at({"metadata", "name"}),
          .object = &object_,
          .dry_run = options_.dry_run,
          .context = context_};
}

Task<Result<void>> Creation::allocate() {
  if (store_.allocator_ == nullptr) co_return Result<void>();
  CO_TRY(allocation_,
         co_await store_.allocator_->allocate(object_.root, nullptr, object_.arena, options_.dry_run));
  context_.step("allocation");
  co_return Result<void>();
}

Result<void> Creation::validate() const {
  const ResourceConfig& config = store_.config_;
  meta::ObjectMetaRules rules{
      .name = config.name_rule, .namespaced = config.namespaced, .core_finalizers = config.core_finalizers};
  const json::Value* metadata = object_.root.find("metadata");
  auto errors = meta::validate_object_meta(metadata == nullptr ? json::Value() : *metadata, rules,
                                           meta::FieldPath("metadata"));
  for (auto& error : strategy().validate(object_.root)) errors.push_back(std::move(error));
  if (errors.empty()) return {};
  return std::unexpected(meta::invalid(config.kind.group, config.kind.kind,
                                       object_.root.string_at({"metadata", "name"}), errors));
}

Task<Result<rest::ObjectPtr>> Creation::finish(const admission::Attributes& attributes) {
  CO_TRY_OK(validate());
  for (auto& warning : strategy().warnings(object_.root, nullptr)) context_.warn(std::move(warning));
  context_.step("validation");
  CO_TRY_OK(co_await store_.admission_.validate(attributes));
  context_.step("validating admission");
  for (int attempt = 1;; ++attempt) {
    auto outcome = options_.dry_run ? co_await pretend() : co_await write();
    bool again = !outcome && outcome.error().has_reason("AlreadyExists") && generated_;
    if (!again) co_return outcome;
    std::string name(object_.root.string_at({"metadata", "name"}));
    if (attempt == kNameAttempts)
      co_return std::unexpected(meta::generate_name_conflict(store_.config_.group_resource(), name));
    generate_name();
  }
}

std::string Creation::key() const {
  return store_.key_of(context_.ns, object_.root.string_at({"metadata", "name"}));
}

Task<Result<rest::ObjectPtr>> Creation::exists() const {
  std::string name(object_.root.string_at({"metadata", "name"}));
  Status status = meta::already_exists(store_.config_.group_resource(), name);
  auto present = store_.cache_->peek(key());
  if (present && present->terminating) status.message = "object is being deleted: " + status.message;
  co_return std::unexpected(std::move(status));
}

Task<Result<rest::ObjectPtr>> Creation::pretend() {
  CO_TRY(auto present, co_await store_.current(key()));
  if (present) co_return co_await exists();
  co_return store_.shared_form(key(), store_.encode(strategy(), object_), 0);
}

Task<Result<rest::ObjectPtr>> Creation::write() {
  Bytes bytes = store_.encode(strategy(), object_);
  context_.step("encoding");
  auto revision = co_await store_.store_.create(key(), bytes, store_.config_.ttl);
  context_.step("storage");
  if (!revision && revision.error().has_reason("AlreadyExists")) co_return co_await exists();
  if (!revision) co_return std::unexpected(std::move(revision).error());
  store_.note_write(*revision);
  co_return store_.stored_form(key(), std::move(bytes), *revision);
}

}  // namespace pedalion::registry::generic
