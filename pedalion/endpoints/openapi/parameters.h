#pragma once
// The parameters that operations take besides their body: the query options of each verb and the parts of the
// path.
#include <span>
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/schema/type.h"

namespace pedalion::openapi {

struct Parameter {
  std::string_view name, type;
  enum class In : bool { kQuery, kPathPart } in = In::kQuery;
  /// The name under which OpenAPI v2 lists it once for the whole document; clients know these names. Empty:
  /// spelt out.
  std::string_view shared_name;
};

/// Pointers to parameters are unique: the same parameter in two operations is the same pointer.
using Parameters = std::vector<const Parameter*>;

Parameters list_parameters();
Parameters delete_parameters();
Parameters delete_collection_parameters();
Parameters write_parameters();
Parameters patch_parameters();
/// The query options of exec, log, proxy and the like, by the kind that describes them; empty for other
/// kinds.
Parameters connect_parameters(std::string_view options_kind);

extern const Parameter kName, kNamespace, kPath, kPretty;

/// All that have a shared name.
std::span<const Parameter* const> shared_parameters();
/// In the order of OpenAPI documents: by name, the path's before the query's.
void sort(Parameters& parameters);

}  // namespace pedalion::openapi
