#pragma once
// What the name of a resource (cpu, hugepages-2Mi, requests.storage, example.com/gpu) says about it.
#include <string_view>

namespace pedalion::quota {

constexpr std::string_view kRequestsPrefix = "requests.";

/// Without a domain, or of kubernetes.io.
bool is_native_resource(std::string_view name);
/// Of another domain, and not a request of a quota.
bool is_extended_resource(std::string_view name);
bool is_huge_page_resource(std::string_view name);
/// `deviceclass.resource.kubernetes.io/CLASS`: devices of a class, asked for as an extended resource.
bool is_device_class_resource(std::string_view name);

}  // namespace pedalion::quota
