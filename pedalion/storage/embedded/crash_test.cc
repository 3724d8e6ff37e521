// kill -9, torn and damaged files, a second opener, a full disk: what was answered is there, and nothing
// crashes.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include "pedalion/storage/embedded/check.h"
#include "pedalion/storage/embedded/embedded_store.h"
#include "pedalion/storage/embedded/temporary_directory.h"

namespace pedalion::storage::embedded {
namespace {

namespace fs = std::filesystem;

constexpr int kWriters = 8;

/// What a child tells through the pipe: first that it begins, then each answer; small enough to be written
/// whole.
struct Answer {
  int writer;
  int number;
  Revision revision;
};
constexpr int kPipe = 3;  // in the child

void tell(Answer answer) {
  if (::write(kPipe, &answer, sizeof answer) != sizeof answer) _exit(5);
}

/// Another run of this program that runs one disabled test only. (A forked copy would lack RocksDB's
/// threads.)
class Child {
 public:
  Child(const char* test, const std::string& directory, int round = 0) {
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    std::vector<std::string> words = {"/proc/self/exe", "--gtest_also_run_disabled_tests",
                                      std::string("--gtest_filter=DISABLED_Child.") + test};
    std::vector<std::string> variables = {"CHILD_DIRECTORY=" + directory,
                                          "CHILD_ROUND=" + std::to_string(round)};
    std::vector<char*> arguments, environment;
    for (auto& word : words) arguments.push_back(word.data());
    for (auto& variable : variables) environment.push_back(variable.data());
    for (char** variable = environ; *variable != nullptr; ++variable) environment.push_back(*variable);
    arguments.push_back(nullptr);
    environment.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], kPipe);
    EXPECT_EQ(::posix_spawn(&pid_, words[0].c_str(), &actions, nullptr, arguments.data(), environment.data()),
              0);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    pipe_ = ends[0];
  }
  ~Child() { ::close(pipe_); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  std::optional<Answer> read() {
    Answer answer;
    if (::read(pipe_, &answer, sizeof answer) != sizeof answer) return std::nullopt;
    return answer;
  }
  void kill() { ::kill(pid_, SIGKILL); }
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    return status;
  }

 private:
  pid_t pid_ = 0;
  int pipe_ = -1;
};

std::string child_directory() { return std::getenv("CHILD_DIRECTORY"); }
int child_round() { return std::atoi(std::getenv("CHILD_ROUND")); }

std::string key_of(int round, int writer, int number) {
  return "/" + std::to_string(round) + "/" + std::to_string(writer) + "/" + std::to_string(number % 10);
}
std::string value_of(int writer, int number) {
  return std::to_string(number) + ":" + std::string(100 + (writer * 37 + number * 11) % 2000, 'x');
}

TEST(DISABLED_Child, WritesUntilKilled) {
  tell({});
  auto store = EmbeddedStore::open({.directory = child_directory()});
  if (!store) _exit(3);
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&store, writer, round = child_round()] {
      std::map<std::string, Revision> revisions;
      for (int number = 0;; ++number) {
        std::string key = key_of(round, writer, number);
        Bytes value(value_of(writer, number));
        auto written = revisions.contains(key)
                           ? sync_wait((*store)->update(key, value, revisions[key], std::nullopt))
                           : sync_wait((*store)->create(key, value, std::nullopt));
        if (!written) _exit(4);
        revisions[key] = *written;
        tell({writer, number, *written});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

/// What the time to the kill is counted from. A store's first opening may take longer than that time.
enum class From { kStart, kFirstAnswer };

std::vector<Answer> run_and_kill(const std::string& directory, int round, std::chrono::microseconds after,
                                 From from) {
  Child child("WritesUntilKilled", directory, round);
  EXPECT_TRUE(child.read());
  std::vector<Answer> answers;
  if (from == From::kFirstAnswer) {
    if (auto answer = child.read()) answers.push_back(*answer);
  }
  std::thread killer([&child, after] {
    std::this_thread::sleep_for(after);
    child.kill();
  });
  while (auto answer = child.read()) answers.push_back(*answer);
  killer.join();
  int status = child.wait();
  EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself with " << WEXITSTATUS(status);
  return answers;
}

/// The last answered write of each key is there, or one that came after it and was not answered any more.
void expect_answered(EmbeddedStore& store, int round, const std::vector<Answer>& answers) {
  std::map<std::string, Answer> last;
  for (const Answer& answer : answers) last[key_of(round, answer.writer, answer.number)] = answer;
  for (const auto& [key, answer] : last) {
    auto entry = sync_wait(store.get(key));
    ASSERT_TRUE(entry) << key << " was answered with " << answer.revision << " and is lost";
    if (entry->revision == answer.revision) {
      ASSERT_EQ(entry->value.view(), value_of(answer.writer, answer.number)) << key;
    } else {
      ASSERT_GT(entry->revision, answer.revision) << key;
      ASSERT_EQ(entry->value.view(), value_of(answer.writer, answer.number + 10)) << key;
    }
  }
}

TEST(EmbeddedCrash, KillLosesNothingThatWasAnswered) {
  unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  TemporaryDirectory directory;
  Revision last = 1;
  std::size_t total = 0;
  for (int round = 0; round < 20; ++round) {
    auto answers = run_and_kill(directory.path(), round, std::chrono::microseconds(15000 + random() % 150000),
                                round % 2 == 0 ? From::kFirstAnswer : From::kStart);
    total += answers.size();
    auto report = check(directory.path(), Recovery::kStrict);
    ASSERT_TRUE(report) << report.error().message;
    ASSERT_EQ(report->problem_count, 0u) << report->problems[0];
    ASSERT_GE(report->last, last) << "revisions went back";
    auto store = EmbeddedStore::open({.directory = directory.path()});
    ASSERT_TRUE(store) << store.error().message;
    for (const Answer& answer : answers) ASSERT_GT(answer.revision, last);
    expect_answered(**store, round, answers);
    last = sync_wait((*store)->current_revision({})).value();
    if (round % 5 == 4) ASSERT_TRUE(sync_wait((*store)->compact(last - 1)));
  }
  EXPECT_GT(total, 200u) << "the writers hardly wrote";
}

TEST(DISABLED_Child, MakesAStore) {
  tell({});
  EXPECT_TRUE(EmbeddedStore::open({.directory = child_directory()}));
}

TEST(EmbeddedCrash, KillWhileAStoreIsMadeLeavesOneThatOpens) {
  unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 30; ++round) {
    TemporaryDirectory directory;
    Child child("MakesAStore", directory.path());
    ASSERT_TRUE(child.read());
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 15000));
    child.kill();
    child.wait();
    auto report = check(directory.path(), Recovery::kStrict);
    if (!report) EXPECT_NE(report.error().message.find("is not a store, or"), std::string::npos);
    auto store = EmbeddedStore::open({.directory = directory.path()});
    ASSERT_TRUE(store) << store.error().message;
    ASSERT_TRUE(sync_wait((*store)->create("/first", Bytes(), std::nullopt)));
  }
}

TEST(EmbeddedCrash, WhatRocksDbBeganAndDidNotNameIsNoStoreYet) {
  TemporaryDirectory directory;
  fs::create_directory(directory.path() + "/db");
  for (const char* name : {"LOCK", "IDENTITY", "MANIFEST-000001", "000001.dbtmp"})
    std::ofstream(directory.path() + "/db/" + name) << "begun";
  auto report = check(directory.path(), Recovery::kStrict);
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().message.find("is not a store, or"), std::string::npos) << report.error().message;
  auto store = EmbeddedStore::open({.directory = directory.path()});
  ASSERT_TRUE(store) << store.error().message;
}

class Damage : public testing::Test {
 protected:
  /// A store with a log of writes that are not in tables yet. Returns the WAL's path.
  fs::path fill() {
    run_and_kill(path(), 0, std::chrono::milliseconds(150), From::kFirstAnswer);
    fs::path newest;
    for (const auto& file : fs::directory_iterator(path() + "/db")) {
      if (file.path().extension() == ".log" && file.file_size() > 0) newest = file.path();
    }
    EXPECT_FALSE(newest.empty());
    return newest;
  }
  const std::string& path() const { return directory_.path(); }
  static void overwrite(const fs::path& file, std::streamoff at, std::string_view text) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(at);
    stream << text;
  }

  TemporaryDirectory directory_;
};

TEST_F(Damage, TornTailIsDropped) {
  fs::path wal = fill();
  for (int cut : {1, 7, 300, 3000}) {
    ASSERT_GT(fs::file_size(wal), 10000u);
    fs::resize_file(wal, fs::file_size(wal) - cut);
    auto report = check(path(), Recovery::kStrict);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->problem_count, 0u) << report->problems[0];
  }
  auto store = EmbeddedStore::open({.directory = path()});
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_TRUE(sync_wait((*store)->create("/after", Bytes(), std::nullopt)));
}

TEST_F(Damage, DamageInTheMiddleIsAnErrorThatSaysSo) {
  fs::path wal = fill();
  overwrite(wal, static_cast<std::streamoff>(fs::file_size(wal) / 2), "damage");
  auto store = EmbeddedStore::open({.directory = path()});
  ASSERT_FALSE(store);
  EXPECT_NE(store.error().message.find("is damaged"), std::string::npos) << store.error().message;
  EXPECT_NE(store.error().message.find("restore a backup"), std::string::npos);
  auto report = check(path(), Recovery::kDropDamagedTail);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->problem_count, 0u);
  EXPECT_GT(report->keys, 0u) << "what came before the damage is kept";
  EXPECT_TRUE(EmbeddedStore::open({.directory = path()}));
}

TEST_F(Damage, LostFilesAreErrors) {
  fill();
  ASSERT_TRUE(EmbeddedStore::open({.directory = path()}));  // replays the WAL into tables
  for (const char* name : {"CURRENT", ".sst", "MANIFEST"}) {
    TemporaryDirectory copy;
    fs::copy(path(), copy.path(), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    for (const auto& file : fs::directory_iterator(copy.path() + "/db")) {
      if (file.path().string().find(name) != std::string::npos) fs::remove(file.path());
    }
    auto store = EmbeddedStore::open({.directory = copy.path()});
    ASSERT_FALSE(store) << "without " << name;
    EXPECT_FALSE(store.error().message.empty());
  }
}

TEST_F(Damage, RandomDamageNeverCrashes) {
  unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  fill();
  for (int round = 0; round < 12; ++round) {
    TemporaryDirectory copy;
    fs::copy(path(), copy.path(), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    for (const auto& file : fs::directory_iterator(copy.path() + "/db")) {
      if (file.file_size() > 0 && random() % 2 == 0)
        overwrite(file.path(), random() % file.file_size(), "\xff\0?");
    }
    auto store = EmbeddedStore::open({.directory = copy.path()});
    if (store) (void)sync_wait((*store)->list("", {}));
    store = std::unexpected(Status());
    (void)check(copy.path(), Recovery::kDropDamagedTail);
  }
}

TEST(EmbeddedDirectory, HasOneOwner) {
  TemporaryDirectory directory;
  auto first = EmbeddedStore::open({.directory = directory.path()});
  ASSERT_TRUE(first);
  auto second = EmbeddedStore::open({.directory = directory.path()});
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("is in use by process " + std::to_string(::getpid())),
            std::string::npos);
  first->reset();
  EXPECT_TRUE(EmbeddedStore::open({.directory = directory.path()}));
}

TEST(EmbeddedDirectory, MustBeUsable) {
  TemporaryDirectory directory;
  std::ofstream(directory.path() + "/file") << "x";
  EXPECT_FALSE(EmbeddedStore::open({.directory = directory.path() + "/file"}));
  fs::create_directory(directory.path() + "/db");
  std::ofstream(directory.path() + "/db/strange") << "x";
  auto store = EmbeddedStore::open({.directory = directory.path()});
  ASSERT_FALSE(store);
  EXPECT_NE(store.error().message.find("is not a store"), std::string::npos) << store.error().message;
}

constexpr std::size_t kTooSmallToPack = 500;

/// No file may grow beyond a limit here: what EFBIG does, ENOSPC does elsewhere.
TEST(DISABLED_Child, FillsTheDisk) {
  std::signal(SIGXFSZ, SIG_IGN);
  auto store = EmbeddedStore::open({.directory = child_directory()});
  rlimit limit{200000, 200000};
  ASSERT_TRUE(store);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  Revision last = 0;
  Status failure(0, "", "");
  for (int number = 0; number < 1000 && failure.code == 0; ++number) {
    auto written = sync_wait((*store)->create("/" + std::to_string(number),
                                              Bytes(std::string(kTooSmallToPack, 'x')), std::nullopt));
    if (written)
      last = *written;
    else
      failure = written.error();
  }
  EXPECT_EQ(failure.code, 500);
  EXPECT_NE(failure.message.find("read-only since a write failed"), std::string::npos) << failure.message;
  EXPECT_FALSE((*store)->healthy());
  EXPECT_FALSE(sync_wait((*store)->create("/more", Bytes(), std::nullopt)));
  EXPECT_EQ(sync_wait((*store)->current_revision({})).value(), last);
  EXPECT_EQ(sync_wait((*store)->list("", {})).value().entries.size(), last - 1);
  EXPECT_GT(last, 50u);
}

TEST(EmbeddedDisk, FullDiskMakesTheStoreReadOnly) {
  TemporaryDirectory directory;
  int status = Child("FillsTheDisk", directory.path()).wait();
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  auto store = EmbeddedStore::open({.directory = directory.path()});
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_TRUE((*store)->healthy());
  EXPECT_TRUE(sync_wait((*store)->create("/again", Bytes(), std::nullopt)));
}

}  // namespace
}  // namespace pedalion::storage::embedded
