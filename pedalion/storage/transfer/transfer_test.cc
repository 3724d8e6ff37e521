#include "pedalion/storage/transfer/transfer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "pedalion/storage/memory/memory_store.h"

namespace pedalion::storage::transfer {
namespace {

Revision put(Store& store, std::string key, std::string value) {
  auto revision = sync_wait(store.create(std::move(key), Bytes(std::move(value)), {}));
  return revision ? *revision : 0;
}

std::vector<std::string> by_revision(Store& store) {
  auto entries = sync_wait(store.list("", {}))->entries;
  std::ranges::sort(entries, {}, &Entry::revision);
  std::vector<std::string> all;
  for (const Entry& entry : entries) all.push_back(entry.key + "=" + std::string(entry.value.view()));
  return all;
}

class Transfer : public ::testing::Test {
 protected:
  Transfer() {
    Revision first = put(*from_, "/z", std::string("a\0\n\xff", 4));
    put(*from_, "/empty", "");
    for (int number = 0; number < 2500; ++number)
      put(*from_, "/many/" + std::to_string(number), std::to_string(number));
    EXPECT_TRUE(sync_wait(from_->update("/z", Bytes(std::string("b\0\n", 3)), first, {})));
  }
  std::string exported(const std::string& prefix = "/") {
    std::ostringstream out;
    EXPECT_TRUE(export_store(*from_, prefix, out));
    return out.str();
  }
  Result<Summary> import(const std::string& text) {
    std::istringstream in(text);
    return import_store(*to_, in, "", {});
  }
  std::unique_ptr<Store> from_ = memory::make_store({}), to_ = memory::make_store({});
};

TEST_F(Transfer, KeepsKeysValuesAndTheOrderOfWrites) {
  auto summary = import(exported());
  ASSERT_TRUE(summary) << summary.error().message;
  EXPECT_EQ(summary->keys, 2502u);
  EXPECT_EQ(by_revision(*to_), by_revision(*from_));
}

TEST_F(Transfer, TakesAPrefix) {
  ASSERT_TRUE(import(exported("/many/1")));
  EXPECT_FALSE(sync_wait(to_->get("/z")));
  EXPECT_TRUE(sync_wait(to_->get("/many/1999")));
}

TEST_F(Transfer, RefusesWhatIsNotWhole) {
  std::string whole = exported();
  EXPECT_FALSE(import(""));
  EXPECT_FALSE(import("garbage\n"));
  for (std::size_t size = 20; size < whole.size() - 1; size += whole.size() / 17) {
    to_ = memory::make_store({});
    auto summary = import(whole.substr(0, size));
    ASSERT_FALSE(summary) << size;
    EXPECT_NE(summary.error().message.find("damaged"), std::string::npos);
  }
}

TEST_F(Transfer, OverwritesNothing) {
  put(*to_, "/empty", "mine");
  auto summary = import(exported());
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().reason, "AlreadyExists");
  EXPECT_EQ(sync_wait(to_->get("/empty"))->value.view(), "mine");
}

}  // namespace
}  // namespace pedalion::storage::transfer
