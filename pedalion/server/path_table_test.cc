#include "pedalion/server/path_table.h"

#include <gtest/gtest.h>

namespace pedalion::server {
namespace {

PathHandler says(std::string text) {
  return [text](const Exchange&) { return http::Response(200, "text/plain", text); };
}

std::string answer(const PathTable& table, std::string_view path) {
  const auto* handler = table.find(path);
  return handler == nullptr ? "" : std::string((*handler)(Exchange()).chunks.front().view());
}

TEST(PathTable, PrefersExactPathsThenTheLongestPrefix) {
  PathTable table;
  table.add_prefix("/a/", says("below a"));
  table.add_prefix("/a/b/", says("below b"));
  table.add("/a/b/c", says("c"));
  table.add("/a", says("a"));
  EXPECT_EQ(answer(table, "/a"), "a");
  EXPECT_EQ(answer(table, "/a/b/c"), "c");
  EXPECT_EQ(answer(table, "/a/b/d"), "below b");
  EXPECT_EQ(answer(table, "/a/c"), "below a");
  EXPECT_EQ(answer(table, "/b"), "");
}

TEST(PathTable, ToleratesOneSlashAtTheEnd) {
  PathTable table;
  table.add("/version", says("v"));
  EXPECT_EQ(answer(table, "/version/"), "v");
  EXPECT_EQ(answer(table, "/version//"), "");
}

TEST(PathTable, ListsEveryPathOnce) {
  PathTable table;
  table.add("/", says("index"));
  table.add("/b", says("b"));
  table.add_prefix("/c/", says("c"));
  table.list("/a");
  table.list("/b");
  EXPECT_EQ(table.paths(), (std::vector<std::string>{"/a", "/b", "/c/"}));
}

TEST(GetOnly, RefusesOtherMethodsAndForms) {
  auto handler = get_only("application/jwk-set+json", says("keys"));
  Exchange exchange;
  exchange.request.method = "GET";
  EXPECT_EQ(handler(exchange).status, 200);
  exchange.request.headers.set("accept", "text/html;q=0.9, */*;q=0.1");
  EXPECT_EQ(handler(exchange).status, 200);
  exchange.request.headers.set("accept", "application/json");
  EXPECT_EQ(handler(exchange).status, 406);
  exchange.request.method = "POST";
  EXPECT_EQ(handler(exchange).status, 405);
}

}  // namespace
}  // namespace pedalion::server
