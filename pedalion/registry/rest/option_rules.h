#pragma once
// What options of writes and deletions may say, wherever they come from.
#include <string_view>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/meta/field_error.h"
#include "pedalion/base/status.h"
#include "pedalion/registry/rest/options.h"

namespace pedalion::registry::rest {

/// True when the only value is All. `values` are shown as Go shows them.
bool check_dry_run(const std::vector<std::string_view>& values, meta::FieldErrors& errors);

/// The options with their dry run, or 422 with all that is wrong with them.
Result<DeleteOptions> judged(DeleteOptions options, const std::vector<std::string_view>& dry_run);

/// `object` is a shaped DeleteOptions. Fails as judged() does.
Result<DeleteOptions> delete_options_of(const json::Value& object);

}  // namespace pedalion::registry::rest
