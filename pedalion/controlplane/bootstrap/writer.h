#pragma once
// Writes objects through the registry as the server itself does: many at a time, and the first error tells.
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "pedalion/registry/builtin/builtin_registry.h"

namespace pedalion::controlplane::bootstrap {

/// An object wanted, as JSON of any order.
struct Wanted {
  std::string group, resource, ns;
  json::Document object;
  std::string manager = "kube-apiserver";
};

/// Changes the present object (null: there is none) to the wanted one.
using Change = std::function<Result<json::Document>(const json::Value* present)>;

/// Borrowed by the tasks it makes, which end before it does.
class Writer {
 public:
  explicit Writer(registry::builtin::BuiltinRegistry& registry) : registry_(registry) {}

  /// Creates it; fine when it exists.
  Task<Result<void>> create(Wanted wanted);
  /// Creates or replaces it, without changing what is equal but for metadata.
  Task<Result<void>> put(Wanted wanted);
  /// Applies the status of an object, if it has no conditions yet.
  Task<Result<void>> apply_status(std::string group, std::string resource, std::string name,
                                  std::string manager, std::string status_json);

  /// Runs all at once; the first error, when all have ended.
  static Task<Result<void>> all(std::vector<Task<Result<void>>> tasks);

 private:
  Result<const registry::rest::Resource*> resource(const std::string& group, const std::string& resource,
                                                   const std::string& subresource = {}) const;
  static Result<void> shape(Wanted& wanted, const registry::rest::Resource& resource);

  registry::builtin::BuiltinRegistry& registry_;
};

}  // namespace pedalion::controlplane::bootstrap
