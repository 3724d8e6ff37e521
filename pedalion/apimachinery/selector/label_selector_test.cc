#include "pedalion/apimachinery/selector/label_selector.h"

#include <gtest/gtest.h>

namespace pedalion::selector {
namespace {

std::string text_of(std::string_view selector) {
  auto parsed = LabelSelector::parse(selector);
  return parsed ? parsed->text() : parsed.error().message;
}

TEST(LabelSelector, IsWrittenByKeyAndElseAsItCame) {
  EXPECT_EQ(text_of("b = 1, a"), "a,b=1");
  EXPECT_EQ(text_of("x in (b, a, b), y notin (c)"), "x in (a,b),y notin (c)");
  EXPECT_EQ(text_of("x>1, x<9, !x"), "x>1,x<9,!x");
  std::string many = "a";
  for (int i = 0; i < 40; ++i) many += i % 3 == 0 ? ",!a" : ",a";
  EXPECT_EQ(text_of(many), many);
}

TEST(LabelSelector, KeepsAnEmptyValueOfASet) {
  EXPECT_EQ(text_of("x in (a,)"), "x in (,a)");
  EXPECT_EQ(text_of("x in (,a)"), "x in (,a)");
  EXPECT_EQ(text_of("x in ()"), "x in ()");
}

}  // namespace
}  // namespace pedalion::selector
