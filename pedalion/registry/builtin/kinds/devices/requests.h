#pragma once
// What a claim asks for, and how it is configured.
#include "pedalion/registry/builtin/kinds/devices/names.h"
#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds::devices {

/// What is stored was valid when it was written: limits and compilers may have changed since.
enum class Origin : bool { kNew, kStored };

/// A DeviceClaim: requests, constraints, configuration.
void check_device_claim(const Field& claim);
void check_selectors(const Field& selectors, Origin origin);
/// `{opaque: {driver, parameters}}`.
void check_configuration(const Field& configuration, Origin origin);
/// A JSON object of at most so many bytes.
void check_raw_object(const Field& data, std::size_t limit, Origin origin);
void check_tolerations(const Field& tolerations);
void check_taints(const Field& taints);
/// Conditions that are waited for, and those that end the waiting, of a device or of a result.
void check_binding_conditions(const Field& device);

constexpr std::size_t kMaxListed = 32;  // requests, constraints, configurations, selectors, results

}  // namespace pedalion::registry::builtin::kinds::devices
