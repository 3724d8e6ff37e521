#pragma once
// Keeps one object in each namespace: what the service account and the root CA controllers have in common.
#include <functional>
#include <memory>
#include <string>

#include "pedalion/controllers/controller.h"

namespace pedalion::controllers {

struct NamespaceObject {
  std::string controller;  // its name, for the log
  meta::GroupVersionResource resource;
  std::string name;
  /// The object's JSON, without its namespace.
  std::string object;
  /// Puts one right that is there. False: there is nothing to be done. Empty: all will do.
  std::function<bool(json::Document& present)> repair;
};

/// There is such an object in each active namespace; it comes back where it is deleted.
std::unique_ptr<Controller> keep_in_each_namespace(const Context& context, NamespaceObject wanted);

}  // namespace pedalion::controllers
