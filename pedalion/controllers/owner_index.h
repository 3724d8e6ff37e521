#pragma once
// An informer's objects by their controllers.
#include <string_view>
#include <vector>

#include "pedalion/client/informer/informer.h"

namespace pedalion::controllers {

/// Once or more often, before the informer starts.
void index_by_controller(client::informer::Informer& informer);
/// Those whose controller has that uid.
std::vector<client::api::Object> owned_by(const client::informer::Informer& informer, std::string_view uid);
/// Those in that namespace that have no controller.
std::vector<client::api::Object> orphans_in(const client::informer::Informer& informer,
                                            std::string_view namespace_name);

}  // namespace pedalion::controllers
