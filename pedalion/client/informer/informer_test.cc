#include "pedalion/client/informer/informer.h"

#include <gmock/gmock.h>

#include "pedalion/base/signal.h"
#include "pedalion/base/testing/manual_loop.h"
#include "pedalion/client/informer/scripted.h"

namespace pedalion::client::informer {
namespace {
using namespace testing;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

struct InformerTest : ::testing::Test {
  InformerOptions made_options() {
    InformerOptions options;
    options.clock = loop.clock();
    options.seed = 5;
    options.on_error = [this](const Status& error) { errors.push_back(error.code); };
    return options;
  }
  Informer made(InformerOptions options) {
    auto scripted = std::make_unique<Scripted>(loop);
    source = scripted.get();
    return Informer(std::move(scripted), std::move(options));
  }
  EventHandler writing(std::vector<std::string>& log) {
    auto text = [](const api::Object& each) {
      return std::string(each.name()) + "@" + std::string(each.resource_version());
    };
    return {[=, &log](const api::Object& it, bool initial) {
              log.push_back("+" + text(it) + (initial ? " initial" : ""));
            },
            [=, &log](const api::Object& before, const api::Object& now) {
              log.push_back("~" + text(before) + " " + text(now));
            },
            [=, &log](const api::Object& last, bool seen) {
              log.push_back("-" + text(last) + (seen ? "" : " unseen"));
            }};
  }

  pedalion::testing::ManualLoop loop;
  Scripted* source = nullptr;
  std::vector<int> errors;
  std::vector<std::string> log;
  Informer informer = made(made_options());
};

TEST_F(InformerTest, TellsAndHoldsWhatTheServerHas) {
  informer.add_handler(writing(log));
  auto channel = source->will_watch({added("a", "1"), added("b", "2")});
  informer.start();
  loop.run();
  EXPECT_FALSE(informer.synced());
  EXPECT_EQ(informer.size(), 0u);
  channel->push(bookmark("5", true));
  EXPECT_TRUE(informer.synced());
  for (EventResult event : {added("c", "6"), modified("a", "7"), deleted("b", "8"), bookmark("9")})
    channel->push(event);
  EXPECT_THAT(log, ElementsAre("+a@1 initial", "+b@2 initial", "+c@6", "~a@1 a@7", "-b@8"));
  EXPECT_EQ(informer.size(), 2u);
  EXPECT_EQ(informer.get("default", "a").resource_version(), "7");
  EXPECT_EQ(informer.list("default").size(), 2u);
  EXPECT_EQ(informer.resource_version(), "9");
}

TEST_F(InformerTest, NobodySeesWhatCannotBe) {
  informer.add_handler(writing(log));
  source->will_watch(
      {bookmark("5", true), modified("unknown", "6"), added("unknown", "7"), deleted("never", "8")});
  informer.start();
  loop.run();
  EXPECT_THAT(log, ElementsAre("+unknown@6", "~unknown@6 unknown@7"));
}

TEST_F(InformerTest, AfterAGapTheDifferencesAreTold) {
  informer.add_handler(writing(log));
  source->will_watch(
      {added("a", "1"), added("b", "2"), added("c", "3"), bookmark("5", true), error(410, "Expired")});
  source->will_watch({added("a", "1"), added("b", "7"), added("d", "8"), bookmark("9", true)});
  informer.start();
  loop.run();
  log.clear();
  loop.advance(2s);
  EXPECT_THAT(log, ElementsAre("~b@2 b@7", "+d@8", "-c@3 unseen"));
  EXPECT_THAT(errors, ElementsAre(410));
}

TEST_F(InformerTest, LateHandlersGetWhatIsThere) {
  auto channel = source->will_watch({added("a", "1"), bookmark("5", true)});
  informer.start();
  loop.run();
  informer.add_handler(writing(log));
  EXPECT_THAT(log, ElementsAre("+a@1 initial"));
  channel->push(added("b", "6"));
  EXPECT_THAT(log, ElementsAre("+a@1 initial", "+b@6"));
}

TEST_F(InformerTest, AHandlerAddedByAHandlerSeesEachChangeOnce) {
  informer.add_handler({[&](const api::Object&, bool) {
                          if (log.empty()) informer.add_handler(writing(log));
                        },
                        {},
                        {}});
  source->will_watch({added("a", "1"), added("b", "2"), bookmark("5", true), added("c", "6")});
  informer.start();
  loop.run();
  EXPECT_THAT(log, ElementsAre("+a@1 initial", "+b@2 initial", "+c@6"));
}

TEST_F(InformerTest, TransformsBeforeItKeeps) {
  auto options = made_options();
  options.transform = [](api::Object each) { return object(each.name(), each.resource_version(), "small"); };
  Informer small = made(options);
  source->will_watch({added("a", "1"), bookmark("5", true), added("b", "6"), deleted("a", "7")});
  small.start();
  loop.run();
  EXPECT_EQ(small.list("small").size(), 2u);
}

TEST_F(InformerTest, FindsByIndex) {
  informer.add_index(
      "uid", [](const api::Object& each, std::vector<std::string>& keys) { keys.emplace_back(each.uid()); });
  source->will_watch({added("a", "1"), added("b", "2"), bookmark("5", true)});
  informer.start();
  loop.run();
  EXPECT_EQ(informer.by_index("uid", "u").size(), 2u);
}

Task<void> note_sync(Informer& informer, int& count) {
  co_await informer.wait_for_sync();
  ++count;
}

TEST_F(InformerTest, WakesAllWhoWaitForSync) {
  int count = 0;
  Job first(note_sync(informer, count)), second(note_sync(informer, count));
  {
    Job third(note_sync(informer, count));
  }
  source->will_watch({bookmark("5", true)});
  informer.start();
  EXPECT_EQ(count, 0);  // not within the informer's own turn
  loop.run();
  EXPECT_EQ(count, 2);
  Job late(note_sync(informer, count));
  EXPECT_EQ(count, 3);
}

Task<void> destroy_when_synced(std::unique_ptr<Informer>& informer) {
  co_await informer->wait_for_sync();
  informer.reset();
}

TEST_F(InformerTest, WhoWaitedForSyncMayDestroyIt) {
  auto scripted = std::make_unique<Scripted>(loop);
  scripted->will_watch({bookmark("5", true)});
  auto own = std::make_unique<Informer>(std::move(scripted), made_options());
  own->start();
  Job job(destroy_when_synced(own));
  loop.run();
  EXPECT_EQ(own, nullptr);
}

TEST_F(InformerTest, StopsAndStartsAgain) {
  informer.add_handler(writing(log));
  auto first = source->will_watch({added("a", "1"), bookmark("5", true)});
  informer.start();
  loop.run();
  informer.stop();
  first->push(added("b", "6"));
  loop.run();
  EXPECT_EQ(informer.size(), 1u);
  source->will_watch({added("b", "6"), bookmark("7", true)});
  informer.start();
  loop.run();
  EXPECT_THAT(log, ElementsAre("+a@1 initial", "+b@6", "-a@1 unseen"));
}

}  // namespace
}  // namespace pedalion::client::informer
