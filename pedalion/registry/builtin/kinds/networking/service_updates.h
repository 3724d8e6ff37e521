#pragma once
// What becomes of a service when it is updated: what it keeps, what goes with its former type, what may not
// change. And the warnings, which new and updated ones get.
#include "pedalion/registry/builtin/kinds/field.h"
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::networking {

/// Clients may write clusterIP or clusterIPs: the other follows. `old` is null for a new service.
void normalize_cluster_ips(Filler& service, const Value* old);
/// A new service's first state.
void prepare_service(Filler& service);
/// Takes over what was allocated and is not said anew, and drops what only the former type had.
void prepare_service_update(Filler& service, const Value& old);

/// What an update may not change.
void check_service_change(const Field& service, const Field& old);
/// Only load balancers have a class.
void check_load_balancer_class(const Field& spec);

void warn_of_service(const Value& service, Warnings& warnings);

}  // namespace pedalion::registry::builtin::kinds::networking
