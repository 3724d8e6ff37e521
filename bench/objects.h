#pragma once
// The objects that are written and read, of a given size.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "bench/fleet.h"

namespace pedalion::bench {

/// A path below a namespace's collection: /api/v1/namespaces/NAMESPACE/RESOURCE[/NAME].
std::string path(std::string_view name_space, std::string_view resource, std::string_view name = {});

/// A ConfigMap of about `bytes` as it is sent, in one entry of data.
std::string config_map(std::string_view name, std::size_t bytes);
/// A Pod of about `bytes`, most of it environment variables of one container. `annotations`:
/// `"key":"value",…`.
std::string pod(std::string_view name, std::size_t bytes, std::string_view annotations = {});

/// A Pod as a Deployment makes one, and what a kubelet says of it: 4 kB as it is stored. `$NAME` stands for
/// its name.
std::string_view deployed_pod();
std::string_view status_of_deployed_pod();

Call create_config_map(std::string_view name_space, std::string_view name, std::size_t bytes);
enum class PatchForm : std::uint8_t { kMerge, kStrategic, kApply };
/// A merge or strategic merge patch that sets one short annotation.
Call annotate(std::string_view name_space, std::string_view resource, std::string_view name,
              std::uint64_t value, PatchForm form = PatchForm::kMerge);
/// An apply of the whole pod with that annotation.
Call apply_annotated_pod(std::string_view name_space, std::string_view name, std::uint64_t value,
                         std::size_t bytes);

/// Makes the namespace, and in it `count` ConfigMaps named cm-0, cm-1, …, as fast as the server takes them.
Result<Measured> fill(Fleet& fleet, const std::string& name_space, std::uint64_t count, std::size_t bytes);
Result<bool> create_namespace(Fleet& fleet, const std::string& name);

}  // namespace pedalion::bench
