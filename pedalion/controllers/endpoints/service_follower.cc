#include "pedalion/controllers/endpoints/service_follower.h"

#include "pedalion/controllers/endpoints/service_endpoints.h"

namespace pedalion::controllers::endpoints {

using client::api::Object;

ServiceFollower::ServiceFollower(const Context& context, std::function<void(std::string key)> look)
    : services_(context.informers.of({"", "v1", "services"})),
      pods_(context.informers.of({"", "v1", "pods"})),
      look_(std::move(look)) {
  auto changed = [this](const Object& service) { look_(client::api::key_of(service)); };
  services_.add_handler({.on_add = [changed](const Object& service, bool) { changed(service); },
                         .on_update = [changed](const Object&, const Object& now) { changed(now); },
                         .on_delete = [changed](const Object& last, bool) { changed(last); }});
  pods_.add_handler({.on_add = [this](const Object& pod, bool) { look_for(pod); },
                     .on_update =
                         [this](const Object& before, const Object& now) {
                           look_for(before);
                           look_for(now);
                         },
                     .on_delete = [this](const Object& last, bool) { look_for(last); }});
}

Task<void> ServiceFollower::wait_for_sync() {
  co_await services_.wait_for_sync();
  co_await pods_.wait_for_sync();
}

Object ServiceFollower::service(std::string_view namespace_name, std::string_view name) const {
  return services_.get(namespace_name, name);
}

std::vector<json::Document> ServiceFollower::pods_in(std::string_view namespace_name) const {
  std::vector<json::Document> result;
  for (const auto& pod : pods_.list(namespace_name)) result.push_back(pod.parse());
  return result;
}

void ServiceFollower::look_for(const Object& pod) {
  auto services = services_.list(pod.namespace_());
  if (services.empty()) return;
  auto tree = pod.parse();
  for (const auto& service : services) {
    auto object = service.parse();
    if (has_endpoints(object.root) && selects(object.root, tree.root)) look_(client::api::key_of(service));
  }
}

}  // namespace pedalion::controllers::endpoints
