#include "pedalion/server/flags.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

namespace pedalion::server {
namespace {

Result<FlagValues> parse(std::vector<std::string> arguments) { return FlagValues::parse(arguments); }

TEST(Flags, HaveTheirDefaultsWhenNotGiven) {
  auto flags = parse({});
  ASSERT_TRUE(flags) << flags.error().message;
  EXPECT_EQ(flags->integer("secure-port"), 6443);
  EXPECT_EQ(flags->text("storage"), "embedded");
  EXPECT_TRUE(flags->boolean("anonymous-auth"));
  EXPECT_EQ(flags->duration("request-timeout"), std::chrono::minutes(1));
  EXPECT_EQ(flags->list("authorization-mode"), std::vector<std::string>{"AlwaysAllow"});
  EXPECT_FALSE(flags->is_set("secure-port"));
  EXPECT_TRUE(flags->without_effect().empty());
}

TEST(Flags, TakeTheFormsThatGoTakes) {
  auto flags = parse({"--secure-port=7000", "--bind-address", "::1", "--anonymous-auth=false",
                      "--enable-logs-handler", "-v=3", "--request-timeout=1m30s", "--goaway-chance=0.01"});
  ASSERT_TRUE(flags) << flags.error().message;
  EXPECT_EQ(flags->integer("secure-port"), 7000);
  EXPECT_EQ(flags->text("bind-address"), "::1");
  EXPECT_FALSE(flags->boolean("anonymous-auth"));
  EXPECT_TRUE(flags->boolean("enable-logs-handler"));
  EXPECT_EQ(flags->integer("v"), 3);
  EXPECT_EQ(flags->duration("request-timeout"), std::chrono::seconds(90));
  EXPECT_DOUBLE_EQ(flags->number("goaway-chance"), 0.01);
}

TEST(Flags, CollectListsAndRepetitions) {
  auto flags = parse({"--authorization-mode=Node,RBAC", "--authorization-mode=AlwaysDeny",
                      "--tls-sni-cert-key=a,b:x,y", "--tls-sni-cert-key=c,d"});
  ASSERT_TRUE(flags) << flags.error().message;
  EXPECT_EQ(flags->list("authorization-mode"), (std::vector<std::string>{"Node", "RBAC", "AlwaysDeny"}));
  EXPECT_EQ(flags->list("tls-sni-cert-key"), (std::vector<std::string>{"a,b:x,y", "c,d"}));
}

TEST(Flags, AreRefusedWhenUnknownOrIllFormed) {
  EXPECT_FALSE(parse({"--no-such-flag=1"}));
  EXPECT_FALSE(parse({"word"}));
  EXPECT_FALSE(parse({"--secure-port"}));
  EXPECT_FALSE(parse({"--secure-port=many"}));
  EXPECT_FALSE(parse({"--anonymous-auth=maybe"}));
  EXPECT_FALSE(parse({"--request-timeout=soon"}));
  auto failed = parse({"--secure-port=many"});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message,
            "invalid argument \"many\" for \"--secure-port\" flag: must be a whole number");
}

TEST(Flags, SayWhichHaveNoEffect) {
  auto flags = parse({"--watch-cache=true", "--audit-log-path=-", "--v=1"});
  ASSERT_TRUE(flags) << flags.error().message;
  EXPECT_EQ(flags->without_effect(), (std::vector<std::string>{"watch-cache", "audit-log-path"}));
  std::ostringstream help;
  print_flags(help);
  auto apart = help.str().find("without effect yet");
  EXPECT_LT(help.str().find("--secure-port=6443"), apart);
  EXPECT_GT(help.str().find("--audit-log-path"), apart);
}

TEST(Flags, GivenOnesAreNotDefaultedOver) {
  auto flags = parse({"--data-dir=/x"});
  ASSERT_TRUE(flags);
  flags->set_default("data-dir", "/y");
  flags->set_default("cert-dir", "/z");
  EXPECT_EQ(flags->text("data-dir"), "/x");
  EXPECT_EQ(flags->text("cert-dir"), "/z");
}

TEST(Flags, AreEachThereOnce) {
  std::set<std::string_view> names;
  for (const auto& flag : all_flags()) EXPECT_TRUE(names.insert(flag.name).second) << flag.name;
}

}  // namespace
}  // namespace pedalion::server
