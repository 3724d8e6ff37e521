#pragma once
// The parts of a pod's spec that are judged, a source each, and what they know of each other.
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "pedalion/registry/builtin/kinds/field.h"
#include "pedalion/registry/builtin/kinds/tolerations.h"

namespace pedalion::registry::builtin::kinds::pods {

using Names = std::set<std::string_view, std::less<>>;

/// What the parts of one spec have in common.
struct SpecFacts {
  bool of_pod = false;  // else of what pods are made from
  bool mirror = false;
  std::string_view pod_name;                                      // empty: not known
  std::map<std::string_view, const Value*, std::less<>> volumes;  // the valid ones, by name
  Names claims;                                                   // names of spec.resourceClaims
  std::optional<std::int64_t> grace_seconds;
  std::string_view restart_policy, os;
  bool host_users = true, host_network = false, host_ipc = false;
};

/// Calls visit(Field) for each container of a spec: main ones, then init, then ephemeral ones.
template <class Visit>
void each_container(const Field& spec, Visit visit) {
  for (std::string_view list : {"containers", "initContainers", "ephemeralContainers"})
    spec[list].each(visit);
}

/// Where errors of an object as a whole stand: "[]".
inline FieldPath whole_object() { return FieldPath().key(std::string_view()); }
/// White space at either end.
bool is_padded(std::string_view text);

// containers.cc
void check_containers(const Field& spec, const SpecFacts& facts);
void check_init_containers(const Field& spec, const SpecFacts& facts);
void check_ephemeral_containers(const Field& spec, const SpecFacts& facts);
/// What templates are let have: images with white space around.
void check_images(const Field& containers);

// handlers.cc
void check_lifecycle(const Field& lifecycle, const SpecFacts& facts);
void check_liveness_probe(const Field& probe, const SpecFacts& facts);
void check_readiness_probe(const Field& probe, const SpecFacts& facts);
void check_startup_probe(const Field& probe, const SpecFacts& facts);

// environment.cc
void check_environment(const Field& env);
void check_environment_sources(const Field& env_from);
/// A field of the pod that a container is told; `supported` are those that can be without a subscript.
void check_field_ref(const Field& ref, std::span<const std::string_view> supported);
void check_resource_field_ref(const Field& ref, bool in_volume);
/// Files that variables come from lie in empty directories.
void check_environment_files(const Field& spec);

// requirements.cc
void check_requirements(const Field& resources, const Names& claims);
void check_overhead(const Field& overhead);
void check_pod_requirements(const Field& spec, const SpecFacts& facts);
void check_resize_policy(const Field& policies, std::string_view restart_policy);

// pod_volumes.cc
/// Fills in facts.volumes.
void check_volumes(const Field& volumes, SpecFacts& facts);
/// Relative, without "..".
void check_local_path(const Field& path);
/// The same, and not beginning with ".." at all: such names are a kubelet's own.
void check_volume_path(const Field& path);
void check_file_mode(const Field& mode);
bool is_block_source(const Value& volume);

// projected_volumes.cc
/// A key of a secret or config map, and the file that it becomes.
void check_item(const Field& item);
void check_downward_volume(const Field& source);
void check_projected_volume(const Field& source);

// mounts.cc
void check_mounts_and_devices(const Field& container, const SpecFacts& facts);

// security.cc
void check_pod_security(const Field& spec, const SpecFacts& facts);
void check_container_security(const Field& context, bool host_users);
/// A user namespace of the pod's own goes with nothing of the host's.
void check_host_users(const Field& spec);

// windows.cc
void check_windows_options(const Field& options);
void check_host_processes(const Field& spec);
/// What the operating system that the pod names does not have.
void check_operating_system(const Field& spec);

// placement.cc
void check_affinity(const Field& affinity);
void check_spread_constraints(const Field& constraints);

// network.cc
void check_dns(const Field& spec);
void check_host_aliases(const Field& aliases);
void check_host_network_ports(const Field& spec, const SpecFacts& facts);
void check_hostname_override(const Field& spec);

}  // namespace pedalion::registry::builtin::kinds::pods
