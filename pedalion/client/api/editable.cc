#include "pedalion/client/api/editable.h"

#include <vector>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"

namespace pedalion::client::api {

Editable::Editable() { document_.root = json::Value::object(document_.arena); }

Editable::Editable(const json::Value& object) { document_.root = json::deep_copy(object, document_.arena); }

Editable::Editable(std::string_view api_version, std::string_view kind) : Editable() {
  set({"apiVersion"}, api_version);
  set({"kind"}, kind);
}

json::Value& Editable::place(Path path) {
  json::Value* at = &document_.root;
  for (std::string_view step : path) {
    if (!at->is_object()) *at = json::Value::object(document_.arena);
    json::Value* next = at->find(step);
    at = next != nullptr ? next : &at->set(step, json::Value(), document_.arena);
  }
  return *at;
}

std::int64_t Editable::integer(Path path, std::int64_t fallback) const {
  const json::Value* found = find(path);
  return found != nullptr ? found->int_or(fallback) : fallback;
}

Editable& Editable::set(Path path, std::string_view text) {
  place(path) = json::Value::string(text, document_.arena);
  return *this;
}

Editable& Editable::set(Path path, const json::Value& value) {
  place(path) = json::deep_copy(value, document_.arena);
  return *this;
}

Result<void> Editable::set_json(Path path, std::string_view json) {
  // The tree's strings lie in the arena, so the text may go.
  TRY(json::Value value, json::parse(document_.arena.copy(json), document_.arena));
  place(path) = value;
  return {};
}

void Editable::erase(Path path) {
  if (path.size() == 0) return;
  json::Value* at = &document_.root;
  for (const auto* step = path.begin(); step + 1 != path.end(); ++step) {
    at = at->find(*step);
    if (at == nullptr) return;
  }
  at->erase(*(path.end() - 1));
}

Bytes Editable::json() const { return Bytes(json::to_string(document_.root)); }

}  // namespace pedalion::client::api
