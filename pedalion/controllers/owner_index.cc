#include "pedalion/controllers/owner_index.h"

#include "pedalion/controllers/ownership.h"

namespace pedalion::controllers {
namespace {

constexpr std::string_view kIndex = "controller";

/// No uid has a slash.
std::string orphans_key(std::string_view namespace_name) { return "/" + std::string(namespace_name); }

}  // namespace

void index_by_controller(client::informer::Informer& informer) {
  if (informer.has_index(kIndex)) return;
  informer.add_index(std::string(kIndex),
                     [](const client::api::Object& object, std::vector<std::string>& keys) {
                       auto tree = object.parse();
                       auto uid = controller_uid(tree.root);
                       keys.push_back(uid.empty() ? orphans_key(object.namespace_()) : std::string(uid));
                     });
}

std::vector<client::api::Object> owned_by(const client::informer::Informer& informer, std::string_view uid) {
  return informer.by_index(kIndex, uid);
}

std::vector<client::api::Object> orphans_in(const client::informer::Informer& informer,
                                            std::string_view namespace_name) {
  return informer.by_index(kIndex, orphans_key(namespace_name));
}

}  // namespace pedalion::controllers
