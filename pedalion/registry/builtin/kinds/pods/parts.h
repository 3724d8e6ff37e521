#pragma once
// The parts of a pod's spec that are judged, a source each, and what they know of each other.
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds::pods {

/// What the containers of one spec have in common.
struct SpecFacts {
  std::map<std::string_view, const Value*, std::less<>> volumes;  // by name
  std::set<std::string_view, std::less<>> claims;                 // names of spec.resourceClaims
  std::int64_t grace_seconds = 0;
  std::string_view restart_policy;
  bool windows = false;
};

enum class ContainerKind : std::uint8_t { kMain, kInit, kEphemeral };

// containers.cc
void check_containers(const Field& spec, const SpecFacts& facts);
/// One ephemeral container, for the door of its own.
void check_ephemeral_containers(const Field& spec, const SpecFacts& facts);

// handlers.cc
void check_lifecycle(const Field& lifecycle, const SpecFacts& facts);
void check_liveness_probe(const Field& probe, const SpecFacts& facts);
void check_readiness_probe(const Field& probe, const SpecFacts& facts);
void check_startup_probe(const Field& probe, const SpecFacts& facts);

// environment.cc
void check_environment(const Field& env);
void check_environment_sources(const Field& env_from);
/// "metadata.name", "metadata.labels['x']", …: the path without its subscript, and the subscript.
std::pair<std::string_view, std::optional<std::string_view>> split_subscript(std::string_view path);
void check_resource_field_ref(const Field& ref, bool in_volume);

// requirements.cc
void check_requirements(const Field& resources, const std::set<std::string_view, std::less<>>* claims);
void check_pod_requirements(const Field& spec);
void check_resize_policy(const Field& policies, std::string_view restart_policy);

// pod_volumes.cc
void check_volumes(const Field& volumes, std::string_view pod_name, std::string_view service_account);
/// A file's path below a volume: relative, without "..".
void check_local_path(const Field& path);
bool is_block_source(const Value& volume);

// mounts.cc
void check_mounts_and_devices(const Field& container, const SpecFacts& facts);

// security.cc
void check_pod_security(const Field& spec);
/// What the operating system that the pod names does not have.
void check_operating_system(const Field& spec);
void check_container_security(const Field& container, bool host_users);

// placement.cc
void check_affinity(const Field& affinity);
void check_spread_constraints(const Field& constraints);

// network.cc
void check_dns(const Field& spec);
void check_host_aliases(const Field& aliases);

}  // namespace pedalion::registry::builtin::kinds::pods
