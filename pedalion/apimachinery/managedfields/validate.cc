#include <algorithm>
#include <vector>

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
    switch (place.type->shape) {
      case Shape::kStruct:
      case Shape::kMap:
        if (value.is_object()) {
          members(place, value);
        } else {
          fail("expected map, got &{" + meta::go_value_text(value) + "}");
        }
        break;
      case Shape::kList:
        if (value.is_array()) {
          items(place, value);
        } else {
          fail("expected list, got &{" + meta::go_value_text(value) + "}");
        }
        break;
      case Shape::kRawExtension:
        break;
      default:
        scalar(place.type->shape, value);
    }
  }

  Result<void> finish() const {
    if (errors_.empty()) return {};
    if (errors_.size() == 1) return std::unexpected(Status(500, "", errors_[0]));
    std::string text = "errors:";
    for (const auto& error : errors_) text += "\n  " + error;
    return std::unexpected(Status(500, "", std::move(text)));
  }

 private:
  static constexpr std::size_t kMaxErrors = 1000;

  void fail(const std::string& text) {
    if (errors_.size() < kMaxErrors) errors_.push_back(path_.empty() ? text : path_ + ": " + text);
  }

  void members(const Place& place, const Value& object) {
    std::size_t length = path_.size();
    for (const auto& member : object.members()) {
      path_ += '.';
      path_ += member.name;
      auto there = place.member(member.name);
      if (there) {
        walk(*there, member.value);
      } else {
        fail("field not declared in schema");
      }
      path_.resize(length);
      if (!there) return;
    }
  }

  void items(const Place& place, const Value& list) {
    bool keyed = place.form(list) != Form::kAtomic;
    std::vector<Element> seen;
    std::size_t length = path_.size();
    for (std::size_t i = 0; i < list.items().size(); ++i) {
      const Value& item = list.items()[i];
      if (keyed) {
        auto element = item_element(place, item, arena_);
        if (!element) return fail("element " + std::to_string(i) + ": " + element.error().message);
        note(*element, seen);
        append_element_text(*element, path_);
      } else {
        path_ += "[" + std::to_string(i) + "]";
      }
      walk(place.item(), item);
      path_.resize(length);
    }
  }

  /// Keeps `seen` sorted.
  void note(Element element, std::vector<Element>& seen) {
    auto less = [](Element a, Element b) { return compare_elements(a, b) < 0; };
    auto at = std::ranges::lower_bound(seen, element, less);
    if (at != seen.end() && compare_elements(*at, element) == 0) {
      std::string text;
      append_element_text(element, text);
      fail("duplicate entries for key " + text);
    } else {
      seen.insert(at, element);
    }
  }

  void scalar(Shape shape, const Value& value) {
    switch (shape) {
      case Shape::kBool:
        if (!value.is_bool()) fail("expected boolean, got &{" + meta::go_value_text(value) + "}");
        break;
      case Shape::kInt32:
      case Shape::kInt64:
      case Shape::kUint32:
      case Shape::kDouble:
        if (!value.is_number())
          fail("expected numeric (int or float), got " + std::string(meta::go_type_name(value)));
        break;
      case Shape::kQuantity:
      case Shape::kIntOrString:
        if (value.is_array() || value.is_object())
          fail("expected any scalar, got &{" + meta::go_value_text(value) + "}");
        break;
      default:
        if (!value.is_string())
          fail("expected string, got &value.valueUnstructured{Value:" + meta::go_syntax_text(value) + "}");
    }
  }

  json::Arena& arena_;
  std::string path_;
  std::vector<std::string> errors_;
};

}  // namespace

Result<void> validate(const schema::Type& type, const Value& object, json::Arena& arena) {
  Validator validator(arena);
  validator.walk(Place::of(type), object);
  return validator.finish();
}

}  // namespace pedalion::managedfields
