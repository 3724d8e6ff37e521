#include <algorithm>
#include <vector>

#include "pedalion/apimachinery/managedfields/list_items.h"
#include "pedalion/apimachinery/managedfields/typed.h"
#include "pedalion/apimachinery/meta/go_text.h"

namespace pedalion::managedfields {
namespace {

using json::Value;
using schema::Shape;

class Validator {
 public:
  explicit Validator(json::Arena& arena) : arena_(arena) {}

  void walk(const Place& place, const Value& value) {
    if (place.untyped() || value.is_null()) return;
    const Shape shape = place.type->shape;
    if (!place.accepts(value)) {
      fail(expected(shape, value));
    } else if (shape == Shape::kStruct || shape == Shape::kMap) {
      members(place, value);
    } else if (shape == Shape::kList) {
      items(place, value);
    }
  }

  bool passed() const { return errors_.empty(); }
  Result<void> finish() const {
    if (errors_.empty()) return {};
    if (errors_.size() == 1) return std::unexpected(Status(500, "", errors_[0]));
    std::string text = "errors:";
    for (const auto& error : errors_) text += "\n  " + error;
    return std::unexpected(Status(500, "", std::move(text)));
  }

 private:
  static constexpr std::size_t kMaxErrors = 1000;

  /// A step of the path to where the walk is: a member's name, an item's element, or only its index.
  struct Step {
    std::string_view member;
    Element element = {};
    std::size_t index = 0;
  };

  std::string path_text() const {
    std::string text;
    for (const Step& step : path_) {
      if (!step.element.empty()) {
        append_element_text(step.element, text);
      } else if (step.member.data() != nullptr) {
        text.append(".").append(step.member);
      } else {
        text += "[" + std::to_string(step.index) + "]";
      }
    }
    return text;
  }

  void fail(const std::string& text) {
    if (errors_.size() < kMaxErrors) errors_.push_back(path_.empty() ? text : path_text() + ": " + text);
  }

  void members(const Place& place, const Value& object) {
    for (const auto& member : object.members()) {
      path_.push_back({.member = member.name.empty() ? std::string_view("") : member.name});
      auto there = place.member(member.name);
      if (there) {
        walk(*there, member.value);
      } else {
        fail("field not declared in schema");
      }
      path_.pop_back();
      if (!there) return;
    }
  }

  void items(const Place& place, const Value& list) {
    const Place inner = place.item();
    const auto values = list.items();
    if (place.form(list) == Form::kAtomic) {
      for (std::size_t i = 0; i < values.size(); ++i) step(inner, {.index = i}, values[i]);
      return;
    }
    std::vector<ListItem> found;
    found.reserve(values.size());
    Result<void> bad;
    for (const Value& value : values) {
      auto item = list_item(place, value, arena_);
      if (!item) {
        bad = std::unexpected(item.error());
        break;
      }
      found.push_back(*item);
    }
    const auto repeats = repeated(found);
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (std::ranges::binary_search(repeats, found[i].value)) {
        std::string text;
        append_element_text(found[i].element, text);
        fail("duplicate entries for key " + text);
      }
      step(inner, {.element = found[i].element}, values[i]);
    }
    if (!bad) fail("element " + std::to_string(found.size()) + ": " + bad.error().message);
  }

  /// The items whose element another one before them has, in the order of the list.
  static std::vector<const Value*> repeated(std::vector<ListItem> items) {
    std::vector<const Value*> found;
    sort_items(items);
    for (std::size_t i = 1; i < items.size(); ++i) {
      if (compare_items(items[i - 1], items[i]) == 0) found.push_back(items[i].value);
    }
    std::ranges::sort(found);
    return found;
  }

  void step(const Place& place, const Step& step, const Value& value) {
    path_.push_back(step);
    walk(place, value);
    path_.pop_back();
  }

  static std::string expected(Shape shape, const Value& value) {
    switch (shape) {
      case Shape::kStruct:
      case Shape::kMap:
        return "expected map, got &{" + meta::go_value_text(value) + "}";
      case Shape::kList:
        return "expected list, got &{" + meta::go_value_text(value) + "}";
      case Shape::kBool:
        return "expected boolean, got &{" + meta::go_value_text(value) + "}";
      case Shape::kInt32:
      case Shape::kInt64:
      case Shape::kUint32:
      case Shape::kDouble:
        return "expected numeric (int or float), got " + std::string(meta::go_type_name(value));
      case Shape::kQuantity:
      case Shape::kIntOrString:
        return "expected any scalar, got &{" + meta::go_value_text(value) + "}";
      default:
        return "expected string, got &value.valueUnstructured{Value:" + meta::go_syntax_text(value) + "}";
    }
  }

  json::Arena& arena_;
  std::vector<Step> path_;
  std::vector<std::string> errors_;
};

}  // namespace

bool is_valid(const Place& place, const Value& value, json::Arena& arena) {
  Validator validator(arena);
  validator.walk(place, value);
  return validator.passed();
}

Result<void> validate(const schema::Type& type, const Value& object, json::Arena& arena) {
  Validator validator(arena);
  validator.walk(Place::of(type), object);
  return validator.finish();
}

}  // namespace pedalion::managedfields
