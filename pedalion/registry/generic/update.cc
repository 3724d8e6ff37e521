// Updating: the wanted object is made from the current one, again after each conflict.
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/managedfields/field_manager.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/registry/generic/admitted_form.h"
#include "pedalion/registry/generic/basis.h"
#include "pedalion/registry/generic/creation.h"
#include "pedalion/registry/generic/metadata.h"
#include "pedalion/registry/generic/read_options.h"

namespace pedalion::registry::generic {
namespace {

constexpr int kAttempts = 1000;  // each failed one means that somebody else's write succeeded

}  // namespace

/// One update through one door. Lives in the frame of the coroutine that runs it.
class Update {
 public:
  /// kReplace: what the client sent is the object, not a change of the current one.
  enum class Way : std::uint8_t { kReplace, kChange };

  Update(ResourceStore& store, const Door& door, rest::RequestContext& context, std::string name,
         std::string key, const rest::WriteOptions& options, rest::FieldTracking tracking, Way way)
      : store_(store),
        door_(door),
        context_(context),
        name_(std::move(name)),
        key_(std::move(key)),
        options_(options),
        tracking_(tracking),
        way_(way) {}

  enum class Outcome : std::uint8_t { kDone, kConflict };

  /// kConflict: somebody else was quicker, and the maker is to be asked again.
  Task<Result<Outcome>> attempt(const rest::MakeObject& make, const rest::ObjectPtr& current) {
    current_ = current;
    CO_TRY(old_, json::parse(current->json.view(), {.raw = managedfields::kFieldsPath}));
    CO_TRY(object_, make(current.get(), &old_.root));
    context_.step("make object");
    CO_TRY_OK(check_uid());
    store_strategy().set_defaults(object_);
    carry_metadata(object_, old_.root);
    context_.step("defaults and metadata");
    if (way_ == Way::kReplace) dedup_owners(object_, context_, Admitted::kNo);
    if (tracking_ == rest::FieldTracking::kUpdate) track_fields();
    context_.step("field ownership");
    admission::Attributes attributes = this->attributes();
    if (door_.asks_admission) CO_TRY_OK(co_await store_.admission_.mutate(attributes));
    CO_TRY_OK(restore_form(attributes, *store_.config_.type));
    dedup_owners(object_, context_, Admitted::kYes);
    context_.step("mutating admission");
    CO_TRY_OK(check_version());
    store_strategy().prepare_update(object_, old_.root);
    context_.step("preparation");
    std::unique_ptr<Allocation> allocation;
    if (store_.allocator_ != nullptr && door_.subresource.empty()) {
      CO_TRY(allocation,
             co_await store_.allocator_->allocate(object_.root, &old_.root, object_.arena, options_.dry_run));
    }
    auto outcome = co_await finish(attributes);
    bool stored = outcome && *outcome == Outcome::kDone;
    if (allocation) co_await (stored ? allocation->stored() : allocation->failed());
    co_return outcome;
  }

  rest::ObjectPtr result() const { return result_; }
  /// Has the store compared revisions, or been asked to? Then the outcome does not depend on how old the
  /// current object was, and what may have been written is not tried again.
  bool asked_store() const { return asked_store_; }

 private:
  const Strategy& store_strategy() const { return *door_.strategy; }

  Result<void> check_uid() const {
    auto uid = object_.root.string_at({"metadata", "uid"});
    // A patch that changes the uid is for validation to refuse.
    if (way_ != Way::kReplace || uid.empty() || uid == current_->uid) return {};
    return std::unexpected(meta::conflict(
        store_.config_.group_resource(), name_,
        "StorageError: invalid object, Code: 4, Key: " + key_ + ", ResourceVersion: 0, AdditionalErrorMsg: " +
            "Precondition failed: UID in precondition: " + std::string(uid) +
            ", UID in object meta: " + std::string(current_->uid)));
  }

  /// After mutating admission, as kube-apiserver.
  Result<void> check_version() const {
    const ResourceConfig& config = store_.config_;
    auto version = object_.root.string_at({"metadata", "resourceVersion"});
    storage::Revision revision = 0;
    if (!version.empty()) {
      TRY(revision, parse_revision(version));
    }
    if (revision == 0) {
      if (!config.needs_resource_version || tracking_ == rest::FieldTracking::kDone) return {};
      meta::FieldErrors errors{meta::FieldError::invalid(meta::FieldPath("metadata").child("resourceVersion"),
                                                         std::int64_t{0}, "must be specified for an update")};
      // As kube-apiserver: the resource instead of the kind.
      return std::unexpected(meta::invalid(config.gvr.group, config.gvr.resource, name_, errors));
    }
    if (revision != current_->revision)
      return std::unexpected(meta::modified(config.group_resource(), name_));
    return {};
  }

  void track_fields() {
    if (!store_.config_.tracks_managers) {
      metadata_of(object_).erase("managedFields");
      return;
    }
    // The entry borrows its texts: they have to live as long as the object.
    std::string_view api_version = object_.arena.copy(store_.config_.kind.group_version().api_version());
    managedfields::FieldManager how{.type = store_.config_.type,
                                    .manager = {options_.field_manager, api_version, door_.subresource},
                                    .now_seconds = meta::now_seconds(),
                                    .reset_fields = &store_strategy().reset_fields(),
                                    .convert = store_.config_.convert};
    managedfields::track_update(how, &old_.root, object_.root, object_.arena);
  }

  admission::Attributes attributes() {
    return {.operation = admission::Operation::kUpdate,
            .resource = store_.config_.gvr,
            .kind = store_.config_.kind,
            .subresource = door_.subresource,
            .ns = context_.ns,
            .name = name_,
            .object = &object_,
            .old_object = &old_.root,
            .dry_run = options_.dry_run,
            .context = context_};
  }

  /// What every object obeys, what may change of it, and the second once more as the kind's own rule, which
  /// for some kinds takes in the first: as kube-apiserver, which tells the same cause as often.
  Result<void> validate() const {
    static const json::Value kNone;
    const ResourceConfig& config = store_.config_;
    const json::Value *found = object_.root.find("metadata"), *before = old_.root.find("metadata");
    const json::Value& metadata = found == nullptr ? kNone : *found;
    const meta::FieldPath path("metadata");
    meta::ObjectMetaRules rules{.name = meta::path_segment_name_problems, .namespaced = config.namespaced};
    auto errors = meta::validate_object_meta(metadata, rules, path);
    auto changes = meta::validate_object_meta_update(metadata, before == nullptr ? kNone : *before, path);
    errors.insert(errors.end(), changes.begin(), changes.end());
    std::ranges::move(changes, std::back_inserter(errors));
    for (int again = 0; door_.subresource.empty() && again < config.whole_judgements; ++again)
      std::ranges::move(meta::validate_object_meta(metadata, rules, path), std::back_inserter(errors));
    if (config.core_finalizers)
      std::ranges::move(meta::validate_core_finalizers(metadata, path), std::back_inserter(errors));
    std::ranges::move(store_strategy().validate_update(object_.root, old_.root), std::back_inserter(errors));
    if (errors.empty()) return {};
    return std::unexpected(meta::invalid(config.kind.group, config.kind.kind, name_, errors));
  }

  Task<Result<Outcome>> finish(const admission::Attributes& attributes) {
    // Validation compares with what is stored, which has a resource version.
    metadata_of(object_).set("resourceVersion",
                             json::Value::string(std::to_string(current_->revision), object_.arena),
                             object_.arena);
    CO_TRY_OK(validate());
    for (auto& warning : store_strategy().warnings(object_.root, &old_.root))
      context_.warn(std::move(warning));
    context_.step("validation");
    if (door_.asks_admission) CO_TRY_OK(co_await store_.admission_.validate(attributes));
    if (ends()) co_return co_await remove();
    Bytes bytes = store_.encode(store_strategy(), object_);
    bool same = managedfields::equal_but_for_times(object_.root, without_version());
    context_.step("encoding");
    if (same && !options_.dry_run) {
      CO_TRY(bool stale, co_await store_.store_.is_stale(key_));
      same = !stale;
    }
    if (same || options_.dry_run) {
      result_ = same ? current_ : store_.shared_form(key_, std::move(bytes), current_->revision);
      if (!result_) co_return std::unexpected(meta::internal_error("the object cannot be encoded"));
      co_return Outcome::kDone;
    }
    co_return co_await write(std::move(bytes));
  }

  /// The old object as encode() leaves the new one.
  const json::Value& without_version() {
    order_metadata(old_);
    return old_.root;
  }

  Task<Result<Outcome>> write(Bytes bytes) {
    asked_store_ = true;
    auto revision = co_await store_.store_.update(key_, bytes, current_->revision, store_.config_.ttl);
    context_.step("storage");
    if (revision) {
      store_.note_write(*revision);
      result_ = store_.stored_form(key_, std::move(bytes), *revision);
      if (!result_) co_return std::unexpected(meta::internal_error("the object cannot be encoded"));
      co_return Outcome::kDone;
    }
    if (revision.error().code == 409 || revision.error().code == 404) co_return Outcome::kConflict;
    co_return std::unexpected(std::move(revision).error());
  }

  /// The last finalizer of a terminating object goes, and the object with it.
  bool ends() const {
    const DeletionRules& rules = store_.config_.deletion;
    const auto* grace = object_.root.at({"metadata", "deletionGracePeriodSeconds"});
    bool terminating = !object_.root.string_at({"metadata", "deletionTimestamp"}).empty();
    bool held = has_finalizers(object_.root) || (rules.is_held != nullptr && rules.is_held(object_.root));
    return terminating && !held && (grace == nullptr || grace->int_or(0) == 0);
  }

  Task<Result<Outcome>> remove() {
    Bytes bytes = store_.encode(store_strategy(), object_);
    if (options_.dry_run) {
      result_ = store_.shared_form(key_, std::move(bytes), current_->revision);
      co_return Outcome::kDone;
    }
    asked_store_ = true;
    auto revision = co_await store_.store_.remove(key_, current_->revision);
    context_.step("storage");
    if (!revision && (revision.error().code == 409 || revision.error().code == 404))
      co_return Outcome::kConflict;
    if (!revision) co_return std::unexpected(std::move(revision).error());
    store_.note_write(*revision);
    if (store_.allocator_ != nullptr) co_await store_.allocator_->released(object_.root);
    result_ = store_.shared_form(key_, std::move(bytes), current_->revision);
    co_return Outcome::kDone;
  }

  ResourceStore& store_;
  const Door& door_;
  rest::RequestContext& context_;
  const std::string name_, key_;
  const rest::WriteOptions& options_;
  const rest::FieldTracking tracking_;
  const Way way_;
  rest::ObjectPtr current_, result_;
  bool asked_store_ = false;
  json::Document old_, object_;  // which may borrow texts of the old one
};

Task<Result<rest::UpdateResult>> ResourceStore::update_through(
    const Door& door, rest::RequestContext& context, std::string name, rest::MakeObject make,
    rest::WriteOptions options, rest::CreateIfMissing missing, rest::FieldTracking tracking) {
  CO_TRY(std::string key, checked_key(context, name));
  // Only PUT leaves the question to the strategy.
  bool replaces = missing == rest::CreateIfMissing::kByStrategy;
  bool creates = door.subresource.empty() &&
                 (missing == rest::CreateIfMissing::kAlways || (replaces && config_.create_on_update));
  Basis basis(*cache_, key, options.dry_run ? watchcache::Freshness{} : own_writes());
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    CO_TRY(auto present, co_await basis.next());
    if (!present) {
      if (!creates && replaces) co_return std::unexpected(meta::not_found(config_.group_resource(), name));
      CO_TRY(json::Document object, make(nullptr));
      if (!creates) co_return std::unexpected(meta::not_found(config_.group_resource(), name));
      metadata_of(object).erase("resourceVersion");
      Creation creation(*this, door, context, std::move(object), options);
      auto created = co_await creation.run(name, tracking);
      if (!created && created.error().has_reason("AlreadyExists")) continue;
      if (!created) co_return std::unexpected(std::move(created).error());
      co_return rest::UpdateResult{.object = *std::move(created), .created = true};
    }
    Update update(*this, door, context, name, key, options, tracking,
                  replaces ? Update::Way::kReplace : Update::Way::kChange);
    auto outcome = co_await update.attempt(make, present);
    if (outcome && *outcome == Update::Outcome::kConflict) continue;
    if (!update.asked_store()) {
      CO_TRY(bool counts, co_await basis.was_latest());
      if (!counts) continue;
    }
    if (!outcome) co_return std::unexpected(std::move(outcome).error());
    co_return rest::UpdateResult{.object = update.result()};
  }
  co_return std::unexpected(meta::modified(config_.group_resource(), name));
}

}  // namespace pedalion::registry::generic
