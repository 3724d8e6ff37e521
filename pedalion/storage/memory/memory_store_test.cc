#include "pedalion/storage/memory/memory_store.h"

#include "pedalion/storage/testing/store_suite.h"

namespace pedalion::storage::testing {
namespace {

class MemoryPlace final : public Place {
 public:
  std::unique_ptr<Store> open() override { return memory::make_store({}); }
  bool persistent() const override { return false; }
};

INSTANTIATE_TEST_SUITE_P(Memory, StoreSuite,
                         ::testing::Values(StoreUnderTest{"memory",
                                                          [] { return std::make_unique<MemoryPlace>(); }}));

}  // namespace
}  // namespace pedalion::storage::testing
