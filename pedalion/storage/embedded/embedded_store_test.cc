#include "pedalion/storage/embedded/embedded_store.h"

#include "pedalion/storage/embedded/temporary_directory.h"
#include "pedalion/storage/testing/store_suite.h"

namespace pedalion::storage::testing {
namespace {

using embedded::EmbeddedStore;

class EmbeddedPlace final : public Place {
 public:
  std::unique_ptr<Store> open() override {
    auto store = EmbeddedStore::open({.directory = directory_.path()});
    EXPECT_TRUE(store) << store.error().message;
    return store ? std::move(*store) : nullptr;
  }
  bool persistent() const override { return true; }

 private:
  embedded::TemporaryDirectory directory_;
};

INSTANTIATE_TEST_SUITE_P(Embedded, StoreSuite,
                         ::testing::Values(StoreUnderTest{"embedded",
                                                          [] { return std::make_unique<EmbeddedPlace>(); }}));

}  // namespace
}  // namespace pedalion::storage::testing
