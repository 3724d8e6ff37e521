#include "pedalion/watchcache/history.h"

#include <gtest/gtest.h>

namespace pedalion::watchcache {
namespace {

using namespace std::chrono_literals;

BatchPtr change_at(Revision revision, std::size_t bytes) {
  auto object = std::make_shared<Object>();
  object->json = Bytes(std::string(bytes, ' '));
  auto batch = std::make_shared<Batch>(1);
  batch->changes[0].revision = revision;
  batch->changes[0].object = std::move(object);
  return batch;
}

TEST(History, KeepsNoMoreBytesThanItMay) {
  History history(75s, 1000, 1000);
  history.restart(10);
  for (Revision revision = 11; revision <= 20; ++revision) history.append(change_at(revision, 100));
  EXPECT_EQ(history.begin(), 10);
  history.append(change_at(21, 250));
  EXPECT_EQ(history.begin(), 13);
  EXPECT_EQ(history.after(13).size(), 8u);
  EXPECT_EQ(history.after(20).size(), 1u);
  history.append(change_at(22, 5000));
  EXPECT_EQ(history.begin(), 21) << "the last one stays, however large it is";
  EXPECT_EQ(history.size(), 1u);
}

TEST(History, KeepsNoMoreChangesThanItMay) {
  History history(75s, 3, 1 << 20);
  for (Revision revision = 1; revision <= 5; ++revision) history.append(change_at(revision, 1));
  EXPECT_EQ(history.begin(), 2);
  EXPECT_EQ(history.size(), 3u);
}

}  // namespace
}  // namespace pedalion::watchcache
