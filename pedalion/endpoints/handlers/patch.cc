// PATCH: the four patch types, each applied to the current object as often as the store asks for it.
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

/// The body, parsed once, with what strict parsing found.
struct Patch {
  PatchType type = PatchType::kMerge;
  json::Document body;
  std::vector<std::string> problems;
};

Result<Patch> parse_patch(PatchType type, std::string_view body) {
  Patch patch;
  patch.type = type;
  std::vector<std::string> duplicates;
  json::ParseOptions options{.duplicates = &duplicates};
  auto parsed =
      type == PatchType::kApply ? codec::parse_yaml(body, &patch.problems) : json::parse(body, options);
  if (!parsed) {
    std::string text = parsed.error().message;
    if (type == PatchType::kApply) text = "error decoding YAML: error converting YAML to JSON: " + text;
    if (type == PatchType::kJson || type == PatchType::kMerge) text = "error decoding patch: " + text;
    return std::unexpected(meta::bad_request(std::move(text)));
  }
  patch.body = *std::move(parsed);
  for (const auto& path : duplicates) patch.problems.push_back("duplicate field \"" + path + "\"");
  if (type == PatchType::kJson) {
    for (auto& problem : patch::json_patch_unknown_fields(patch.body.root))
      patch.problems.push_back(std::move(problem));
  }
  return std::move(patch);
}

/// Makes the patched object from the current one.
class Patcher {
 public:
  Patcher(const Call& call, Patch patch, registry::rest::WriteOptions options)
      : call_(call), patch_(std::move(patch)), options_(std::move(options)) {}

  Result<json::Document> operator()(const Object* current) {
    auto made = patch_.type == PatchType::kApply ? applied(current) : patched(current);
    first_ = false;
    return made;
  }
  const registry::rest::WriteOptions& options() const { return options_; }
  bool applies() const { return patch_.type == PatchType::kApply; }

 private:
  Result<json::Document> patched(const Object* current) {
    if (current == nullptr) {
      return std::unexpected(
          meta::not_found({call_.resource.gvr.group, call_.resource.gvr.resource}, call_.info.name));
    }
    TRY(json::Document made, json::parse(current->json.view()));
    TRY(made.root, merged(made));
    std::vector<std::string> problems = patch_.problems;
    if (auto shaped = codec::reshape(made, *call_.resource.type, &problems); !shaped) {
      return std::unexpected(patch::unusable_patch(shown(made.root), shaped.error().message));
    }
    TRY_OK(judge(problems, made.root));
    codec::set_type_meta(made, call_.resource.kind);
    TRY_OK(check_name(call_, made.root));
    return std::move(made);
  }

  Result<json::Value> merged(json::Document& current) {
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

  Result<json::Document> applied(const Object* current) {
    TRY_OK(check_applied());
    json::Document made;
    if (current != nullptr) {
      TRY(made, json::parse(current->json.view()));
    } else {
      made.root = empty_object(made.arena);
    }
    // The entry borrows its texts: they have to live as long as the object.
    const auto& gvr = call_.resource.gvr;
    std::string_view api_version = made.arena.copy(meta::GroupVersion{gvr.group, gvr.version}.api_version());
    managedfields::FieldManager how{
        .type = call_.resource.type,
        .manager = {options_.field_manager, api_version, call_.resource.subresource},
        .now_seconds = meta::now_seconds()};
    auto force = options_.force ? managedfields::Force::kYes : managedfields::Force::kNo;
    TRY(made.root, managedfields::apply(how, made.root, body_for_one_attempt(made.arena), force, made.arena));
    std::vector<std::string> problems = patch_.problems;
    if (auto shaped = codec::reshape(made, *call_.resource.type, &problems); !shaped)
      return std::unexpected(patch::unusable_patch(shown(made.root), shaped.error().message));
    TRY_OK(judge(problems, made.root));
    codec::set_type_meta(made, call_.resource.kind);
    TRY_OK(check_name(call_, made.root));
    return std::move(made);
  }

  Result<void> check_applied() {
    const auto& body = patch_.body.root;
    if (!body.is_object())
      return std::unexpected(meta::bad_request("error decoding YAML: the apply configuration is no object"));
    auto expected = call_.resource.kind.group_version().api_version();
    auto given = body.string_at({"apiVersion"});
    if (given != expected) {
      return std::unexpected(meta::bad_request(
          "Incorrect version specified in apply patch. Specified patch version: " + std::string(given) +
          ", expected: " + expected));
    }
    if (const auto* managed = body.at({"metadata", "managedFields"});
        managed != nullptr && !managed->is_null())
      return std::unexpected(meta::bad_request("metadata.managedFields must be nil"));
    return {};
  }

  json::Value empty_object(json::Arena& arena) {
    json::Value object = json::Value::object(arena, 4);
    object.set("kind", json::Value::string(call_.resource.kind.kind), arena);
    object.set("apiVersion", json::Value::string(call_.resource.kind.group_version().api_version(), arena),
               arena);
    json::Value& metadata = object.object_at("metadata", arena);
    metadata.set("name", json::Value::string(call_.info.name, arena), arena);
    if (call_.resource.namespaced)
      metadata.set("namespace", json::Value::string(call_.context.ns, arena), arena);
    return object;
  }

  /// What strict decoding found becomes warnings (once), or an error with kStrict.
  Result<void> judge(std::vector<std::string>& problems, const json::Value& made) {
    if (problems.empty() || options_.field_validation == FieldValidation::kIgnore) return {};
    if (options_.field_validation == FieldValidation::kWarn) {
      for (std::string& problem : problems) {
        if (first_) call_.context.warn(std::move(problem));
      }
      return {};
    }
    std::string text;
    for (const std::string& problem : problems) text += (text.empty() ? "" : ", ") + problem;
    return std::unexpected(patch::unusable_patch(shown(made), "strict decoding error: " + text));
  }

  std::string shown(const json::Value& made) const {
    return patch_.type == PatchType::kStrategic ? meta::go_value_text(patch_.body.root)
                                                : json::to_string(made, json::SortKeys::kYes);
  }

  const Call& call_;
  Patch patch_;
  registry::rest::WriteOptions options_;
  bool first_ = true;
};

Task<Result<UpdateResult>> patch_object(Call call, PatchType type) {
  CO_TRY(Bytes body, co_await read_body(call));
  auto verb = type == PatchType::kApply ? WriteVerb::kApply : WriteVerb::kPatch;
  CO_TRY(auto options, write_options_of(call, Query(call.request.query()), verb));
  CO_TRY(Patch patch, parse_patch(type, body.view()));
  Patcher patcher(call, std::move(patch), options);
  call.context.step("decode");
  registry::rest::MakeObject make = [&patcher](const Object* current) { return patcher(current); };
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
