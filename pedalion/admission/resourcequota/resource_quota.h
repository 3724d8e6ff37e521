#pragma once
// ResourceQuota: writes keep within the quotas of their namespace.
#include <memory>

#include "pedalion/admission/admission.h"
#include "pedalion/admission/cluster.h"

namespace pedalion::admission::resourcequota {

std::unique_ptr<Plugin> resource_quota(Cluster& cluster);

}  // namespace pedalion::admission::resourcequota
