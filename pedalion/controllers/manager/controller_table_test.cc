#include "pedalion/controllers/manager/controller_table.h"

#include <gmock/gmock.h>

namespace pedalion::controllers::manager {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string_view> names(const std::vector<std::string>& choice) {
  std::vector<std::string_view> result;
  auto chosen = chosen_controllers(choice);
  EXPECT_TRUE(chosen) << chosen.error().message;
  for (const auto* entry : *chosen) result.push_back(entry->name);
  return result;
}

TEST(ControllerTableTest, AStarMeansThoseThatAreOnByDefault) {
  std::size_t on = 0;
  for (const auto& entry : controller_table()) on += entry.on_by_default;
  EXPECT_EQ(names({"*"}).size(), on);
}

TEST(ControllerTableTest, NamesAreTakenAndTakenAway) {
  EXPECT_THAT(names({"namespace-controller"}), ElementsAre("namespace-controller"));
  EXPECT_THAT(names({"namespace"}), ElementsAre("namespace-controller"));
  EXPECT_THAT(names({"*", "-namespace-controller"}), Not(Contains("namespace-controller")));
  EXPECT_THAT(names({"-namespace", "*"}), Not(Contains("namespace-controller")));
  EXPECT_THAT(names({}), IsEmpty());
}

TEST(ControllerTableTest, UnknownNamesAreRefused) {
  auto chosen = chosen_controllers({"*", "-nothing"});
  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().message, "\"nothing\" is not in the list of known controllers");
}

}  // namespace
}  // namespace pedalion::controllers::manager
