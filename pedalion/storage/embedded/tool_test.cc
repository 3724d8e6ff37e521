#include "pedalion/storage/embedded/tool.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "pedalion/storage/embedded/check.h"
#include "pedalion/storage/embedded/database_internal.h"
#include "pedalion/storage/embedded/embedded_store.h"
#include "pedalion/storage/embedded/record_codec.h"
#include "pedalion/storage/embedded/temporary_directory.h"

namespace pedalion::storage::embedded {
namespace {

namespace fs = std::filesystem;

struct Outcome {
  int code;
  std::string out, err;
};

class StorageTool : public testing::Test {
 protected:
  std::unique_ptr<EmbeddedStore> open(const std::string& directory) {
    auto store = EmbeddedStore::open({.directory = directory});
    EXPECT_TRUE(store) << store.error().message;
    return store ? std::move(*store) : nullptr;
  }
  /// 40 keys, each changed once, a quarter of them deleted.
  void fill() {
    auto store = open(data_);
    for (int number = 0; number < 40; ++number) {
      std::string key = "/registry/" + std::to_string(number);
      Revision revision = *sync_wait(store->create(key, Bytes(std::string(100, 'a')), std::nullopt));
      revision = *sync_wait(store->update(key, Bytes(std::string(100, 'b')), revision, std::nullopt));
      if (number % 4 == 0) (void)sync_wait(store->remove(key, revision));
    }
  }
  static Outcome run(std::vector<std::string> arguments) {
    std::ostringstream out, err;
    int code = storage_command(arguments, out, err);
    return {code, out.str(), err.str()};
  }
  /// Changes the database behind the store's back.
  void meddle(auto change) {
    auto database = Database::open(data_, Database::Access::kWrite, Recovery::kStrict);
    ASSERT_TRUE(database);
    change(**database);
  }

  TemporaryDirectory directory_;
  std::string data_ = directory_.path() + "/data";
  std::string copy_ = directory_.path() + "/copy";
};

TEST_F(StorageTool, CheckFindsAWholeStoreWhole) {
  fill();
  auto outcome = run({"check", "--data-dir", data_});
  EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  EXPECT_NE(outcome.out.find("keys       30\n"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("revision   91\n"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("The store is whole."), std::string::npos);
}

TEST_F(StorageTool, CheckFindsWhatDoesNotFit) {
  fill();
  meddle([](Database& database) {
    database.db->Delete({}, database.index, "/registry/1");
    database.db->Put({}, database.index, "/registry/ghost", std::string("\5\0", 2));
    database.db->Delete({}, database.log, encode_revision(50));
    database.db->Put({}, database.log, encode_revision(60), "\7");
  });
  auto outcome = run({"check", "--data-dir=" + data_});
  EXPECT_EQ(outcome.code, 1);
  for (const char* part :
       {"the index lacks /registry/1,", "the index has /registry/ghost at revision 5, the log has not",
        "revisions 50 to 50 are missing", "record 60 cannot be decoded", "The store is damaged"}) {
    EXPECT_NE(outcome.out.find(part), std::string::npos) << part << "\n" << outcome.out;
  }
}

TEST_F(StorageTool, CompactGivesSpaceBackAndLeavesTheStoreWhole) {
  fill();
  auto outcome = run({"compact", "--data-dir", data_, "--revision", "40"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(run({"check", "--data-dir", data_}).code, 0) << run({"check", "--data-dir", data_}).out;
  outcome = run({"compact", "--data-dir", data_});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  auto report = check(data_, Recovery::kStrict);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->records, 30u) << "one a key";
  EXPECT_EQ(report->compacted, 91u);
  EXPECT_EQ(report->problem_count, 0u) << report->problems[0];
  auto store = open(data_);
  EXPECT_EQ(sync_wait(store->current_revision({})).value(), 91u);
  EXPECT_EQ(sync_wait(store->list("/registry/", {})).value().entries.size(), 30u);
  EXPECT_EQ(run({"compact", "--data-dir", data_, "--revision", "1000"}).code, 1);
}

TEST_F(StorageTool, BackupAndRestoreGiveTheSameStore) {
  fill();
  EXPECT_EQ(run({"backup", "--data-dir", data_, copy_}).code, 0);
  EXPECT_EQ(run({"backup", "--data-dir", data_, copy_}).code, 1) << "it exists";
  EXPECT_EQ(run({"restore", "--data-dir", data_, copy_}).code, 1) << "not empty";
  fs::remove_all(data_);
  auto outcome = run({"restore", "--data-dir", data_, copy_});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  auto store = open(data_);
  EXPECT_EQ(sync_wait(store->list("/registry/", {})).value().entries.size(), 30u);
  EXPECT_EQ(sync_wait(store->create("/new", Bytes(), std::nullopt)).value(), 92u);
  store.reset();
  EXPECT_EQ(run({"check", "--data-dir", copy_}).code, 0) << "the backup is as it was";
}

TEST_F(StorageTool, OnlineBackupHoldsWhatWasAnswered) {
  auto store = open(data_);
  (void)sync_wait(store->create("/a", Bytes(std::string("one")), std::nullopt));
  ASSERT_TRUE(store->backup(copy_));
  (void)sync_wait(store->create("/b", Bytes(std::string("two")), std::nullopt));
  auto copy = open(copy_);
  EXPECT_EQ(sync_wait(copy->get("/a")).value().value.view(), "one");
  EXPECT_FALSE(sync_wait(copy->get("/b")));
}

TEST_F(StorageTool, SaysWhoHasTheStore) {
  auto store = open(data_);
  for (const char* command : {"check", "compact"}) {
    auto outcome = run({command, "--data-dir", data_});
    EXPECT_EQ(outcome.code, 1);
    EXPECT_NE(outcome.err.find("is in use by process " + std::to_string(::getpid())), std::string::npos)
        << outcome.err;
  }
}

TEST_F(StorageTool, FindsTheStoreInAServersDataDirectory) {
  data_ = directory_.path() + "/server/storage";
  fill();
  EXPECT_EQ(run({"check", "--data-dir", directory_.path() + "/server"}).code, 0);
}

TEST_F(StorageTool, RefusesWrongUsage) {
  EXPECT_EQ(run({}).code, 2);
  EXPECT_EQ(run({"--help"}).code, 0);
  EXPECT_EQ(run({"check"}).code, 2);
  EXPECT_EQ(run({"check", "--data-dir"}).code, 2);
  EXPECT_EQ(run({"backup", "--data-dir", data_}).code, 2);
  EXPECT_EQ(run({"compact", "--data-dir", data_, "--revision", "-1"}).code, 2);
  EXPECT_EQ(run({"polish", "--data-dir", data_}).code, 2);
  EXPECT_EQ(run({"check", "--data-dir", directory_.path() + "/nowhere"}).code, 1);
  EXPECT_FALSE(fs::exists(directory_.path() + "/nowhere")) << "looking must not make";
}

}  // namespace
}  // namespace pedalion::storage::embedded
