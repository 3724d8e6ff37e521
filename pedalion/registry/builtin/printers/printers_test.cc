#include "pedalion/registry/builtin/printers/printers.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"

namespace pedalion::registry::builtin::printers {
namespace {

constexpr std::int64_t kNow = 1767225600;  // 2026-01-01T00:00:00Z

std::string row(std::string_view group, std::string_view resource, std::string_view text) {
  auto object = json::parse(text);
  EXPECT_TRUE(object.has_value()) << text;
  const auto* convertor = find(group, resource);
  if (convertor == nullptr) return "no convertor";
  json::Arena arena;
  auto made = convertor->row(object->root, arena, kNow);
  EXPECT_EQ(made.cells.size(), convertor->columns().size());
  std::string cells;
  for (const auto& cell : made.cells) cells += (cells.empty() ? "" : "|") + json::to_string(cell);
  // Go's encoder escapes the brackets of <none>.
  for (auto [escape, plain] : {std::pair(R"(\u003c)", "<"), std::pair(R"(\u003e)", ">")}) {
    for (std::size_t at; (at = cells.find(escape)) != std::string::npos;) cells.replace(at, 6, plain);
  }
  return cells;
}

TEST(Printers, ShowAPodThatCrashes) {
  EXPECT_EQ(
      row("", "pods",
          R"({"metadata":{"name":"p","creationTimestamp":"2025-12-31T23:59:00Z"},"spec":{"containers":[{"name":"a"},{"name":"b"}]},
    "status":{"phase":"Running","podIP":"10.0.0.1","podIPs":[{"ip":"10.0.0.1"}],"containerStatuses":[
    {"name":"a","ready":true,"restartCount":0,"state":{"running":{}}},
    {"name":"b","restartCount":4,"state":{"waiting":{"reason":"CrashLoopBackOff"}},
     "lastState":{"terminated":{"finishedAt":"2025-12-31T23:58:00Z"}}}]}})"),
      R"x("p"|"1/2"|"CrashLoopBackOff"|"4 (2m ago)"|"60s"|"10.0.0.1"|"<none>"|"<none>"|"<none>")x");
}

TEST(Printers, ShowWorkloads) {
  EXPECT_EQ(row("apps", "deployments",
                R"({"metadata":{"name":"d"},"spec":{"replicas":3,"selector":{"matchLabels":{"a":"b"}},
    "template":{"spec":{"containers":[{"name":"c","image":"i"}]}}},"status":{"readyReplicas":2}})"),
            R"("d"|"2/3"|0|0|"<unknown>"|"c"|"i"|"a=b")");
  EXPECT_EQ(
      row("", "services",
          R"({"metadata":{"name":"s"},"spec":{"type":"NodePort","clusterIP":"10.0.0.9","clusterIPs":["10.0.0.9"],
    "ports":[{"port":80,"nodePort":30000,"protocol":"TCP"}]}})"),
      R"("s"|"NodePort"|"10.0.0.9"|"<none>"|"80:30000/TCP"|"<unknown>"|"<none>")");
}

TEST(Printers, SurviveObjectsOfStrangeShape) {
  for (std::string_view text : {"{}", R"({"metadata":1,"spec":"x","status":[]})",
                                R"({"spec":{"containers":{}},"status":{"conditions":7}})"}) {
    for (std::string_view resource : {"pods", "services", "nodes", "events", "endpoints", "secrets",
                                      "persistentvolumes", "resourcequotas"}) {
      EXPECT_NE(row("", resource, text), "no convertor");
    }
  }
}

TEST(Printers, LeaveTheDefaultColumnsToOthers) {
  EXPECT_EQ(find("", "limitranges"), nullptr);
  EXPECT_EQ(find("rbac.authorization.k8s.io", "roles"), nullptr);
}

}  // namespace
}  // namespace pedalion::registry::builtin::printers
