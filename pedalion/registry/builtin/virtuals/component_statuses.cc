#include "pedalion/registry/builtin/virtuals/component_statuses.h"

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/registry/builtin/virtuals/reviews.h"

namespace pedalion::registry::builtin::virtuals {

namespace {
constexpr std::string_view kName = "etcd-0";
}

Task<Result<rest::ObjectPtr>> ComponentStatuses::examine() {
  auto revision = co_await store_.current_revision({});
  json::Document document;
  json::Arena& arena = document.arena;
  auto text = [](std::string_view literal) { return json::Value::string(literal); };
  json::Value condition = json::Value::object(arena);
  condition.append_member("type", text("Healthy"), arena);
  condition.append_member("status", text(revision ? "True" : "False"), arena);
  condition.append_member(revision ? "message" : "error",
                          revision ? text("ok") : json::Value::string(revision.error().message, arena),
                          arena);
  json::Value conditions = json::Value::array(arena);
  conditions.push_back(condition, arena);
  json::Value metadata = json::Value::object(arena);
  metadata.append_member("name", text(kName), arena);
  document.root = json::Value::object(arena);
  document.root.append_member("kind", text("ComponentStatus"), arena);
  document.root.append_member("apiVersion", text("v1"), arena);
  document.root.append_member("metadata", metadata, arena);
  document.root.append_member("conditions", conditions, arena);
  co_return unstored_object(document.root);
}

Task<Result<rest::ObjectPtr>> ComponentStatuses::get(rest::RequestContext&, std::string name,
                                                     rest::GetOptions) {
  if (name != kName) co_return std::unexpected(meta::not_found({"", "componentstatuses"}, name));
  co_return co_await examine();
}

Task<Result<rest::ObjectList>> ComponentStatuses::list(rest::RequestContext&, rest::ListOptions options) {
  for (const auto& requirement : options.fields.requirements()) {
    if (requirement.field == "metadata.name" || requirement.field == "metadata.namespace") continue;
    co_return std::unexpected(
        meta::bad_request(meta::go_quoted(requirement.field) +
                          " is not a known field selector: only \"metadata.name\", \"metadata.namespace\""));
  }
  rest::ObjectList list;
  CO_TRY(rest::ObjectPtr object, co_await examine());
  auto value = [&](std::string_view field) {
    return field == "metadata.name" ? object->name : std::string_view();
  };
  if (options.labels.matches(object->labels) && options.fields.matches(value))
    list.items.push_back(std::move(object));
  co_return list;
}

}  // namespace pedalion::registry::builtin::virtuals
