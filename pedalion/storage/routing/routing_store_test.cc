#include "pedalion/storage/routing/routing_store.h"

#include <gtest/gtest.h>

#include "pedalion/storage/memory/memory_store.h"
#include "pedalion/storage/testing/harness.h"

namespace pedalion::storage::routing {
namespace {

class Routing : public ::testing::Test {
 protected:
  std::unique_ptr<Store> others_ = memory::make_store({}), events_ = memory::make_store({}),
                         pods_ = memory::make_store({});
  RoutingStore store_{*others_, {{"/registry/events/", events_.get()}, {"/registry/pods/", pods_.get()}}};

  Revision create(std::string key) {
    return sync_wait(store_.create(std::move(key), Bytes(std::string("x")), {})).value_or(0);
  }
};

TEST_F(Routing, KeysLieWhereTheirRouteSays) {
  create("/registry/events/default/a");
  create("/registry/pods/default/a");
  create("/registry/podtemplates/default/a");
  EXPECT_TRUE(sync_wait(events_->get("/registry/events/default/a")));
  EXPECT_TRUE(sync_wait(pods_->get("/registry/pods/default/a")));
  EXPECT_TRUE(sync_wait(others_->get("/registry/podtemplates/default/a")));
  EXPECT_EQ(sync_wait(others_->list("/", {}))->entries.size(), 1u);
  EXPECT_EQ(sync_wait(store_.list("/registry/pods/", {}))->entries.size(), 1u);
}

TEST_F(Routing, EachStoreCountsItsOwnRevisions) {
  create("/registry/events/default/a");
  create("/registry/events/default/b");
  Revision last = create("/registry/events/default/c");
  EXPECT_EQ(sync_wait(store_.current_revision("/registry/events/")).value(), last);
  EXPECT_LT(sync_wait(store_.current_revision("/registry/pods/")).value(), last);
  EXPECT_LT(sync_wait(store_.current_revision("/registry/secrets/")).value(), last);
}

TEST_F(Routing, WatchesAndChangesGoToTheOneStore) {
  testing::RecordingSink sink;
  auto watch = store_.watch("/registry/events/", 0, sink);
  ASSERT_TRUE(watch);
  Revision first = create("/registry/events/default/a");
  create("/registry/pods/default/a");
  ASSERT_TRUE(sync_wait(store_.update("/registry/events/default/a", Bytes(std::string("y")), first, {})));
  EXPECT_EQ(testing::to_texts(sink.wait_for_events(2)),
            (std::vector<std::string>{"put /registry/events/default/a=x",
                                      "put /registry/events/default/a=y was x"}));
  EXPECT_EQ(sync_wait(store_.remove("/registry/events/default/a", first)).error().code, 409);
}

}  // namespace
}  // namespace pedalion::storage::routing
