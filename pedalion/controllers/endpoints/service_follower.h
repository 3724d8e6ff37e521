#pragma once
// Which services have to be looked at when they, or the pods that they select, change.
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pedalion/client/informer/informer.h"
#include "pedalion/controllers/controller.h"

namespace pedalion::controllers::endpoints {

/// The informers' handlers refer to it. Belongs to the loop.
class ServiceFollower {
 public:
  /// `look` is called with namespace/name.
  ServiceFollower(const Context& context, std::function<void(std::string key)> look);

  Task<void> wait_for_sync();
  /// No object: it is gone.
  client::api::Object service(std::string_view namespace_name, std::string_view name) const;
  std::vector<json::Document> pods_in(std::string_view namespace_name) const;

 private:
  void look_for(const client::api::Object& pod);

  client::informer::Informer& services_;
  client::informer::Informer& pods_;
  std::function<void(std::string key)> look_;
};

}  // namespace pedalion::controllers::endpoints
