#include "pedalion/endpoints/handlers/forms.h"

#include <array>

#include "pedalion/apimachinery/codec/yaml.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/query.h"
#include "pedalion/apimachinery/meta/time.h"

namespace pedalion::endpoints {
namespace {

using registry::rest::TableColumn;
using watchcache::Object;

void append_quoted_member(std::string_view name, std::string_view value, std::string& out) {
  out += out.ends_with('{') ? "\"" : ",\"";
  out += name;
  out += "\":";
  json::write_string(value, out);
}

/// What resources without columns of their own show.
class DefaultTable final : public registry::rest::TableConvertor {
 public:
  std::span<const TableColumn> columns() const override {
    static constexpr std::array<TableColumn, 2> kColumns = {
        TableColumn{
            .name = "Name", .format = "name", .description = "Name must be unique within a namespace."},
        TableColumn{.name = "Created At", .type = "date", .description = "When the object was created."}};
    return kColumns;
  }
  registry::rest::TableRow row(const json::Value& object, json::Arena&, std::int64_t) const override {
    return {{json::Value::string(object.string_at({"metadata", "name"})),
             json::Value::string(object.string_at({"metadata", "creationTimestamp"}))},
            {}};
  }
};

const registry::rest::TableConvertor& convertor_of(const registry::rest::Resource& resource) {
  static const DefaultTable kDefault;
  return resource.table != nullptr ? *resource.table : kDefault;
}

void append_columns(const registry::rest::TableConvertor& convertor, std::string& out) {
  out += '[';
  for (const TableColumn& column : convertor.columns()) {
    out += out.ends_with('[') ? "{" : ",{";
    append_quoted_member("name", column.name, out);
    append_quoted_member("type", column.type, out);
    append_quoted_member("format", column.format, out);
    append_quoted_member("description", column.description, out);
    out += ",\"priority\":" + std::to_string(column.priority) + "}";
  }
  out += ']';
}

void append_values(std::string_view name, const std::vector<json::Value>& values, std::string& out) {
  out += '"';
  out += name;
  out += "\":[";
  for (std::size_t at = 0; at < values.size(); ++at) {
    if (at > 0) out += ',';
    json::write(values[at], out);
  }
  out += ']';
}

void append_row(const registry::rest::TableConvertor& convertor, const Object& object,
                std::string_view version, IncludeObject include, std::int64_t now, std::string& out) {
  auto document = json::parse(object.json.view());
  if (!document) return;
  auto row = convertor.row(document->root, document->arena, now);
  out += out.ends_with('[') ? "{" : ",{";
  append_values("cells", row.cells, out);
  if (!row.conditions.empty()) {
    out += ',';
    append_values("conditions", row.conditions, out);
  }
  out += ",\"object\":";
  switch (include) {
    case IncludeObject::kNone:
      out += "null";
      break;
    case IncludeObject::kMetadata:
      append_partial(object, version, out);
      break;
    case IncludeObject::kObject:
      out += object.json.view();
      break;
  }
  out += '}';
}

}  // namespace

std::string list_meta_json(const ListMeta& meta) {
  std::string out = "{";
  if (!meta.resource_version.empty()) append_quoted_member("resourceVersion", meta.resource_version, out);
  if (!meta.continue_token.empty()) append_quoted_member("continue", meta.continue_token, out);
  if (meta.remaining_item_count)
    out += ",\"remainingItemCount\":" + std::to_string(*meta.remaining_item_count);
  return out + "}";
}

std::string_view metadata_member(const Object& object) {
  auto text = object.json.view().substr(object.metadata_offset);
  int depth = 0;
  for (std::size_t at = text.find('{'); at < text.size(); ++at) {
    char c = text[at];
    if (c == '"') {
      for (++at; text[at] != '"'; ++at) at += text[at] == '\\' ? 1 : 0;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return text.substr(0, at + 1);
    }
  }
  return "\"metadata\":{}";
}

void append_partial(const Object& object, std::string_view version, std::string& out) {
  out += R"({"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/)";
  out += version;
  out += "\",";
  out += metadata_member(object);
  out += '}';
}

Result<IncludeObject> include_object_of(std::string_view query) {
  meta::Query parameters(query);
  const std::string* value = parameters.find("includeObject");
  if (value == nullptr || value->empty() || *value == "Metadata") return IncludeObject::kMetadata;
  if (*value == "None") return IncludeObject::kNone;
  if (*value == "Object") return IncludeObject::kObject;
  return std::unexpected(meta::bad_request(
      "Unable to convert to Table as requested: includeObject: Invalid value: " + meta::go_quoted(*value) +
      ": must be 'Metadata', 'Object', 'None', or empty"));
}

void append_table(const registry::rest::Resource& resource, const std::vector<watchcache::ObjectPtr>& objects,
                  const ListMeta& meta, std::string_view version, IncludeObject include,
                  ColumnDefinitions columns, std::string& out) {
  const auto& convertor = convertor_of(resource);
  out += R"({"kind":"Table","apiVersion":"meta.k8s.io/)";
  out += version;
  out += R"(","metadata":)" + list_meta_json(meta) + R"(,"columnDefinitions":)";
  if (columns == ColumnDefinitions::kWritten) {
    append_columns(convertor, out);
  } else {
    out += "null";
  }
  if (objects.empty() && resource.table == nullptr) {  // Go's nil list, where a printer makes an empty one
    out += ",\"rows\":null}";
    return;
  }
  out += ",\"rows\":[";
  std::int64_t now = meta::now_seconds();
  for (const auto& object : objects) append_row(convertor, *object, version, include, now, out);
  out += "]}";
}

std::string yaml_of(std::string_view json) {
  std::string out;
  if (auto document = json::parse(json)) codec::write_yaml(document->root, out);
  return out;
}

}  // namespace pedalion::endpoints
