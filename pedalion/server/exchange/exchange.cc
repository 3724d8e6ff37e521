#include "pedalion/server/exchange/exchange.h"

#include <algorithm>

namespace pedalion::server {

bool Exchange::is_long_running() const { return endpoints::is_long_running(info); }

bool Exchange::is_privileged() const {
  return user != nullptr && std::ranges::find(user->groups, "system:masters") != user->groups.end();
}

}  // namespace pedalion::server
