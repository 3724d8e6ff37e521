// PATCH: the four patch types, each applied to the current object as often as the store asks for it.
#include <algorithm>
#include <optional>

#include "pedalion/apimachinery/codec/scalars.h"
#include "pedalion/apimachinery/codec/yaml.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/managedfields/field_manager.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/go_text.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/apimachinery/patch/json_patch.h"
#include "pedalion/apimachinery/patch/merge_patch.h"
#include "pedalion/apimachinery/patch/restore.h"
#include "pedalion/apimachinery/patch/strategic_merge_patch.h"
#include "pedalion/apimachinery/patch/tree.h"
#include "pedalion/endpoints/handlers/body.h"
#include "pedalion/endpoints/handlers/response.h"
#include "pedalion/endpoints/handlers/write_options.h"

namespace pedalion::endpoints {
namespace {

using registry::rest::FieldValidation;
using registry::rest::UpdateResult;
using watchcache::Object;

enum class PatchType : std::uint8_t { kJson, kMerge, kStrategic, kApply };

Result<PatchType> patch_type_of(const http::Request& request) {
  auto type = request.headers.get("content-type");  // case counts, as it does for kube-apiserver
  type = type.substr(0, type.find(';'));
  if (type == "application/json-patch+json") return PatchType::kJson;
  if (type == "application/merge-patch+json") return PatchType::kMerge;
  if (type == "application/strategic-merge-patch+json") return PatchType::kStrategic;
  if (type == "application/apply-patch+yaml") return PatchType::kApply;
  return std::unexpected(meta::generic_server_response(415));
}

/// The body, parsed once.
struct Patch {
  PatchType type = PatchType::kMerge;
  json::Document body;
  std::vector<std::string> problems;  // what strict parsing found
  std::optional<Status> broken;       // told only when there is something to patch
};

Status broken_patch(PatchType type, FieldValidation validation, const std::string& why) {
  if (type == PatchType::kApply)
    return meta::bad_request("error decoding YAML: error converting YAML to JSON: " + why);
  if (type == PatchType::kStrategic) return meta::bad_request(why);
  if (validation != FieldValidation::kIgnore) return meta::bad_request("error decoding patch: " + why);
  return meta::bad_request(type == PatchType::kMerge ? "Invalid JSON Patch" : why);
}

Patch parse_patch(PatchType type, std::string_view body, FieldValidation validation) {
  Patch patch;
  patch.type = type;
  std::vector<std::string> repeated;
  auto parsed = type == PatchType::kApply ? codec::parse_yaml(body, &repeated)
                                          : json::parse(body, {.duplicates = &repeated});
  if (!parsed) {
    patch.broken = broken_patch(type, validation, parsed.error().message);
    return patch;
  }
  patch.body = *std::move(parsed);
  if (type == PatchType::kApply) {
    if (!repeated.empty()) patch.problems.push_back(codec::repeated_keys_text(repeated));
    return patch;
  }
  std::string_view whose = type == PatchType::kJson ? "json patch duplicate field " : "duplicate field ";
  for (const auto& path : repeated) patch.problems.push_back(std::string(whose) + meta::go_quoted(path));
  if (type == PatchType::kJson)
    std::ranges::move(patch::json_patch_unknown_fields(patch.body.root), std::back_inserter(patch.problems));
  return patch;
}

/// Makes the patched object from the current one.
class Patcher {
 public:
  Patcher(const Call& call, Patch patch, registry::rest::WriteOptions options)
      : call_(call), patch_(std::move(patch)), options_(std::move(options)) {}

  Result<json::Document> operator()(const Object* current, const json::Value* tree) {
    if (current == nullptr && !applies()) return std::unexpected(not_found());
    if (patch_.broken) return std::unexpected(*patch_.broken);
    TRY(json::Document made, applies() ? applied(current, tree) : patched(*current, tree));
    first_ = false;
    codec::set_type_meta(made, call_.resource.kind);
    if (auto uid = made.root.string_at({"metadata", "uid"}); current == nullptr && !uid.empty()) {
      return std::unexpected(meta::conflict(resource(), call_.info.name,
                                            "uid mismatch: the provided object specified uid " +
                                                std::string(uid) + ", and no existing object was found"));
    }
    TRY_OK(check_name(call_, made.root));
    return std::move(made);
  }
  bool applies() const { return patch_.type == PatchType::kApply; }

 private:
  meta::GroupResource resource() const { return {call_.resource.gvr.group, call_.resource.gvr.resource}; }
  Status not_found() const { return meta::not_found(resource(), call_.info.name); }

  /// The current object, to be changed. Operations of JSON patches may point into anything, so that nothing
  /// of it may be text.
  Result<json::Document> copy_of(const Object& current, const json::Value* tree) const {
    if (tree == nullptr || patch_.type == PatchType::kJson) return json::parse(current.json.view());
    json::Document copy{json::Arena(json::kUsualBlock), {}};
    copy.root = patch::copy_structure(*tree, copy.arena);
    return copy;
  }

  Result<json::Document> patched(const Object& current, const json::Value* tree) {
    TRY(json::Document made, copy_of(current, tree));
    TRY(made.root, merged(made));
    auto unusable = [&](std::string_view why) {
      return std::unexpected(patch::unusable_patch(shown(current), why));
    };
    if (patch_.type != PatchType::kStrategic) {
      auto kind = codec::check_kind(made.root, call_.resource.kind, call_.environment.scheme);
      if (!kind) return unusable(kind.error().message);
    }
    std::vector<std::string> problems = patch_.problems, unknown;
    if (auto shaped = codec::reshape(made, *call_.resource.type, &unknown); !shaped)
      return unusable(shaped.error().message);
    if (patch_.type == PatchType::kStrategic) std::ranges::sort(unknown);  // maps have no order in Go
    std::ranges::move(unknown, std::back_inserter(problems));
    if (auto error = judge(problems); !error.empty()) return unusable(error);
    return std::move(made);
  }

  Result<json::Value> merged(json::Document& current) const {
    if (patch_.type == PatchType::kJson)
      return patch::apply_json_patch(current.root, patch_.body.root, current.arena);
    const auto body = body_for_one_attempt(current.arena);
    if (patch_.type == PatchType::kMerge) return patch::apply_merge_patch(current.root, body, current.arena);
    TRY(json::Value made,
        patch::apply_strategic_merge_patch(current.root, body, *call_.resource.type, current.arena));
    if (auto restorable = patch::check_restorable(*call_.resource.type, made); !restorable)
      return std::unexpected(patch::unusable_patch(meta::go_value_text(body), restorable.error().message));
    return made;
  }

  /// Parts of the patch become parts of the object, which is changed further and then gone: the next attempt
  /// needs them as they were.
  json::Value body_for_one_attempt(json::Arena& arena) const {
    return json::deep_copy(patch_.body.root, arena);
  }

  Result<json::Document> applied(const Object* current, const json::Value* tree) {
    json::Document made;
    if (current != nullptr) {
      TRY(made, copy_of(*current, tree));
    } else {
      made.root = empty_object(made.arena);
    }
    TRY(auto body, configuration(made.arena));
    // The entry borrows its texts: they have to live as long as the object.
    std::string_view api_version = made.arena.copy(call_.resource.kind.group_version().api_version());
    managedfields::FieldManager how{
        .type = call_.resource.type,
        .manager = {options_.field_manager, api_version, call_.resource.subresource},
        .now_seconds = meta::now_seconds(),
        .reset_fields = call_.resource.reset_fields,
        .convert = call_.resource.convert};
    auto force = options_.force ? managedfields::Force::kYes : managedfields::Force::kNo;
    TRY(made.root, managedfields::apply(how, made.root, body, force, made.arena));
    if (!patch_.problems.empty() && !judge(patch_.problems).empty()) {
      return std::unexpected(meta::bad_request("error strict decoding YAML: error converting YAML to JSON: " +
                                               patch_.problems.front()));
    }
    if (auto shaped = codec::reshape(made, *call_.resource.type); !shaped) {
      return std::unexpected(
          patch::unusable_patch(json::to_string(made.root, json::SortKeys::kYes), shaped.error().message));
    }
    return std::move(made);
  }

  /// What is applied; nothing is an empty one.
  Result<json::Value> configuration(json::Arena& arena) const {
    const auto& body = patch_.body.root;
    if (body.is_null()) return json::Value::object(arena);
    if (body.is_object()) return body_for_one_attempt(arena);
    return std::unexpected(meta::bad_request(
        "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot "
        "unmarshal " +
        std::string(codec::kind_word(body)) + " into Go value of type map[string]interface {}"));
  }

  json::Value empty_object(json::Arena& arena) const {
    const auto& kind = call_.resource.kind;
    json::Value object = json::Value::object(arena, 4);
    object.set("kind", json::Value::string(kind.kind), arena);
    object.set("apiVersion", json::Value::string(kind.group_version().api_version(), arena), arena);
    object.object_at("metadata", arena);
    return object;
  }

  /// Warns once, however often the object is made.
  std::string judge(const std::vector<std::string>& problems) const {
    if (!first_ && options_.field_validation == FieldValidation::kWarn) return {};
    return judge_strictly(call_.context, problems, options_.field_validation);
  }

  /// What a 422 shows: the patch as Go prints it, or the patched document, where Go sorts what it had to take
  /// apart.
  std::string shown(const Object& current) const {
    if (patch_.type == PatchType::kStrategic) return meta::go_value_text(patch_.body.root);
    auto made = json::parse(current.json.view());
    if (!made) return {};
    auto root = merged(*made);
    return root ? json::to_string(*root) : std::string();
  }

  const Call& call_;
  const Patch patch_;
  const registry::rest::WriteOptions options_;
  bool first_ = true;
};

Task<Result<UpdateResult>> patch_object(Call call, PatchType type) {
  CO_TRY(Bytes body, co_await read_body(call));
  auto verb = type == PatchType::kApply ? WriteVerb::kApply : WriteVerb::kPatch;
  CO_TRY(auto options, write_options_of(call, meta::Query(call.request.query()), verb));
  Patcher patcher(call, parse_patch(type, body.view(), options.field_validation), options);
  call.context.step("decode");
  registry::rest::MakeObject make = [&patcher](const Object* current, const json::Value* tree) {
    return patcher(current, tree);
  };
  using registry::rest::CreateIfMissing;
  using registry::rest::FieldTracking;
  bool applies = patcher.applies();
  co_return co_await call.resource.updater->update(
      call.context, call.info.name, std::move(make), std::move(options),
      applies ? CreateIfMissing::kAlways : CreateIfMissing::kNever,
      applies ? FieldTracking::kDone : FieldTracking::kUpdate);
}

}  // namespace

Task<http::Response> handle_patch(Call call) {
  auto type = patch_type_of(call.request);
  if (!type) co_return error_response(call, type.error());
  auto form = negotiate(call, Answers::kObject);
  if (!form) co_return error_response(call, form.error());
  auto result = co_await patch_object(call, *type);
  call.context.step("registry");
  if (!result) co_return error_response(call, result.error());
  co_return object_response(call, *form, result->created ? 201 : 200, result->object);
}

}  // namespace pedalion::endpoints
