// Deleting: at once, after a grace period, or when the last finalizer goes.
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/registry/generic/basis.h"
#include "pedalion/registry/generic/metadata.h"
#include "pedalion/registry/generic/resource_store.h"

namespace pedalion::registry::generic {
namespace {

using json::Value;

constexpr int kAttempts = 1000;
constexpr std::string_view kOrphan = "orphan", kForeground = "foregroundDeletion";

bool has_finalizer(const Value& object, std::string_view name) {
  const Value* finalizers = object.at({"metadata", "finalizers"});
  return finalizers != nullptr && std::ranges::any_of(finalizers->items(), [&](const Value& item) {
           return item.string_or() == name;
         });
}

/// What an option, a finalizer that is there already, or the resource's default says, in this order.
bool should_orphan(const rest::DeleteOptions& options, const DeletionRules& rules, const Value& object) {
  if (options.orphan_dependents) return *options.orphan_dependents;
  if (options.propagation_policy) return *options.propagation_policy == "Orphan";
  if (has_finalizer(object, kOrphan)) return true;
  if (has_finalizer(object, kForeground)) return false;
  return rules.orphans_by_default;
}

bool should_wait_for_dependents(const rest::DeleteOptions& options, const Value& object) {
  if (options.orphan_dependents) return false;
  if (options.propagation_policy) return *options.propagation_policy == "Foreground";
  return has_finalizer(object, kForeground);
}

/// Sets the two finalizers of the garbage collector; true when they have changed.
bool set_policy_finalizers(json::Document& object, bool orphan, bool foreground) {
  if (has_finalizer(object.root, kOrphan) == orphan && has_finalizer(object.root, kForeground) == foreground)
    return false;
  Value finalizers = Value::array(object.arena);
  if (const Value* before = object.root.at({"metadata", "finalizers"})) {
    for (const Value& item : before->items()) {
      if (item.string_or() != kOrphan && item.string_or() != kForeground)
        finalizers.push_back(item, object.arena);
    }
  }
  if (orphan) finalizers.push_back(Value::string(kOrphan), object.arena);
  if (foreground) finalizers.push_back(Value::string(kForeground), object.arena);
  metadata_of(object).set("finalizers", finalizers, object.arena);
  return true;
}

void warn_of_default(rest::RequestContext& context, const rest::DeleteOptions& options,
                     const DeletionRules& rules) {
  if (rules.warning.empty() || options.propagation_policy || options.orphan_dependents) return;
  context.warn(std::string(rules.warning));
}

}  // namespace

/// One deletion. Lives in the frame of the coroutine that runs it.
class Deletion {
 public:
  Deletion(ResourceStore& store, rest::RequestContext& context, std::string name, std::string key,
           const rest::DeleteOptions& options)
      : store_(store), context_(context), name_(std::move(name)), key_(std::move(key)), options_(options) {}

  enum class Outcome : std::uint8_t { kDone, kConflict };

  Task<Result<Outcome>> attempt(const rest::ObjectPtr& current) {
    current_ = current;
    CO_TRY_OK(check_preconditions());
    CO_TRY(object_, json::parse(current->json.view()));
    json::Value old = object_.root;
    admission::Attributes attributes{.operation = admission::Operation::kDelete,
                                     .resource = store_.config_.gvr,
                                     .kind = store_.config_.kind,
                                     .ns = context_.ns,
                                     .name = name_,
                                     .old_object = &old,
                                     .dry_run = options_.dry_run,
                                     .context = context_};
    CO_TRY_OK(co_await store_.admission_.mutate(attributes));
    CO_TRY_OK(co_await store_.admission_.validate(attributes));
    context_.step("admission");
    switch (decide()) {
      case Way::kNothing:
        result_ = {.object = current_, .deleted = false, .returns_object = true};
        co_return Outcome::kDone;
      case Way::kMark:
        co_return co_await mark();
      case Way::kMarkAndRemove:
        co_return co_await mark_and_remove();
      case Way::kRemove:
        co_return co_await remove();
    }
    std::unreachable();
  }

  const rest::DeleteResult& result() const { return result_; }
  /// As Update::asked_store().
  bool asked_store() const { return asked_store_; }

 private:
  /// kMarkAndRemove: what may take time to end but takes none is seen to end before it is gone.
  enum class Way : std::uint8_t { kNothing, kMark, kMarkAndRemove, kRemove };

  Result<void> check_preconditions() const {
    const auto& wanted = options_.preconditions;
    if (wanted.uid && *wanted.uid != current_->uid)
      return std::unexpected(mismatch("UID", *wanted.uid, current_->uid, "deleted and then recreated"));
    std::string version = std::to_string(current_->revision);
    if (wanted.resource_version && *wanted.resource_version != version)
      return std::unexpected(mismatch("ResourceVersion", *wanted.resource_version, version, "modified"));
    return {};
  }

  Status mismatch(std::string what, const std::string& wanted, std::string_view found,
                  std::string_view maybe) const {
    if (store_.config_.deletion.words_of_storage) {
      return meta::conflict(store_.config_.group_resource(), name_,
                            "Precondition failed: " + what + " in precondition: " + wanted + ", " + what +
                                " in object meta: " + std::string(found));
    }
    // As kube-apiserver: the kind instead of the resource.
    return meta::conflict({store_.config_.gvr.group, store_.config_.kind.kind}, name_,
                          "the " + what + " in the precondition (" + wanted + ") does not match the " + what +
                              " in record (" + std::string(found) + "). The object might have been " +
                              std::string(maybe));
  }

  /// Changes object_ as the deletion leaves it.
  Way decide() {
    const DeletionRules& rules = store_.config_.deletion;
    bool policy_changed = rules.garbage_collected &&
                          set_policy_finalizers(object_, should_orphan(options_, rules, object_.root),
                                                should_wait_for_dependents(options_, object_.root));
    bool held = has_finalizers(object_.root) || (rules.is_held != nullptr && rules.is_held(object_.root));
    std::int64_t grace =
        rules.grace_period == nullptr ? 0 : rules.grace_period(object_.root, options_.grace_period_seconds);
    if (current_->terminating) {
      const Value* given = object_.root.at({"metadata", "deletionGracePeriodSeconds"});
      std::int64_t before = given == nullptr ? 0 : given->int_or(0);
      bool asked = rules.grace_period != nullptr && options_.grace_period_seconds.has_value();
      if (before > 0 && (!asked || grace >= before)) return policy_changed ? Way::kMark : Way::kNothing;
      if (grace == 0 && !held && before == 0) return Way::kRemove;
      if (before > grace) {
        mark_deleted(object_, grace);
        return grace == 0 && !held ? Way::kMarkAndRemove : Way::kMark;
      }
      return policy_changed ? Way::kMark : Way::kNothing;
    }
    if (grace == 0 && !held && rules.grace_period == nullptr) return Way::kRemove;
    mark_deleted(object_, grace);
    if (grace == 0 && !held) return Way::kMarkAndRemove;
    if (rules.mark != nullptr) rules.mark(object_.root, object_.arena);
    return Way::kMark;
  }

  Task<Result<Outcome>> mark() {
    Bytes bytes = store_.encode(*store_.main_.strategy, object_);
    if (options_.dry_run) {
      result_ = {.object = store_.shared_form(key_, std::move(bytes), current_->revision),
                 .returns_object = true};
      co_return Outcome::kDone;
    }
    asked_store_ = true;
    auto revision = co_await store_.store_.update(key_, bytes, current_->revision, store_.config_.ttl);
    context_.step("storage");
    if (!revision) co_return failed(std::move(revision).error());
    store_.note_write(*revision);
    result_ = {.object = store_.stored_form(key_, std::move(bytes), *revision), .returns_object = true};
    co_return Outcome::kDone;
  }

  Task<Result<Outcome>> mark_and_remove() {
    CO_TRY(auto marked, co_await mark());
    if (marked == Outcome::kConflict) co_return marked;
    current_ = result_.object;
    co_return co_await remove();
  }

  Task<Result<Outcome>> remove() {
    bool returns = store_.config_.deletion.returns_object;
    result_ = {.object = current_, .deleted = true, .returns_object = returns};
    if (options_.dry_run) co_return Outcome::kDone;
    asked_store_ = true;
    auto revision = co_await store_.store_.remove(key_, current_->revision);
    context_.step("storage");
    if (!revision) co_return failed(std::move(revision).error());
    store_.note_write(*revision);
    if (store_.allocator_ != nullptr) co_await store_.allocator_->released(object_.root);
    if (returns) result_.object = store_.decoder_.at_revision(*current_, *revision);
    co_return Outcome::kDone;
  }

  static Result<Outcome> failed(Status status) {
    if (status.code == 409 || status.code == 404) return Outcome::kConflict;
    return std::unexpected(std::move(status));
  }

  ResourceStore& store_;
  rest::RequestContext& context_;
  const std::string name_, key_;
  const rest::DeleteOptions& options_;
  rest::ObjectPtr current_;
  json::Document object_;
  rest::DeleteResult result_;
  bool asked_store_ = false;
};

Task<Result<rest::DeleteResult>> ResourceStore::remove(rest::RequestContext& context, std::string name,
                                                       rest::DeleteOptions options) {
  std::string_view refusal = config_.deletion.refusal == nullptr ? "" : config_.deletion.refusal(name);
  if (!refusal.empty()) co_return std::unexpected(meta::forbidden(config_.group_resource(), name, refusal));
  warn_of_default(context, options, config_.deletion);
  co_return co_await end(context, std::move(name), std::move(options));
}

Task<Result<rest::DeleteResult>> ResourceStore::end(rest::RequestContext& context, std::string name,
                                                    rest::DeleteOptions options) {
  CO_TRY(std::string key, checked_key(context, name));
  Basis basis(*cache_, key, options.dry_run ? watchcache::Freshness{} : own_writes());
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    CO_TRY(auto present, co_await basis.next());
    if (!present) co_return std::unexpected(meta::not_found(config_.group_resource(), name));
    Deletion deletion(*this, context, name, key, options);
    auto outcome = co_await deletion.attempt(present);
    if (outcome && *outcome == Deletion::Outcome::kConflict) continue;
    if (!deletion.asked_store()) {
      CO_TRY(bool counts, co_await basis.was_latest());
      if (!counts) continue;
    }
    if (!outcome) co_return std::unexpected(std::move(outcome).error());
    co_return deletion.result();
  }
  co_return std::unexpected(meta::modified(config_.group_resource(), name));
}

Task<Result<rest::ObjectList>> ResourceStore::remove_collection(rest::RequestContext& context,
                                                                rest::DeleteOptions options,
                                                                rest::ListOptions list) {
  warn_of_default(context, options, config_.deletion);
  CO_TRY(rest::ObjectList found, co_await this->list(context, std::move(list)));
  std::string ns = context.ns;
  for (const auto& object : found.items) {
    context.ns = object->ns;
    auto removed = co_await end(context, std::string(object->name), options);
    context.ns = ns;
    if (!removed && removed.error().code != 404) co_return std::unexpected(std::move(removed).error());
  }
  co_return found;
}

}  // namespace pedalion::registry::generic
