#include "pedalion/registry/builtin/kinds/json_path.h"

#include <gtest/gtest.h>

namespace pedalion::registry::builtin::kinds {
namespace {

TEST(JsonPath, TakesWhatKubectlTakes) {
  for (std::string_view text : {"", "plain", "{.a.b}", "{$.a[0]}", "{.a[*].b}", "{.a[1:3:2]}", "{.a[-1:]}",
                                "{..b}", "{.a[0,1]}", "{.a['b.c']}", "{.a[?(@.b==\"x\")].c}", "{.a[?(@.b)]}",
                                "{range .a[*]}{.b}{'\\n'}{end}", "{.a\\.b}"}) {
    EXPECT_EQ(json_path_problem(text), "") << text;
  }
}

TEST(JsonPath, SaysWhatIsWrong) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"{", "unclosed action"},
      {"{.a", "unclosed action"},
      {"{a[}", "unterminated array"},
      {"{.a[x]}", "invalid array index x"},
      {"{.a[0,x]}", "invalid array index x"},
      {"{.a[1:2:3:4]}", "invalid array index 1:2:3:4"},
      {"{....a}", "invalid multiple recursive descent"},
      {"{.a[?(@.b}", "unterminated filter"},
      {"{.a[?(@.b)}", "unclosed array expect ]"},
      {"{.a[?(@.b==[)]}", "unterminated array"},
      {"{'a}", "unterminated quoted string"},
      {"{1.2.3}", "cannot parse number 1.2.3"},
      {"{!}", "unrecognized character in action: U+0021 '!'"},
  };
  for (auto [text, problem] : cases) EXPECT_EQ(json_path_problem(text), problem) << text;
}

TEST(JsonPath, HasAnEnd) {
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "[?(";
  for (int i = 0; i < 1000; ++i) deep += ")]";
  EXPECT_NE(json_path_problem("{" + deep + "}"), "");
}

}  // namespace
}  // namespace pedalion::registry::builtin::kinds
