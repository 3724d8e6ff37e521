#include "pedalion/registry/builtin/defaults/defaulter.h"

#include <charconv>
#include <string>

#include "pedalion/apimachinery/meta/quantity.h"
#include "pedalion/registry/builtin/defaults/structs.h"

namespace pedalion::registry::builtin::defaults {

namespace {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

/// What the tables say, by type.
struct Rules {
  std::vector<const TypeDefault*> defaults;
  std::vector<void (*)(Filler&)> hooks;
};
using RuleMap = std::unordered_map<std::string, Rules, TextHash, std::equal_to<>>;

const RuleMap& rules() {
  static const RuleMap map = [] {
    RuleMap made;
    for (auto table : {core_defaults(), pod_defaults(), group_defaults()}) {
      for (const TypeDefault& row : table) made[std::string(row.type)].defaults.push_back(&row);
    }
    for (auto table : {core_hooks(), pod_hooks(), group_hooks()}) {
      for (const TypeHook& row : table) made[std::string(row.type)].hooks.push_back(row.apply);
    }
    return made;
  }();
  return map;
}

const Rules* rules_of(const schema::Type& type) {
  if (type.name.empty()) return nullptr;
  std::string name;
  name.append(type.package).append(".").append(type.name);
  auto found = rules().find(name);
  return found == rules().end() ? nullptr : &found->second;
}

/// A default that would be left out again says nothing.
bool says_nothing(const schema::Field& field) {
  std::string_view text = field.default_json;
  return text.empty() || (!field.pointer && (text == "\"\"" || text == "0" || text == "false"));
}

/// `text` is static: strings borrow it.
Value constant(std::string_view text, json::Arena& arena) {
  if (text == "{}") return Value::object(arena);
  if (text == "[]") return Value::array(arena);
  if (text == "true" || text == "false") return Value::boolean(text == "true");
  if (text.starts_with('"')) return Value::string(text.substr(1, text.size() - 2));
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return Value::integer(number);
}

/// A map of resource names to amounts, which the core group keeps to thousandths.
bool is_resource_list(const schema::Type& owner, const schema::Field& field) {
  return owner.package == "core/v1" && field.type->is_map() &&
         field.type->element->shape == schema::Shape::kQuantity;
}

void round_resources(Value& resources, json::Arena& arena) {
  constexpr int kMilli = -3;
  for (json::Member& member : resources.members()) {
    auto text = member.value.string_or();
    bool fine = text.ends_with('n') || text.ends_with('u') || text.contains("e-") || text.contains("E-");
    auto quantity = fine ? meta::Quantity::parse(text) : Result<meta::Quantity>();
    if (!fine || !quantity) continue;
    quantity->round_up(kMilli);
    member.value = Value::string(quantity->text(), arena);
  }
}

}  // namespace

struct Defaulter::Node {
  struct Constant {
    std::string_view field, json;
  };
  struct Child {
    std::string_view field;
    const schema::Type* type;
    const Node* node;
  };
  const schema::Type* type = nullptr;
  std::vector<Constant> constants;
  std::vector<void (*)(Filler&)> hooks;
  std::vector<Child> children;
  std::vector<std::string_view> resource_lists;
};

Defaulter::Defaulter(const schema::Type& kind) : root_(node_of(kind)) {}
Defaulter::~Defaulter() = default;

bool Defaulter::leads_to_defaults(const schema::Type& type, std::vector<const schema::Type*>& open) const {
  if (!type.is_struct()) return false;
  if (rules_of(type) != nullptr) return true;
  for (const schema::Type* seen : open) {
    if (seen == &type) return false;
  }
  open.push_back(&type);
  for (const schema::Field& field : type.fields) {
    if (!says_nothing(field) || is_resource_list(type, field)) return true;
    if (leads_to_defaults(innermost(*field.type), open)) return true;
  }
  return false;
}

Defaulter::Node* Defaulter::node_of(const schema::Type& type) {
  if (auto found = nodes_.find(&type); found != nodes_.end()) return found->second.get();
  std::vector<const schema::Type*> open;
  if (!leads_to_defaults(type, open)) return nullptr;
  Node* node = nodes_.emplace(&type, std::make_unique<Node>()).first->second.get();
  node->type = &type;
  if (const Rules* found = rules_of(type); found != nullptr) {
    for (const TypeDefault* row : found->defaults) node->constants.push_back({row->field, row->json});
    node->hooks = found->hooks;
  }
  for (const schema::Field& field : type.fields) {
    if (!says_nothing(field)) node->constants.push_back({field.name, field.default_json});
    if (is_resource_list(type, field)) node->resource_lists.push_back(field.name);
    const Node* child = node_of(innermost(*field.type));
    if (child != nullptr) node->children.push_back({field.name, field.type, child});
  }
  return node;
}

void Defaulter::run(const Node& node, Value& object, json::Arena& arena) {
  Filler filler(object, *node.type, arena);
  for (const Node::Constant& row : node.constants) {
    if (filler.unset(row.field)) filler.set(row.field, constant(row.json, arena));
  }
  for (auto* hook : node.hooks) hook(filler);
  for (std::string_view field : node.resource_lists) {
    if (Value* value = object.find(field)) round_resources(*value, arena);
  }
  for (const Node::Child& child : node.children) {
    Value* value = object.find(child.field);
    if (value == nullptr) continue;
    for_each_struct(*child.type, *value, [&](Value& inner) { run(*child.node, inner, arena); });
  }
}

void Defaulter::apply(Value& object, json::Arena& arena) const {
  if (root_ != nullptr && object.is_object()) run(*root_, object, arena);
}

}  // namespace pedalion::registry::builtin::defaults
