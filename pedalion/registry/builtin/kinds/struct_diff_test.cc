#include "pedalion/registry/builtin/kinds/struct_diff.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/parse.h"

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

}  // namespace
}  // namespace pedalion::registry::builtin::kinds
