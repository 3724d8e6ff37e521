#pragma once
// The part of a service's allocation that asks nobody: which families it has, what it keeps of its former
// self.
#include "pedalion/apimachinery/meta/field_error.h"
#include "pedalion/registry/builtin/allocation/service_allocator.h"
#include "pedalion/registry/builtin/defaults/filler.h"

namespace pedalion::registry::builtin::allocation {

using defaults::Filler;

/// Whether a service of this spec has cluster IPs of its own (neither headless nor an external name).
bool needs_addresses(Filler& spec);
/// Whether ports that name no node port get one.
bool needs_node_ports(Filler& spec);

/// Brings clusterIPs, ipFamilies and ipFamilyPolicy together, as far as the ranges allow. `old` is the whole
/// service that is replaced, or null.
void shape_addresses(Filler& service, const json::Value* old, const ServiceRanges& ranges,
                     meta::FieldErrors& errors);

}  // namespace pedalion::registry::builtin::allocation
