#pragma once
// The seeds of a property test: the same in every run, others when the environment variable SEED names them.
#include <ranges>

namespace pedalion::apimachinery::testing {

/// 1 to `count` (a fifth of them in instrumented builds, at least one). SEED=7 makes it that one,
/// SEED=100-900 all of those.
std::ranges::iota_view<unsigned, unsigned> seeds(unsigned count);

}  // namespace pedalion::apimachinery::testing
