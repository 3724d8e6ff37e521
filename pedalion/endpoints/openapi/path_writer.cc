#include "pedalion/endpoints/openapi/path_writer.h"

#include <span>

namespace pedalion::openapi {
namespace {

constexpr std::string_view kJson = "application/json", kYaml = "application/yaml";
constexpr std::string_view kProtobuf = "application/vnd.kubernetes.protobuf";
constexpr std::string_view kObjectTypes[] = {kJson, kYaml, kProtobuf};
constexpr std::string_view kListTypes[] = {kJson, kYaml, kProtobuf, "application/json;stream=watch",
                                           "application/vnd.kubernetes.protobuf;stream=watch"};
constexpr std::string_view kLogTypes[] = {"text/plain", kJson, kYaml, kProtobuf};
constexpr std::string_view kAnyTypes[] = {"*/*"};
constexpr std::string_view kJsonTypes[] = {kJson};
constexpr std::string_view kJwksTypes[] = {"application/jwk-set+json"};
constexpr std::string_view kPatchTypes[] = {"application/json-patch+json", "application/merge-patch+json",
                                            "application/strategic-merge-patch+json",
                                            "application/apply-patch+yaml"};
constexpr std::string_view kDeleteOptions = "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions";
constexpr std::string_view kPatch = "io.k8s.apimachinery.pkg.apis.meta.v1.Patch";
constexpr std::string_view kSharedDeleteBody = "body-2Y1dVQaQ", kSharedPatchBody = "body-78PwaGsr";

std::span<const std::string_view> media_types(Media media) {
  switch (media) {
    case Media::kObject:
      return kObjectTypes;
    case Media::kList:
      return kListTypes;
    case Media::kLog:
      return kLogTypes;
    case Media::kAny:
      return kAnyTypes;
    case Media::kJson:
      return kJsonTypes;
    case Media::kJwks:
      return kJwksTypes;
  }
  return {};
}

std::string_view code_text(int code) {
  return code == 200 ? "OK" : code == 201 ? "Created" : code == 202 ? "Accepted" : "Unauthorized";
}

std::string_view body_schema(const Operation& operation) {
  if (operation.body == BodyKind::kDeleteOptions) return kDeleteOptions;
  return operation.body == BodyKind::kPatch ? kPatch : operation.body_schema;
}

void write_strings(std::string_view name, std::span<const std::string_view> values, JsonText& out) {
  out.key(name).open('[');
  for (auto value : values) out.string(value);
  out.close(']');
}

void write_schema(std::string_view name, Version version, JsonText& out) {
  out.key("schema");
  if (name.empty())
    out.raw(R"({"type":"string"})");
  else
    out.reference(reference_prefix(version), name);
}

void write_content(std::span<const std::string_view> types, std::string_view schema, JsonText& out) {
  out.key("content").open('{');
  for (auto type : types) {
    out.key(type).open('{');
    write_schema(schema, Version::kV3, out);
    out.close('}');
  }
  out.close('}');
}

/// Without braces.
void write_parameter_v2(const Parameter& parameter, JsonText& out) {
  bool path = parameter.in == Parameter::In::kPathPart;
  out.member_raw("uniqueItems", "true").member("type", parameter.type).member("name", parameter.name);
  out.member("in", path ? "path" : "query");
  if (path) out.member_raw("required", "true");
}

void write_parameter(const Parameter& parameter, Version version, JsonText& out) {
  if (version == Version::kV2 && !parameter.shared_name.empty()) {
    out.reference("#/parameters/", parameter.shared_name);
    return;
  }
  out.open('{');
  if (version == Version::kV2) {
    write_parameter_v2(parameter, out);
  } else {
    bool path = parameter.in == Parameter::In::kPathPart;
    out.member("name", parameter.name).member("in", path ? "path" : "query");
    if (path) out.member_raw("required", "true");
    out.key("schema").open('{').member("type", parameter.type).member_raw("uniqueItems", "true").close('}');
  }
  out.close('}');
}

void write_body_v2(const Operation& operation, JsonText& out) {
  if (operation.body == BodyKind::kDeleteOptions) {
    out.reference("#/parameters/", kSharedDeleteBody);
  } else if (operation.body == BodyKind::kPatch) {
    out.reference("#/parameters/", kSharedPatchBody);
  } else if (operation.body == BodyKind::kObject) {
    out.open('{').member("name", "body").member("in", "body").member_raw("required", "true");
    write_schema(operation.body_schema, Version::kV2, out);
    out.close('}');
  }
}

void write_parameters(const Operation& operation, Version version, JsonText& out) {
  bool body = version == Version::kV2 && operation.body != BodyKind::kNone;
  if (!body && operation.parameters.empty()) return;
  out.key("parameters").open('[');
  if (body) write_body_v2(operation, out);  // sorted by name, "body" comes before all others that go with it
  for (const auto* parameter : operation.parameters) write_parameter(*parameter, version, out);
  out.close(']');
}

void write_request_body(const Operation& operation, JsonText& out) {
  if (operation.body == BodyKind::kNone) return;
  out.key("requestBody").open('{');
  auto types = operation.body == BodyKind::kPatch ? std::span<const std::string_view>(kPatchTypes)
                                                  : std::span<const std::string_view>(kAnyTypes);
  write_content(types, body_schema(operation), out);
  if (operation.body != BodyKind::kDeleteOptions) out.member_raw("required", "true");
  out.close('}');
}

void write_responses(const Operation& operation, Version version, JsonText& out) {
  out.key("responses").open('{');
  for (int code : operation.codes) {
    out.key(std::to_string(code)).open('{').member("description", code_text(code));
    if (version == Version::kV2)
      write_schema(operation.answer_schema, version, out);
    else
      write_content(media_types(operation.media), operation.answer_schema, out);
    out.close('}');
  }
  out.key("401").open('{').member("description", code_text(401)).close('}').close('}');
}

void write_media_v2(const Operation& operation, JsonText& out) {
  bool discovery = operation.action.empty();
  if (operation.body == BodyKind::kPatch)
    write_strings("consumes", kPatchTypes, out);
  else if (discovery && operation.media == Media::kObject)
    write_strings("consumes", kObjectTypes, out);
  else if (!discovery)
    write_strings("consumes", kAnyTypes, out);
  else if (operation.tag == "version")
    write_strings("consumes", kJsonTypes, out);
  write_strings("produces", media_types(operation.media), out);
  out.key("schemes").open('[').string("https").close(']');
}

void write_operation(const Operation& operation, Version version, JsonText& out) {
  out.key(operation.method).open('{');
  if (version == Version::kV2) write_media_v2(operation, out);
  out.key("tags").open('[').string(operation.tag).close(']').member("operationId", operation.id);
  write_parameters(operation, version, out);
  if (version == Version::kV3) write_request_body(operation, out);
  write_responses(operation, version, out);
  if (!operation.action.empty()) {
    const auto& kind = operation.kind;
    out.member("x-kubernetes-action", operation.action).key("x-kubernetes-group-version-kind").open('{');
    out.member("group", kind.group).member("kind", kind.kind).member("version", kind.version).close('}');
  }
  out.close('}');
}

}  // namespace

void write_path(const Path& path, Version version, JsonText& out) {
  out.key(path.path).open('{');
  for (const auto& operation : path.operations) write_operation(operation, version, out);
  if (!path.common.empty()) {
    out.key("parameters").open('[');
    for (const auto* parameter : path.common) write_parameter(*parameter, version, out);
    out.close(']');
  }
  out.close('}');
}

void write_shared_parameters(JsonText& out) {
  out.key(kSharedDeleteBody).open('{').member("name", "body").member("in", "body");
  write_schema(kDeleteOptions, Version::kV2, out);
  out.close('}').key(kSharedPatchBody).open('{').member("name", "body").member("in", "body");
  out.member_raw("required", "true");
  write_schema(kPatch, Version::kV2, out);
  out.close('}');
  for (const auto* parameter : shared_parameters()) {
    out.key(parameter->shared_name).open('{');
    write_parameter_v2(*parameter, out);
    out.close('}');
  }
}

}  // namespace pedalion::openapi
