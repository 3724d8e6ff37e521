#pragma once
// For tests: a few objects in place of a store.
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/registry/builtin/virtuals/reviews.h"

namespace pedalion::registry::builtin::virtuals {

/// Objects of all kinds by their names.
class ObjectsForTests final : public rest::Getter {
 public:
  ObjectsForTests() = default;
  ObjectsForTests(std::initializer_list<std::string_view> list) {
    for (std::string_view json : list) add(json);
  }
  void add(std::string_view json) {
    auto object = json::parse(json).value();
    std::string name(std::as_const(object.root).string_at({"metadata", "name"}));
    objects_[name] = unstored_object(object.root).value();
  }
  Task<Result<rest::ObjectPtr>> get(rest::RequestContext&, std::string name, rest::GetOptions) override {
    auto found = objects_.find(name);
    if (found == objects_.end()) co_return std::unexpected(meta::not_found({"", "things"}, name));
    co_return found->second;
  }

 private:
  std::map<std::string, rest::ObjectPtr> objects_;
};

}  // namespace pedalion::registry::builtin::virtuals
