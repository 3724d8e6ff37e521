#include "pedalion/client/tools/leader_election.h"

#include <gmock/gmock.h>

#include "pedalion/base/signal.h"
#include "pedalion/base/testing/manual_loop.h"
#include "pedalion/client/tools/fake_api.h"
#include "pedalion/client/tools/retry.h"

namespace pedalion::client::tools {
namespace {
using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;

constexpr const char* kLease = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/me";

struct Candidate {
  Candidate(pedalion::testing::ManualLoop& loop, testing::FakeApi& api, std::string identity)
      : client(std::make_unique<testing::FakeTransport>(loop, api), {.qps = -1}),
        elector(client, made(loop, identity)) {}
  LeaderElectionOptions made(pedalion::testing::ManualLoop& loop, const std::string& identity) {
    LeaderElectionOptions options;
    options.namespace_name = "kube-system";
    options.name = "me";
    options.identity = identity;
    options.clock = loop.clock();
    options.on_started_leading = [this] { seen.push_back("started"); };
    options.on_stopped_leading = [this] { seen.push_back("stopped"); };
    options.on_new_leader = [this](const std::string& leader) { seen.push_back("leader " + leader); };
    return options;
  }
  std::vector<std::string> seen;
  rest::RestClient client;
  LeaderElector elector;
};

struct LeaderElectionTest : ::testing::Test {
  std::string spec(std::string_view field) {
    return std::string(api.at(kLease).root.string_at({"spec", field}));
  }
  std::int64_t number(std::string_view field) { return api.at(kLease).root.at({"spec", field})->int_or(-1); }
  pedalion::testing::ManualLoop loop;
  testing::FakeApi api;
  Candidate one{loop, api, "one"}, two{loop, api, "two"};
};

TEST_F(LeaderElectionTest, TheFirstMakesTheLeaseAndRenewsWithoutLooking) {
  one.elector.start();
  loop.run();
  EXPECT_TRUE(one.elector.leading());
  EXPECT_THAT(one.seen, ElementsAre("leader one", "started"));
  EXPECT_THAT(api.asked, ElementsAre("GET " + std::string(kLease), ::testing::StartsWith("POST ")));
  EXPECT_EQ(spec("holderIdentity"), "one");
  EXPECT_EQ(number("leaseDurationSeconds"), 15);
  EXPECT_EQ(number("leaseTransitions"), 0);
  const std::string acquired = spec("acquireTime");
  EXPECT_EQ(acquired.size(), std::string("2026-01-02T03:04:05.000006Z").size());
  api.asked.clear();
  loop.advance(10s);
  EXPECT_EQ(api.asked.size(), 5u);
  EXPECT_THAT(api.asked, Each("PUT " + std::string(kLease)));
  EXPECT_EQ(spec("acquireTime"), acquired);
}

TEST_F(LeaderElectionTest, TheSecondWaitsAndFollowsAfterARelease) {
  one.elector.start();
  loop.run();
  two.elector.start();
  loop.advance(60s);
  EXPECT_FALSE(two.elector.leading());
  EXPECT_EQ(two.elector.leader(), "one");
  Job gone(one.elector.stop());
  loop.advance(5s);
  EXPECT_TRUE(two.elector.leading());
  EXPECT_THAT(one.seen, ElementsAre("leader one", "started", "leader ", "stopped"));
  EXPECT_EQ(number("leaseTransitions"), 1);
}

TEST_F(LeaderElectionTest, ReleasesOnStop) {
  one.elector.start();
  loop.advance(3s);
  Job gone(one.elector.stop());
  loop.run();
  EXPECT_EQ(spec("holderIdentity"), "");
  EXPECT_EQ(number("leaseDurationSeconds"), 1);
  EXPECT_FALSE(one.elector.leading());
  EXPECT_FALSE(one.elector.running());
}

TEST_F(LeaderElectionTest, ADeadLeaderIsFollowedAfterItsLease) {
  auto dies = std::make_unique<Candidate>(loop, api, "dies");
  dies->elector.start();
  loop.run();
  two.elector.start();
  loop.run();
  dies.reset();
  loop.advance(14s);
  EXPECT_FALSE(two.elector.leading());
  loop.advance(6s);
  EXPECT_TRUE(two.elector.leading());
  EXPECT_THAT(two.seen, ElementsAre("leader dies", "leader two", "started"));
}

TEST_F(LeaderElectionTest, StopsLeadingWhenItCannotRenew) {
  one.elector.start();
  loop.run();
  api.fault = [](const std::string&) { return 1; };
  loop.advance(11s);
  EXPECT_TRUE(one.elector.leading());
  loop.advance(2s);
  EXPECT_FALSE(one.elector.leading());
  EXPECT_FALSE(one.elector.running());
  EXPECT_THAT(one.seen, ElementsAre("leader one", "started", "stopped"));
  api.fault = {};
  one.elector.start();
  loop.run();
  EXPECT_TRUE(one.elector.leading());
}

TEST_F(LeaderElectionTest, LooksAgainWhenSomebodyElseTouchedTheLease) {
  one.elector.start();
  loop.run();
  api.answer("PATCH", kLease, R"({"extra":"x"})");
  api.asked.clear();
  loop.advance(2s);
  EXPECT_TRUE(one.elector.leading());
  EXPECT_THAT(api.asked, ElementsAre("PUT " + std::string(kLease), "GET " + std::string(kLease),
                                     "PUT " + std::string(kLease)));
  EXPECT_EQ(api.at(kLease).root.string_at({"extra"}), "x");
}

Task<Result<int>> fails(int& times, std::string reason) {
  if (times-- > 0) co_return std::unexpected(Status(409, reason, "changed"));
  co_return 7;
}
Task<void> retry(Loop& loop, int& times, std::string reason, RetryOptions options, Result<int>& result) {
  result = co_await retry_on_conflict(loop, [&] { return fails(times, reason); }, options);
}

TEST_F(LeaderElectionTest, RetriesConflictsAndNothingElse) {
  auto run = [&](int times, std::string reason, RetryOptions options) {
    Result<int> result;
    Job job(retry(loop, times, reason, options, result));
    loop.advance(10s);
    EXPECT_TRUE(job.done());
    return std::pair(result ? *result : result.error().code, times);
  };
  EXPECT_EQ(run(4, "Conflict", {}), std::pair(7, -1));
  EXPECT_EQ(run(5, "Conflict", {}), std::pair(409, 0));
  EXPECT_EQ(run(9, "Conflict", kPatientRetry), std::pair(409, 5));
  EXPECT_EQ(run(5, "AlreadyExists", {}), std::pair(409, 4));
}

}  // namespace
}  // namespace pedalion::client::tools
