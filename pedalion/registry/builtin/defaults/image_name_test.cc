#include "pedalion/registry/builtin/defaults/image_name.h"

#include <gtest/gtest.h>

#include <re2/re2.h>

#include <random>
#include <string>

namespace pedalion::registry::builtin::defaults {
namespace {

/// The grammar as it is published: what the reading by hand is held against.
std::string tag_by_grammar(const std::string& reference) {
  static const re2::RE2 kGrammar(
      R"((?:(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*)"
      R"(|\[[a-fA-F0-9:]+\])(?::[0-9]+)?/)?)"
      R"([a-z0-9]+(?:(?:\.|__|_|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|__|_|-+)[a-z0-9]+)*)*)"
      R"((?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?)"
      R"((@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?)");
  std::string tag, digest;
  if (!re2::RE2::FullMatch(reference, kGrammar, &tag, &digest)) return "";
  if (!tag.empty()) return tag;
  return digest.empty() ? "latest" : "";
}

TEST(ImageTag, IsTheOneThatIsWrittenOrLatest) {
  const std::string digest = "@sha256:" + std::string(64, 'a');
  EXPECT_EQ(image_tag("nginx"), "latest");
  EXPECT_EQ(image_tag("nginx:1.27"), "1.27");
  EXPECT_EQ(image_tag("localhost:5000"), "5000");
  EXPECT_EQ(image_tag("localhost:5000/nginx"), "latest");
  EXPECT_EQ(image_tag("[fe80::1]:443/a/b__c:v_1"), "v_1");
  EXPECT_EQ(image_tag("Registry.example.com/nginx:1" + digest), "1");
  EXPECT_EQ(image_tag("nginx" + digest), "");
  EXPECT_EQ(image_tag("nginx:" + std::string(128, 'x')), std::string(128, 'x'));
}

TEST(ImageTag, IsEmptyOfWhatIsNoReference) {
  for (const char* reference :
       {"",       "Nginx",    "a/B",   "a//b", "a..b",         "a___b", "a.-b",  "-a",   "a-",
        "nginx:", "nginx:-1", "a:1:2", "a b",  "a@sha256:abc", "a@",    "[::1]", "[]/a", "[::1/a",
        "[g]/a",  "a:x/b",    "a:/b",  ".a/b", "a/",           "/a",    "a\n"}) {
    EXPECT_EQ(image_tag(reference), "") << reference;
    EXPECT_EQ(tag_by_grammar(reference), "") << reference;
  }
  EXPECT_EQ(image_tag("nginx:" + std::string(129, 'x')), "");
}

TEST(ImageTag, FollowsTheGrammarWhateverIsWritten) {
  static constexpr const char* kPieces[] = {"a",
                                            "b1",
                                            "Z",
                                            "0",
                                            ".",
                                            "-",
                                            "_",
                                            ":",
                                            "/",
                                            "[",
                                            "]",
                                            "@",
                                            "sha256:",
                                            "+",
                                            "80",
                                            "f::1",
                                            "0123456789abcdef0123456789abcdef"};
  std::mt19937 random(7);
  for (int i = 0; i < 100'000; ++i) {
    std::string reference;
    for (auto pieces = random() % 9; pieces > 0; --pieces)
      reference += kPieces[random() % std::size(kPieces)];
    ASSERT_EQ(image_tag(reference), tag_by_grammar(reference)) << reference;
  }
}

}  // namespace
}  // namespace pedalion::registry::builtin::defaults
