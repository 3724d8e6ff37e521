#include "pedalion/apimachinery/quota/resource_names.h"

#include <string>

#include "pedalion/apimachinery/meta/validation.h"

namespace pedalion::quota {

bool is_native_resource(std::string_view name) {
  return name.find('/') == name.npos || name.find("kubernetes.io/") != name.npos;
}

bool is_extended_resource(std::string_view name) {
  if (is_native_resource(name) || name.starts_with(kRequestsPrefix)) return false;
  // A quota must be able to count it.
  return meta::qualified_name_problems(std::string(kRequestsPrefix) + std::string(name)).empty();
}

bool is_huge_page_resource(std::string_view name) { return name.starts_with("hugepages-"); }

bool is_device_class_resource(std::string_view name) {
  return name.starts_with("deviceclass.resource.kubernetes.io/");
}

}  // namespace pedalion::quota
