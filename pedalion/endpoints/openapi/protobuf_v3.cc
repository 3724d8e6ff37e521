// The fields of openapi.v3.Document (gnostic's OpenAPIv3.proto), as far as Kubernetes' documents use them.
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/endpoints/openapi/message_writer.h"
#include "pedalion/endpoints/openapi/protobuf.h"

namespace pedalion::openapi {
namespace {

void choose_schema(const json::Value& value, std::string& out);
void choose_additional_properties(const json::Value& value, std::string& out);
void choose_items(const json::Value& value, std::string& out);
void choose_default(const json::Value& value, std::string& out);

const Message kSchemaOrReference = {.choose = choose_schema};
const Message kAdditionalProperties = {.choose = choose_additional_properties};
const Message kItems = {.choose = choose_items};
const Message kDefault = {.choose = choose_default};

const MemberField kSchemaFields[] = {{"uniqueItems", 20, Wire::kFlag},
                                     {"required", 23, Wire::kTexts},
                                     {"enum", 24, Wire::kAnys},
                                     {"type", 25, Wire::kText},
                                     {"allOf", 26, Wire::kMessages, &kSchemaOrReference},
                                     {"oneOf", 27, Wire::kMessages, &kSchemaOrReference},
                                     {"anyOf", 28, Wire::kMessages, &kSchemaOrReference},
                                     {"items", 30, Wire::kMessage, &kItems},
                                     {"properties", 31, Wire::kMap, &kSchemaOrReference},
                                     {"additionalProperties", 32, Wire::kMessage, &kAdditionalProperties},
                                     {"default", 33, Wire::kMessage, &kDefault},
                                     {"description", 34, Wire::kText},
                                     {"format", 35, Wire::kText}};
const Message kSchema = {.fields = kSchemaFields, .extensions = 36};
const MemberField kReferenceFields[] = {{"$ref", 1, Wire::kText}};
const Message kReference = {.fields = kReferenceFields};

/// Makes a message of the kind {1: the thing itself, 2: a reference}, of which Kubernetes uses the first.
template <const Message& kThing>
void choose_first(const json::Value& value, std::string& out) {
  write_field({"", 1, Wire::kMessage, &kThing}, value, out);
}

const MemberField kMediaTypeFields[] = {{"schema", 1, Wire::kMessage, &kSchemaOrReference}};
const Message kMediaType = {.fields = kMediaTypeFields};

const MemberField kParameterFields[] = {{"name", 1, Wire::kText},
                                        {"in", 2, Wire::kText},
                                        {"description", 3, Wire::kText},
                                        {"required", 4, Wire::kFlag},
                                        {"schema", 10, Wire::kMessage, &kSchemaOrReference}};
const Message kParameter = {.fields = kParameterFields};
const Message kParameterOrReference = {.choose = choose_first<kParameter>};

const MemberField kRequestBodyFields[] = {{"content", 2, Wire::kMap, &kMediaType},
                                          {"required", 3, Wire::kFlag}};
const Message kRequestBody = {.fields = kRequestBodyFields};
const Message kRequestBodyOrReference = {.choose = choose_first<kRequestBody>};

const MemberField kResponseFields[] = {{"description", 1, Wire::kText},
                                       {"content", 3, Wire::kMap, &kMediaType}};
const Message kResponse = {.fields = kResponseFields};
const Message kResponseOrReference = {.choose = choose_first<kResponse>};
const MemberField kResponseCode = {"", 2, Wire::kMembers, &kResponseOrReference};
const Message kResponses = {.others = &kResponseCode};

const MemberField kOperationFields[] = {{"tags", 1, Wire::kTexts},
                                        {"description", 3, Wire::kText},
                                        {"operationId", 5, Wire::kText},
                                        {"parameters", 6, Wire::kMessages, &kParameterOrReference},
                                        {"requestBody", 7, Wire::kMessage, &kRequestBodyOrReference},
                                        {"responses", 8, Wire::kMessage, &kResponses}};
const Message kOperation = {.fields = kOperationFields, .extensions = 13};

const MemberField kPathItemFields[] = {
    {"get", 4, Wire::kMessage, &kOperation},     {"put", 5, Wire::kMessage, &kOperation},
    {"post", 6, Wire::kMessage, &kOperation},    {"delete", 7, Wire::kMessage, &kOperation},
    {"options", 8, Wire::kMessage, &kOperation}, {"head", 9, Wire::kMessage, &kOperation},
    {"patch", 10, Wire::kMessage, &kOperation},  {"parameters", 13, Wire::kMessages, &kParameterOrReference}};
const Message kPathItem = {.fields = kPathItemFields};
const MemberField kPath = {"", 1, Wire::kMembers, &kPathItem};
const Message kPaths = {.others = &kPath};

const MemberField kSecuritySchemeFields[] = {
    {"type", 1, Wire::kText}, {"name", 3, Wire::kText}, {"in", 4, Wire::kText}};
const Message kSecurityScheme = {.fields = kSecuritySchemeFields};
const Message kSecuritySchemeOrReference = {.choose = choose_first<kSecurityScheme>};

const MemberField kComponentsFields[] = {{"schemas", 1, Wire::kMap, &kSchemaOrReference},
                                         {"securitySchemes", 7, Wire::kMap, &kSecuritySchemeOrReference}};
const Message kComponents = {.fields = kComponentsFields};

const MemberField kInfoFields[] = {{"title", 1, Wire::kText}, {"version", 6, Wire::kText}};
const Message kInfo = {.fields = kInfoFields};

const MemberField kDocumentFields[] = {{"openapi", 1, Wire::kText},
                                       {"info", 2, Wire::kMessage, &kInfo},
                                       {"paths", 4, Wire::kMessage, &kPaths},
                                       {"components", 5, Wire::kMessage, &kComponents}};
const Message kDocument = {.fields = kDocumentFields};

void choose_schema(const json::Value& value, std::string& out) {
  bool reference = value.find("$ref") != nullptr;
  write_field({"", reference ? 2u : 1u, Wire::kMessage, reference ? &kReference : &kSchema}, value, out);
}

void choose_items(const json::Value& value, std::string& out) {
  write_field({"", 1, Wire::kMessage, &kSchemaOrReference}, value, out);
}

void choose_additional_properties(const json::Value& value, std::string& out) {
  if (value.is_bool())
    write_field({"", 2, Wire::kFlag}, value, out);
  else
    choose_items(value, out);
}

/// Numbers, booleans and strings; the message knows no other defaults.
void choose_default(const json::Value& value, std::string& out) {
  if (value.is_bool()) out.append({0x10, static_cast<char>(value.as_bool())});
  if (value.is_string()) write_bytes_field(3, value.as_string(), out);
  if (!value.is_number()) return;
  auto bits = std::bit_cast<std::uint64_t>(value.as_double());
  out += 0x09;  // field 1, a double in eight bytes
  for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>(bits >> shift);
}

}  // namespace

Result<std::string> v3_protobuf(std::string_view json) {
  TRY(json::Document document, json::parse(json));
  std::string out;
  write_message(kDocument, document.root, out);
  return out;
}

}  // namespace pedalion::openapi
