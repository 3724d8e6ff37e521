// The fields of openapi.v2.Document (gnostic's OpenAPIv2.proto), as far as Kubernetes' documents use them.
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/endpoints/openapi/message_writer.h"
#include "pedalion/endpoints/openapi/protobuf.h"

namespace pedalion::openapi {
namespace {

void choose_parameter(const json::Value& value, std::string& out);
void choose_parameter_or_reference(const json::Value& value, std::string& out);
void choose_additional_properties(const json::Value& value, std::string& out);
void choose_type(const json::Value& value, std::string& out);
void choose_items(const json::Value& value, std::string& out);
void choose_strings(const json::Value& value, std::string& out);

constexpr Message kType = {.choose = choose_type};
constexpr Message kItems = {.choose = choose_items};
constexpr Message kAdditionalProperties = {.choose = choose_additional_properties};
extern const Message kSchema;

const MemberField kSchemaFields[] = {{"$ref", 1, Wire::kText},
                                     {"format", 2, Wire::kText},
                                     {"description", 4, Wire::kText},
                                     {"default", 5, Wire::kAny},
                                     {"required", 19, Wire::kTexts},
                                     {"enum", 20, Wire::kAnys},
                                     {"additionalProperties", 21, Wire::kMessage, &kAdditionalProperties},
                                     {"type", 22, Wire::kMessage, &kType},
                                     {"items", 23, Wire::kMessage, &kItems},
                                     {"allOf", 24, Wire::kMessages, &kSchema},
                                     {"properties", 25, Wire::kMap, &kSchema}};
const Message kSchema = {.fields = kSchemaFields, .extensions = 31};
const MemberField kSchemaInItem = {"", 1, Wire::kMessage, &kSchema};

const MemberField kReferenceFields[] = {{"$ref", 1, Wire::kText}};
const Message kReference = {.fields = kReferenceFields};

const MemberField kBodyParameterFields[] = {{"description", 1, Wire::kText},
                                            {"name", 2, Wire::kText},
                                            {"in", 3, Wire::kText},
                                            {"required", 4, Wire::kFlag},
                                            {"schema", 5, Wire::kMessage, &kSchema}};
const Message kBodyParameter = {.fields = kBodyParameterFields, .extensions = 6};

const MemberField kQueryParameterFields[] = {
    {"required", 1, Wire::kFlag}, {"in", 2, Wire::kText},   {"description", 3, Wire::kText},
    {"name", 4, Wire::kText},     {"type", 6, Wire::kText}, {"uniqueItems", 20, Wire::kFlag}};
const Message kQueryParameter = {.fields = kQueryParameterFields, .extensions = 23};

const MemberField kPathParameterFields[] = {
    {"required", 1, Wire::kFlag}, {"in", 2, Wire::kText},   {"description", 3, Wire::kText},
    {"name", 4, Wire::kText},     {"type", 5, Wire::kText}, {"uniqueItems", 19, Wire::kFlag}};
const Message kPathParameter = {.fields = kPathParameterFields, .extensions = 22};

const Message kParameter = {.choose = choose_parameter};
const Message kParameterOrReference = {.choose = choose_parameter_or_reference};

/// SchemaItem: {1: schema}.
const MemberField kSchemaItemChoice = {"", 1, Wire::kMessage, &kSchema};
void choose_schema_item(const json::Value& value, std::string& out) {
  write_field(kSchemaItemChoice, value, out);
}
const Message kSchemaItem = {.choose = choose_schema_item};

const MemberField kResponseFields[] = {{"description", 1, Wire::kText},
                                       {"schema", 2, Wire::kMessage, &kSchemaItem}};
const Message kResponse = {.fields = kResponseFields, .extensions = 5};
const MemberField kResponseValueChoice = {"", 1, Wire::kMessage, &kResponse};
void choose_response_value(const json::Value& value, std::string& out) {
  write_field(kResponseValueChoice, value, out);
}
const Message kResponseValue = {.choose = choose_response_value};
const MemberField kResponseCode = {"", 1, Wire::kMembers, &kResponseValue};
const Message kResponses = {.others = &kResponseCode};

const MemberField kOperationFields[] = {{"tags", 1, Wire::kTexts},
                                        {"description", 3, Wire::kText},
                                        {"operationId", 5, Wire::kText},
                                        {"produces", 6, Wire::kTexts},
                                        {"consumes", 7, Wire::kTexts},
                                        {"parameters", 8, Wire::kMessages, &kParameterOrReference},
                                        {"responses", 9, Wire::kMessage, &kResponses},
                                        {"schemes", 10, Wire::kTexts}};
const Message kOperation = {.fields = kOperationFields, .extensions = 13};

const MemberField kPathItemFields[] = {
    {"get", 2, Wire::kMessage, &kOperation},     {"put", 3, Wire::kMessage, &kOperation},
    {"post", 4, Wire::kMessage, &kOperation},    {"delete", 5, Wire::kMessage, &kOperation},
    {"options", 6, Wire::kMessage, &kOperation}, {"head", 7, Wire::kMessage, &kOperation},
    {"patch", 8, Wire::kMessage, &kOperation},   {"parameters", 9, Wire::kMessages, &kParameterOrReference}};
const Message kPathItem = {.fields = kPathItemFields};
const MemberField kPath = {"", 2, Wire::kMembers, &kPathItem};
const Message kPaths = {.others = &kPath};

const MemberField kInfoFields[] = {{"title", 1, Wire::kText}, {"version", 2, Wire::kText}};
const Message kInfo = {.fields = kInfoFields};

const MemberField kApiKeyFields[] = {
    {"type", 1, Wire::kText}, {"name", 2, Wire::kText}, {"in", 3, Wire::kText}};
const Message kApiKey = {.fields = kApiKeyFields};
const MemberField kApiKeyChoice = {"", 2, Wire::kMessage, &kApiKey};
void choose_security(const json::Value& value, std::string& out) { write_field(kApiKeyChoice, value, out); }
const Message kSecurityDefinition = {.choose = choose_security};
const Message kStrings = {.choose = choose_strings};
const MemberField kRequirement = {"", 1, Wire::kMembers, &kStrings};
const Message kSecurityRequirement = {.others = &kRequirement};

const MemberField kDocumentFields[] = {{"swagger", 1, Wire::kText},
                                       {"info", 2, Wire::kMessage, &kInfo},
                                       {"paths", 8, Wire::kMessage, &kPaths},
                                       {"definitions", 9, Wire::kMap, &kSchema},
                                       {"parameters", 10, Wire::kMap, &kParameter},
                                       {"security", 12, Wire::kMessages, &kSecurityRequirement},
                                       {"securityDefinitions", 13, Wire::kMap, &kSecurityDefinition}};
const Message kDocument = {.fields = kDocumentFields};

void choose_type(const json::Value& value, std::string& out) { write_bytes_field(1, value.string_or(), out); }

void choose_strings(const json::Value& value, std::string& out) {
  for (const auto& item : value.items()) write_bytes_field(1, item.string_or(), out);
}

void choose_items(const json::Value& value, std::string& out) { write_field(kSchemaInItem, value, out); }

void choose_additional_properties(const json::Value& value, std::string& out) {
  if (value.is_bool())
    write_field({"", 2, Wire::kFlag}, value, out);
  else
    write_field(kSchemaInItem, value, out);
}

void choose_non_body_parameter(const json::Value& value, std::string& out) {
  bool path = value.string_at({"in"}) == "path";
  write_field({"", path ? 4u : 3u, Wire::kMessage, path ? &kPathParameter : &kQueryParameter}, value, out);
}
const Message kNonBodyParameter = {.choose = choose_non_body_parameter};

void choose_parameter(const json::Value& value, std::string& out) {
  bool body = value.string_at({"in"}) == "body";
  write_field({"", body ? 1u : 2u, Wire::kMessage, body ? &kBodyParameter : &kNonBodyParameter}, value, out);
}

void choose_parameter_or_reference(const json::Value& value, std::string& out) {
  bool reference = value.find("$ref") != nullptr;
  write_field({"", reference ? 2u : 1u, Wire::kMessage, reference ? &kReference : &kParameter}, value, out);
}

}  // namespace

Result<std::string> v2_protobuf(std::string_view json) {
  TRY(json::Document document, json::parse(json));
  std::string out;
  write_message(kDocument, document.root, out);
  return out;
}

}  // namespace pedalion::openapi
