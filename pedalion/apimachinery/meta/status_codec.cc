#include "pedalion/apimachinery/meta/status_codec.h"

#include "pedalion/apimachinery/json/write.h"

namespace pedalion::meta {
namespace {

using json::Arena;
using json::Value;

void set_text(Value& object, std::string_view key, std::string_view text, Arena& arena) {
  if (!text.empty()) object.set(key, Value::string(text, arena), arena);
}

Value details_value(const StatusDetails& details, Arena& arena) {
  Value object = Value::object(arena, 4);
  set_text(object, "name", details.name, arena);
  set_text(object, "group", details.group, arena);
  set_text(object, "kind", details.kind, arena);
  set_text(object, "uid", details.uid, arena);
  if (!details.causes.empty()) {
    Value causes = Value::array(arena, static_cast<std::uint32_t>(details.causes.size()));
    for (const auto& cause : details.causes) {
      Value entry = Value::object(arena, 3);
      set_text(entry, "reason", cause.reason, arena);
      set_text(entry, "message", cause.message, arena);
      set_text(entry, "field", cause.field, arena);
      causes.push_back(entry, arena);
    }
    object.set("causes", causes, arena);
  }
  if (details.retry_after_seconds != 0)
    object.set("retryAfterSeconds", Value::integer(details.retry_after_seconds), arena);
  return object;
}

json::Document document(std::string_view outcome, std::string_view continue_token, std::string_view message,
                        std::string_view reason, const StatusDetails* details, int code) {
  json::Document made;
  Arena& arena = made.arena;
  made.root = Value::object(arena, 8);
  made.root.set("kind", Value::string("Status"), arena);
  made.root.set("apiVersion", Value::string("v1"), arena);
  set_text(made.root.object_at("metadata", arena), "continue", continue_token, arena);
  made.root.set("status", Value::string(outcome), arena);
  set_text(made.root, "message", message, arena);
  set_text(made.root, "reason", reason, arena);
  if (details != nullptr) made.root.set("details", details_value(*details, arena), arena);
  if (code != 0) made.root.set("code", Value::integer(code), arena);
  return made;
}

}  // namespace

json::Document status_document(const Status& status) {
  return document("Failure", status.continue_token, status.message, status.reason, status.details(),
                  status.code);
}

std::string status_json(const Status& status) { return json::to_string(status_document(status).root); }

json::Document success_document(const StatusDetails& details, int code) {
  bool empty = details == StatusDetails();
  return document("Success", "", "", "", empty ? nullptr : &details, code);
}

std::string success_json(const StatusDetails& details, int code) {
  return json::to_string(success_document(details, code).root);
}

Status status_from_json(const Value& object, int code) {
  Status status(code, std::string(object.string_at({"reason"})), std::string(object.string_at({"message"})));
  if (const Value* given = object.find("code")) status.code = static_cast<int>(given->int_or(code));
  status.continue_token = object.string_at({"metadata", "continue"});
  const Value* details = object.find("details");
  if (details == nullptr || !details->is_object()) return status;
  StatusDetails& read = status.mutable_details();
  read.name = details->string_at({"name"});
  read.group = details->string_at({"group"});
  read.kind = details->string_at({"kind"});
  read.uid = details->string_at({"uid"});
  if (const Value* seconds = details->find("retryAfterSeconds"))
    read.retry_after_seconds = static_cast<int>(seconds->int_or(0));
  if (const Value* causes = details->find("causes")) {
    for (const Value& cause : causes->items()) {
      read.causes.push_back({std::string(cause.string_at({"reason"})),
                             std::string(cause.string_at({"message"})),
                             std::string(cause.string_at({"field"}))});
    }
  }
  return status;
}

}  // namespace pedalion::meta
