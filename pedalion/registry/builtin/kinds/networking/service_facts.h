#pragma once
// What a service of some shape has or needs, and its fields of addresses, which allocation judges before
// validation does.
#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds::networking {

// Of a whole service.
bool is_external_name(const Value& service);
bool is_load_balancer(const Value& service);
/// Node ports are its type's.
bool has_node_ports(const Value& service);
/// Reached from outside of the cluster.
bool is_externally_accessible(const Value& service);
/// A load balancer asks its nodes whether they have endpoints.
bool needs_health_check(const Value& service);
/// "None" is its only cluster IP.
bool is_headless(const Value& service);

/// clusterIP, clusterIPs, ipFamilies and ipFamilyPolicy by themselves and with each other.
void check_cluster_ips(const Field& service);

}  // namespace pedalion::registry::builtin::kinds::networking
