#include "pedalion/registry/builtin/kinds/struct_diff.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/registry/builtin/kinds/unified_diff.h"

namespace pedalion::registry::builtin::kinds {
namespace {

std::string diff(std::string_view before, std::string_view now) {
  json::Document a = json::parse(before).value(), b = json::parse(now).value();
  return struct_diff(a.root, b.root, {"core/v1", "PersistentVolumeSource"});
}

TEST(StructDiff, ShowsChangesWithTheirSurroundings) {
  EXPECT_EQ(diff(R"({"hostPath":{"path":"/x","type":""}})", R"({"hostPath":{"path":"/y","type":""}})"),
            "@@ -2,7 +2,7 @@\n"
            "  \"GCEPersistentDisk\": null,\n"
            "  \"AWSElasticBlockStore\": null,\n"
            "  \"HostPath\": {\n"
            "-  \"Path\": \"/x\",\n"
            "+  \"Path\": \"/y\",\n"
            "   \"Type\": \"\"\n"
            "  },\n"
            "  \"Glusterfs\": null,\n");
  EXPECT_EQ(diff("{}", "{}"), "");
}

TEST(UnifiedDiff, ShowsThreeLinesAround) {
  EXPECT_EQ(unified_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"),
            "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
  EXPECT_EQ(unified_diff("a\n", "a\n"), "");
  EXPECT_EQ(unified_diff("", "a\n"), "@@ -0,0 +1 @@\n+a\n");
}

}  // namespace
}  // namespace pedalion::registry::builtin::kinds
