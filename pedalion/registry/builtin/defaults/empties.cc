#include "pedalion/registry/builtin/defaults/empties.h"

#include <algorithm>

#include "pedalion/registry/builtin/defaults/structs.h"

namespace pedalion::registry::builtin::defaults {

namespace {

bool becomes_null(const schema::Field& field) {
  return (field.type->is_list() || field.type->is_map()) && !field.omitempty && !field.pointer;
}

/// `open`: the types that have been looked at.
bool leads_to_empties(const schema::Type& type, std::vector<const schema::Type*>& open) {
  if (!type.is_struct() || std::ranges::find(open, &type) != open.end()) return false;
  open.push_back(&type);
  return std::ranges::any_of(type.fields, [&](const schema::Field& field) {
    return becomes_null(field) || leads_to_empties(innermost(*field.type), open);
  });
}

}  // namespace

struct Empties::Node {
  struct Member {
    std::string_view field;
    const schema::Type* type;
    const Node* node;  // of the structs within; null when there is nothing to do in them
    bool becomes_null;
  };
  std::vector<Member> members;
};

Empties::Empties(const schema::Type& kind) : root_(node_of(kind)) {}
Empties::~Empties() = default;

const Empties::Node* Empties::node_of(const schema::Type& type) {
  if (auto found = nodes_.find(&type); found != nodes_.end()) return found->second.get();
  std::vector<const schema::Type*> open;
  if (!leads_to_empties(type, open)) return nullptr;
  Node* node = nodes_.emplace(&type, std::make_unique<Node>()).first->second.get();
  for (const schema::Field& field : type.fields) {
    const Node* within = node_of(innermost(*field.type));
    if (within != nullptr || becomes_null(field))
      node->members.push_back({field.name, field.type, within, becomes_null(field)});
  }
  return node;
}

void Empties::run(const Node& node, json::Value& object) {
  for (const Node::Member& member : node.members) {
    json::Value* value = object.find(member.field);
    if (value == nullptr) continue;
    if (member.becomes_null && value->empty()) {
      *value = json::Value();
    } else if (member.node != nullptr) {
      for_each_struct(*member.type, *value, [&](json::Value& inner) { run(*member.node, inner); });
    }
  }
}

void Empties::set_null(json::Value& object) const {
  if (root_ != nullptr && object.is_object()) run(*root_, object);
}

}  // namespace pedalion::registry::builtin::defaults
