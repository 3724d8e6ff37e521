#pragma once
// The EndpointSlices of a Service: which to write, make and remove. Pure.
#include <string>
#include <vector>

#include "pedalion/apimachinery/json/value.h"

namespace pedalion::controllers::endpoint_slice {

/// At most so many endpoints lie in one slice.
inline constexpr std::size_t kSliceSize = 100;

struct SlicePlan {
  std::vector<json::Document> create, update;
  std::vector<std::string> remove;  // names
};

/// `present` are those of the service that this controller manages. Endpoints stay in the slice where they
/// are.
SlicePlan plan_slices(const json::Value& service, const std::vector<const json::Value*>& pods,
                      const std::vector<const json::Value*>& present);

/// Whether a slice is one of this controller's; of which service.
bool is_managed(const json::Value& slice);
std::string_view service_of(const json::Value& slice);

}  // namespace pedalion::controllers::endpoint_slice
