#pragma once
// Random objects made from a schema type, for tests: all that the type can hold, and nothing that protobuf
// cannot tell apart (an empty list is an absent one there).
#include <random>
#include <string>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/schema/type.h"

namespace pedalion::codec {

class RandomObject {
 public:
  RandomObject(unsigned seed, json::Arena& arena) : random_(seed), arena_(arena) {}

  json::Value of(const schema::Type& type, int depth = 0) {
    using schema::Shape;
    switch (type.shape) {
      case Shape::kString:
        return json::Value::string(kTexts[below(std::size(kTexts))]);
      case Shape::kBytes:
        return json::Value::string(kBase64[below(std::size(kBase64))]);
      case Shape::kBool:
        return json::Value::boolean(below(2) != 0);
      case Shape::kInt32:
        return json::Value::integer(static_cast<std::int32_t>(random_()));
      case Shape::kUint32:
        return json::Value::integer(static_cast<std::uint32_t>(random_()));
      case Shape::kInt64:
        return json::Value::integer(static_cast<std::int64_t>(random_()) << below(32));
      case Shape::kDouble:
        return json::Value::number(static_cast<double>(random_()) / 64);
      case Shape::kStruct:
        return structure(type, depth);
      case Shape::kAlternatives:
        return of(*type.fields[below(type.fields.size())].type, depth + 1);
      case Shape::kList:
      case Shape::kMap:
        return container(type, depth);
      default:
        return special(type.shape);
    }
  }

 private:
  std::size_t below(std::size_t count) { return random_() % count; }

  json::Value structure(const schema::Type& type, int depth) {
    json::Value made = json::Value::object(arena_);
    for (const auto& field : type.fields) {
      bool leaf = field.type->fields.empty() && field.type->element == nullptr;
      bool wanted = field.proto_number != 0 && (leaf || !field.omitempty || depth < 6) && below(4) != 0;
      if (wanted && (leaf || depth < 12)) made.append_member(field.name, of(*field.type, depth + 1), arena_);
    }
    return made;
  }

  json::Value container(const schema::Type& type, int depth) {
    std::size_t count = depth < 6 ? 1 + below(3) : 1;
    json::Value made = type.is_list() ? json::Value::array(arena_) : json::Value::object(arena_);
    for (std::size_t i = 0; i < count; ++i) {
      json::Value element = of(*type.element, depth + 1);
      if (type.is_list())
        made.push_back(element, arena_);
      else
        made.set(arena_.copy(std::to_string(below(30)) + std::string(kTexts[below(std::size(kTexts))])),
                 element, arena_);
    }
    return made;
  }

  json::Value special(schema::Shape shape) {
    using schema::Shape;
    auto one_of = [&](auto&... texts) {
      const char* all[] = {texts...};
      return json::Value::string(all[below(sizeof...(texts))]);
    };
    switch (shape) {
      case Shape::kTime:
        return one_of("2026-01-02T03:04:05Z", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59Z");
      case Shape::kMicroTime:
        return one_of("2026-01-02T03:04:05.000006Z", "1969-12-31T23:59:59.999999Z");
      case Shape::kDuration:
        return one_of("1h2m3s", "-5ms", "0s");
      case Shape::kQuantity:
        return one_of("0", "100m", "1Gi", "-3");
      case Shape::kIntOrString:
        return below(2) != 0 ? json::Value::integer(static_cast<std::int32_t>(random_()))
                             : json::Value::string("25%");
      default: {  // JSON that stays JSON
        json::Value made = json::Value::object(arena_);
        made.append_member("kind", json::Value::string("A\"B"), arena_);
        made.append_member("list", json::Value::array(arena_), arena_);
        return made;
      }
    }
  }

  static constexpr std::string_view kTexts[] = {"a", "two words", "\"<\\>&\n", "Grüße €", "😀", "\x01"};
  static constexpr std::string_view kBase64[] = {"AA==", "AAE=", "//79"};
  std::minstd_rand random_;
  json::Arena& arena_;
};

}  // namespace pedalion::codec
