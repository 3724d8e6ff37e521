#include "pedalion/apimachinery/managedfields/field_set.h"

#include <gtest/gtest.h>

namespace pedalion::managedfields {
namespace {

TEST(FieldSet, CoversWhatADifferenceLeavesNothingOf) {
  const FieldSet sets[] = {
      {},
      FieldSet::of_paths({{"f:a"}}),
      FieldSet::of_paths({{"f:a"}, {"f:a", "f:x"}}),
      FieldSet::of_paths({{"f:a", "f:x"}}),
      FieldSet::of_paths({{"f:a", "f:x"}, {"f:b"}}),
      FieldSet::of_paths({{"f:b"}, {"f:c"}}),
      FieldSet::of_paths({{"f:a", "k:{\"port\":9}"}, {"f:a", "k:{\"port\":80}", "f:port"}}),
      FieldSet::of_paths({{"f:a"}, {"f:a", "k:{\"port\":9}"}, {"f:a", "k:{\"port\":80}", "f:port"}, {"f:b"}}),
      FieldSet::of_paths({{"f:a", "k:{\"port\":80}"}, {"f:a", "k:{\"port\":80}", "f:port"}}),
  };
  int covered = 0;
  for (const FieldSet& all : sets) {
    for (const FieldSet& some : sets) {
      EXPECT_EQ(covers(all, some), difference(some, all).empty())
          << testing::PrintToString(all.path_texts()) << " " << testing::PrintToString(some.path_texts());
      if (covers(all, some)) ++covered;
    }
  }
  EXPECT_GT(covered, 15);
  EXPECT_LT(covered, 50);
}

}  // namespace
}  // namespace pedalion::managedfields
