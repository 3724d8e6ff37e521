#include "pedalion/controlplane/bootstrap/writer.h"

#include <atomic>
#include <memory>

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/managedfields/field_manager.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/time.h"

namespace pedalion::controlplane::bootstrap {

namespace rest = registry::rest;

namespace {

const rest::UserInfo& server_user() {
  static const rest::UserInfo user{
      .name = "system:apiserver", .uid = {}, .groups = {"system:masters"}, .extra = {}};
  return user;
}

rest::RequestContext context_for(const std::string& ns) {
  rest::RequestContext context;
  context.user = &server_user();
  context.ns = ns;
  return context;
}

rest::WriteOptions options_of(const std::string& manager) {
  rest::WriteOptions options;
  options.field_manager = manager;
  return options;
}

/// Whether all that `wanted` says, metadata aside, is what `present` says.
bool says_the_same(const json::Value& wanted, const json::Value& present) {
  for (const json::Member& member : wanted.members()) {
    if (member.name == "metadata" || member.name == "kind" || member.name == "apiVersion") continue;
    const json::Value* other = present.find(member.name);
    if (other == nullptr || !json::equal(*other, member.value)) return false;
  }
  return true;
}

/// `present` with all that `wanted` says instead of its own.
json::Document merged(const json::Value& present, const json::Value& wanted) {
  json::Document result;
  result.root = json::deep_copy(present, result.arena);
  for (const json::Member& member : wanted.members()) {
    if (member.name == "metadata") continue;
    result.root.set(member.name, json::deep_copy(member.value, result.arena), result.arena);
  }
  return result;
}

/// How many of all() are still running, and what went wrong first.
struct Round {
  std::atomic<std::size_t> running;
  std::mutex mutex;
  Result<void> outcome;
  Completion<bool> done;
};

}  // namespace

Result<const rest::Resource*> Writer::resource(const std::string& group, const std::string& resource,
                                               const std::string& subresource) const {
  const rest::Resource* found = registry_.find(group, resource, subresource);
  if (found == nullptr) {
    return std::unexpected(
        meta::internal_error("there is no resource " + resource + "." + group + " " + subresource));
  }
  return found;
}

Result<void> Writer::shape(Wanted& wanted, const rest::Resource& resource) {
  codec::set_type_meta(wanted.object, resource.kind);
  return codec::reshape(wanted.object, *resource.type);
}

Task<Result<void>> Writer::create(Wanted wanted) {
  CO_TRY(const rest::Resource* found, resource(wanted.group, wanted.resource));
  CO_TRY_OK(shape(wanted, *found));
  rest::RequestContext context = context_for(wanted.ns);
  std::string name(std::as_const(wanted.object.root).string_at({"metadata", "name"}));
  auto created =
      co_await found->creater->create(context, "", std::move(wanted.object), options_of(wanted.manager));
  if (created || created.error().has_reason("AlreadyExists")) co_return Result<void>();
  // What it would be given may be its own already: a service's address.
  if (co_await found->getter->get(context, name, {})) co_return Result<void>();
  co_return std::unexpected(created.error());
}

Task<Result<void>> Writer::put(Wanted wanted) {
  CO_TRY(const rest::Resource* found, resource(wanted.group, wanted.resource));
  CO_TRY_OK(shape(wanted, *found));
  rest::RequestContext context = context_for(wanted.ns);
  std::string name(std::as_const(wanted.object.root).string_at({"metadata", "name"}));
  auto present = co_await found->getter->get(context, name, {});
  if (!present && present.error().code != 404) co_return std::unexpected(present.error());
  if (present) {
    CO_TRY(json::Document document, json::parse((*present)->json.view()));
    if (says_the_same(wanted.object.root, document.root)) co_return Result<void>();
    auto make = [&](const watchcache::Object* current) -> Result<json::Document> {
      if (current == nullptr) return std::unexpected(meta::not_found({wanted.group, wanted.resource}, name));
      TRY(json::Document newest, json::parse(current->json.view()));
      return merged(newest.root, wanted.object.root);
    };
    CO_TRY_OK(co_await found->updater->update(context, name, make, options_of(wanted.manager),
                                              rest::CreateIfMissing::kNever, rest::FieldTracking::kUpdate));
    co_return Result<void>();
  }
  auto created =
      co_await found->creater->create(context, "", std::move(wanted.object), options_of(wanted.manager));
  if (created || created.error().has_reason("AlreadyExists")) co_return Result<void>();
  co_return std::unexpected(created.error());
}

Task<Result<void>> Writer::apply_status(std::string group, std::string resource_name, std::string name,
                                        std::string manager, std::string status_json) {
  CO_TRY(const rest::Resource* found, resource(group, resource_name, "status"));
  rest::RequestContext context = context_for("");
  CO_TRY(rest::ObjectPtr present, co_await found->getter->get(context, name, {}));
  CO_TRY(json::Document document, json::parse(present->json.view()));
  const json::Value* conditions = std::as_const(document.root).at({"status", "conditions"});
  if (conditions != nullptr && !conditions->empty()) co_return Result<void>();
  auto make = [&](const watchcache::Object* current) -> Result<json::Document> {
    if (current == nullptr) return std::unexpected(meta::not_found({group, resource_name}, name));
    TRY(json::Document newest, json::parse(current->json.view()));
    json::Arena& arena = newest.arena;
    std::string_view api_version = arena.copy(found->kind.group_version().api_version());
    TRY(json::Value status, json::parse(status_json, arena));
    json::Value applied = json::Value::object(arena);
    applied.set("kind", json::Value::string(found->kind.kind, arena), arena);
    applied.set("apiVersion", json::Value::string(api_version), arena);
    applied.object_at("metadata", arena).set("name", json::Value::string(name, arena), arena);
    applied.set("status", status, arena);
    managedfields::FieldManager how{.type = found->type,
                                    .manager = {arena.copy(manager), api_version, "status"},
                                    .now_seconds = meta::now_seconds()};
    TRY(newest.root, managedfields::apply(how, newest.root, applied, managedfields::Force::kYes, arena));
    TRY_OK(codec::reshape(newest, *found->type));
    codec::set_type_meta(newest, found->kind);
    return newest;
  };
  CO_TRY_OK(co_await found->updater->update(context, name, make, options_of(manager),
                                            rest::CreateIfMissing::kNever, rest::FieldTracking::kDone));
  co_return Result<void>();
}

Task<Result<void>> Writer::all(std::vector<Task<Result<void>>> tasks) {
  if (tasks.empty()) co_return Result<void>();
  auto round = std::make_shared<Round>();
  round->running = tasks.size();
  for (auto& task : tasks) {
    spawn(std::move(task), [round](Result<void> result) {
      if (!result) {
        std::lock_guard lock(round->mutex);
        if (round->outcome) round->outcome = std::move(result);
      }
      if (round->running.fetch_sub(1) == 1) round->done.complete(true);
    });
  }
  co_await round->done;
  co_return std::move(round->outcome);
}

}  // namespace pedalion::controlplane::bootstrap
