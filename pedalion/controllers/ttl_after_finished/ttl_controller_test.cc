#include "pedalion/controllers/ttl_after_finished/ttl_controller.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/parse.h"

namespace pedalion::controllers::ttl_after_finished {
namespace {

constexpr std::int64_t kNow = 1'767'323'045;  // 2026-01-02T03:04:05Z

TEST(TtlControllerTest, CountsFromTheEnd) {
  auto left = [](std::string spec, std::string_view type) {
    auto job =
        json::parse(R"({"spec":{)" + spec + R"(},"status":{"conditions":[{"type":")" + std::string(type) +
                    R"(","status":"True","lastTransitionTime":"2026-01-02T03:04:00Z"}]}})");
    return seconds_left(job->root, kNow);
  };
  EXPECT_EQ(left(R"("ttlSecondsAfterFinished":30)", "Complete"), 25);
  EXPECT_EQ(left(R"("ttlSecondsAfterFinished":0)", "Failed"), 0);
  EXPECT_FALSE(left(R"("ttlSecondsAfterFinished":30)", "Suspended"));
  EXPECT_FALSE(left("", "Complete"));
}

}  // namespace
}  // namespace pedalion::controllers::ttl_after_finished
