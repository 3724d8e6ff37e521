#include "pedalion/controllers/root_ca/root_ca_publisher.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/parse.h"

namespace pedalion::controllers::root_ca {
namespace {

TEST(RootCaPublisherTest, KnowsWhatItPublished) {
  auto made = json::parse(root_ca_object("PEM\n"));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->root.string_at({"metadata", "name"}), "kube-root-ca.crt");
  EXPECT_FALSE(publish_in(*made, "PEM\n"));
  EXPECT_TRUE(publish_in(*made, "another"));
  EXPECT_EQ(made->root.string_at({"data", "ca.crt"}), "another");
  made->root.find("metadata")->erase("annotations");
  EXPECT_TRUE(publish_in(*made, "another"));
  EXPECT_FALSE(publish_in(*made, "another"));
}

}  // namespace
}  // namespace pedalion::controllers::root_ca
