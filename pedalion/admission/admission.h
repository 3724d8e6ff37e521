#pragma once
// Admission: plugins that may change or refuse a write, after it was authorized and before it is stored.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/meta/group_version.h"
#include "pedalion/base/status.h"
#include "pedalion/base/task.h"
#include "pedalion/registry/rest/context.h"

namespace pedalion::admission {

enum class Operation : std::uint8_t { kCreate, kUpdate, kDelete, kConnect };

/// One write. Borrowed for the time of the call.
struct Attributes {
  Operation operation = Operation::kCreate;
  const meta::GroupVersionResource& resource;
  const meta::GroupVersionKind& kind;
  std::string_view subresource, ns, name;
  json::Document* object = nullptr;         // null for deletions
  const json::Value* old_object = nullptr;  // null for creations
  bool dry_run = false;
  /// What plugins have done to object, for who brings it into the form of its type again.
  enum class Changed : std::uint8_t {
    kNothing,
    kSpecMembers,  // set members of spec, of the right form, but maybe out of their order
    kAnything,
  };
  Changed changed = Changed::kNothing;
  registry::rest::RequestContext& context;

  void has_changed(Changed what) { changed = std::max(changed, what); }

  meta::GroupResource group_resource() const { return {resource.group, resource.resource}; }
  /// Of this resource, or of one of its subresources.
  bool concerns(std::string_view group, std::string_view resource_name) const {
    return resource.group == group && resource.resource == resource_name;
  }
  /// Of the object itself, of no subresource.
  bool writes(std::string_view group, std::string_view resource_name) const {
    return subresource.empty() && concerns(group, resource_name);
  }
};

/// 403 `pods "x" is forbidden: text`. Before an object has its name, its generateName stands there.
Status forbidden(const Attributes& attributes, std::string_view text);

/// Thread-safe.
class Plugin {
 public:
  virtual ~Plugin() = default;
  virtual std::string_view name() const = 0;
  virtual bool handles(Operation operation) const = 0;
  /// May change attributes.object.
  virtual Task<Result<void>> mutate(Attributes& attributes) { return accepted(attributes); }
  virtual Task<Result<void>> validate(const Attributes& attributes) { return accepted(attributes); }

 protected:
  static Task<Result<void>> accepted(const Attributes&) { co_return Result<void>(); }
};

/// The plugins in kube-apiserver's order (plugin_order.h): all mutate, then all validate; the first refusal
/// ends it.
class Chain {
 public:
  /// Before the first write; in any order.
  void add(std::unique_ptr<Plugin> plugin);
  Task<Result<void>> mutate(Attributes& attributes) const;
  Task<Result<void>> validate(const Attributes& attributes) const;
  const std::vector<std::unique_ptr<Plugin>>& plugins() const { return plugins_; }

 private:
  std::vector<std::unique_ptr<Plugin>> plugins_;
};

}  // namespace pedalion::admission
