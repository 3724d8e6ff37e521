#include "pedalion/endpoints/handlers/write_options.h"

#include "pedalion/apimachinery/codec/protobuf.h"
#include "pedalion/apimachinery/codec/scalars.h"
#include "pedalion/apimachinery/codec/shape.h"
#include "pedalion/apimachinery/codec/yaml.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/utf8.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/endpoints/handlers/list_options.h"
#include "pedalion/endpoints/handlers/negotiation.h"
#include "pedalion/registry/rest/option_rules.h"

namespace pedalion::endpoints {
namespace {

using meta::FieldError;
using meta::FieldErrors;
using meta::FieldPath;
using registry::rest::check_dry_run;
using registry::rest::DeleteOptions;
using registry::rest::FieldValidation;
using registry::rest::judged;
using registry::rest::WriteOptions;

constexpr std::size_t kManagerLimit = 128;
constexpr std::string_view kTypeMetaStruct =
    R"(struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" })";

std::string_view kind_of(WriteVerb verb) {
  if (verb == WriteVerb::kCreate) return "CreateOptions";
  return verb == WriteVerb::kUpdate ? "UpdateOptions" : "PatchOptions";
}

/// Control characters are not, be they of ASCII or the C1 block that follows it; ill-formed bytes show as
/// U+FFFD.
bool is_printable(std::string_view character) {
  auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first >= 0x20 && first != 0x7f;
  return !(first == 0xc2 && static_cast<unsigned char>(character[1]) <= 0xa0);
}

/// The first character of `text`, which is well-formed UTF-8.
std::string_view first_character(std::string_view text) {
  return text.substr(0, std::max<std::size_t>(1, json::utf8_sequence_length(text)));
}

/// What stands before the first slash, as far as it can be a manager's name.
std::string manager_of_user_agent(std::string_view user_agent) {
  std::string manager;
  std::string name = json::with_replaced_utf8(user_agent.substr(0, user_agent.find('/')));
  for (std::size_t at = 0; at < name.size();) {
    auto character = first_character(std::string_view(name).substr(at));
    at += character.size();
    if (!is_printable(character)) continue;
    if (manager.size() + character.size() > kManagerLimit) break;
    manager += character;
  }
  return manager;
}

void check_manager(std::string_view manager, FieldErrors& errors) {
  const FieldPath path("fieldManager");
  if (manager.size() > kManagerLimit) errors.push_back(FieldError::too_long(path, kManagerLimit));
  for (std::size_t at = 0; at < manager.size();) {
    auto character = first_character(manager.substr(at));
    // Those that are not printable are below U+0100: their code point is the last byte.
    if (!is_printable(character)) {
      char text[64];
      std::snprintf(text, sizeof text, "invalid character U+%04X (at position %zu)",
                    static_cast<unsigned>(static_cast<unsigned char>(character.back())), at);
      errors.push_back(FieldError::invalid(path, manager, text));
    }
    at += character.size();
  }
}

FieldValidation check_field_validation(const meta::Query& query, FieldErrors& errors) {
  static constexpr std::string_view kModes[] = {"", "Ignore", "Strict", "Warn"};
  const auto* mode = query.find("fieldValidation");
  if (mode == nullptr || mode->empty() || *mode == "Warn") return FieldValidation::kWarn;
  if (*mode == "Ignore") return FieldValidation::kIgnore;
  if (*mode == "Strict") return FieldValidation::kStrict;
  errors.push_back(FieldError::not_supported(FieldPath("fieldValidation"), *mode, kModes));
  return FieldValidation::kWarn;
}

Result<DeleteOptions> from_query(const meta::Query& query) {
  DeleteOptions options;
  if (const auto* text = query.find("gracePeriodSeconds")) {
    TRY(options.grace_period_seconds, meta::parse_int64(*text));
  }
  if (query.has("orphanDependents")) options.orphan_dependents = query.boolean("orphanDependents");
  if (const auto* policy = query.find("propagationPolicy")) options.propagation_policy = *policy;
  return judged(std::move(options), query.find_all("dryRun"));
}

Result<DeleteOptions> from_object(const Call& call, json::Document document) {
  auto shaped =
      codec::shape(*call.environment.scheme.type("", "v1", "DeleteOptions"), document.root, document.arena);
  if (!shaped) return std::unexpected(meta::bad_request(shaped.error().message));
  return registry::rest::delete_options_of(*shaped);
}

/// DeleteOptions are part of every group-version, so any apiVersion will do.
Result<DeleteOptions> from_protobuf(const Call& call, std::string_view body) {
  TRY(auto envelope, codec::open_envelope(body));
  meta::GroupVersionKind kind{"", "v1", "DeleteOptions"};
  if (!envelope.kind.empty() && envelope.kind != kind.kind) {
    return std::unexpected(
        meta::bad_request("no kind " + meta::go_quoted(envelope.kind) + " is registered for version " +
                          meta::go_quoted(envelope.api_version) +
                          " in scheme \"pkg/apis/meta/internalversion/scheme/register.go:27\""));
  }
  json::Document document;
  TRY(document.root,
      codec::decode_message(envelope.raw, *call.environment.scheme.type(kind), document.arena));
  return from_object(call, std::move(document));
}

Result<json::Document> parse_options(std::string_view body, codec::MediaType media_type) {
  auto document = media_type == codec::MediaType::kYaml ? codec::parse_yaml(body) : json::parse(body);
  if (!document && media_type == codec::MediaType::kJson) {
    return std::unexpected(
        meta::bad_request("couldn't get version/kind; json parse error: " + document.error().message));
  }
  return document;
}

Result<DeleteOptions> from_body(const Call& call, std::string_view body, codec::MediaType media_type) {
  TRY(json::Document document, parse_options(body, media_type));
  if (document.root.is_null()) return DeleteOptions();
  if (!document.root.is_object()) {
    return std::unexpected(
        meta::bad_request("couldn't get version/kind; json parse error: json: cannot unmarshal " +
                          std::string(codec::kind_word(document.root)) + " into Go value of type " +
                          std::string(kTypeMetaStruct)));
  }
  for (std::string_view name : {"apiVersion", "kind"}) {
    const auto* value = document.root.find(name);
    if (value == nullptr || value->is_null() || value->is_string()) continue;
    return std::unexpected(
        meta::bad_request("couldn't get version/kind; json parse error: json: cannot unmarshal " +
                          std::string(codec::kind_word(*value)) + " into Go struct field ." +
                          std::string(name) + " of type string"));
  }
  auto kind = document.root.string_at({"kind"}), version = document.root.string_at({"apiVersion"});
  if (!kind.empty() && kind != "DeleteOptions") {
    return std::unexpected(meta::bad_request(
        "no kind " + meta::go_quoted(kind) + " is registered for version " + meta::go_quoted(version) +
        " in scheme \"pkg/apis/meta/internalversion/scheme/register.go:27\""));
  }
  return from_object(call, std::move(document));
}

}  // namespace

Result<WriteOptions> write_options_of(const Call& call, const meta::Query& query, WriteVerb verb) {
  FieldErrors errors;
  WriteOptions options;
  if (const auto* manager = query.find("fieldManager"))
    options.field_manager = json::with_replaced_utf8(*manager);
  options.force = query.boolean("force");
  if (verb == WriteVerb::kApply && options.field_manager.empty())
    errors.push_back(FieldError::required(FieldPath("fieldManager"), "is required for apply patch"));
  if (verb == WriteVerb::kPatch && query.has("force"))
    errors.push_back(FieldError::forbidden(FieldPath("force"), "may not be specified for non-apply patch"));
  check_manager(options.field_manager, errors);
  options.dry_run = check_dry_run(query.find_all("dryRun"), errors);
  options.field_validation = check_field_validation(query, errors);
  if (!errors.empty()) return std::unexpected(meta::invalid("meta.k8s.io", kind_of(verb), "", errors));
  if (options.field_manager.empty()) options.field_manager = manager_of_user_agent(call.context.user_agent);
  return options;
}

Task<Result<DeleteOptions>> delete_options_of(const Call& call, const meta::Query& query) {
  CO_TRY(Bytes body, co_await http::read_all(call.request.body.get(), call.environment.body_limit));
  if (body.empty()) co_return from_query(query);
  CO_TRY(auto media_type, body_media_type(call.request));
  if (media_type == codec::MediaType::kProtobuf) co_return from_protobuf(call, body.view());
  co_return from_body(call, body.view(), media_type);
}

}  // namespace pedalion::endpoints
