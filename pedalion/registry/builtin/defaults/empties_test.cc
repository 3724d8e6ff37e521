#include "pedalion/registry/builtin/defaults/empties.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/scheme/scheme.h"

namespace pedalion::registry::builtin::defaults {
namespace {

std::string with_nulls(const meta::GroupVersionKind& gvk, std::string_view text) {
  static const scheme::Scheme kinds;
  auto object = json::parse(text);
  EXPECT_TRUE(object.has_value()) << text;
  Empties(*kinds.type(gvk)).set_null(object->root);
  return json::to_string(object->root);
}

TEST(Empties, AreNullWhereTheFieldIsAlwaysWritten) {
  EXPECT_EQ(with_nulls({"rbac.authorization.k8s.io", "v1", "Role"}, R"({"rules":[]})"), R"({"rules":null})");
  EXPECT_EQ(
      with_nulls({"rbac.authorization.k8s.io", "v1", "Role"}, R"({"rules":[{"verbs":[],"resources":[]}]})"),
      R"({"rules":[{"verbs":null,"resources":[]}]})");
  EXPECT_EQ(with_nulls({"rbac.authorization.k8s.io", "v1", "Role"}, R"({"rules":[{"verbs":["get"]}]})"),
            R"({"rules":[{"verbs":["get"]}]})");
}

TEST(Empties, AreFoundWithinStructsListsAndMaps) {
  EXPECT_EQ(
      with_nulls({"", "v1", "PodTemplate"}, R"({"template":{"spec":{"containers":[],"tolerations":[]}}})"),
      R"({"template":{"spec":{"containers":null,"tolerations":[]}}})");
  std::string_view affinity =
      R"({"spec":{"affinity":{"nodeAffinity":{)"
      R"("requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[]}}}}})";
  EXPECT_EQ(with_nulls({"", "v1", "Pod"}, affinity),
            std::string(affinity).replace(affinity.find("[]"), 2, "null"));
}

TEST(Empties, OfTypesThatHoldThemselvesAreFound) {
  std::string_view text = R"({"spec":{"versions":[{"schema":{"openAPIV3Schema":{"properties":{"a":{)"
                          R"("properties":{"b":{"enum":[]}}}}}}}],"names":{"shortNames":[]}}})";
  EXPECT_EQ(with_nulls({"apiextensions.k8s.io", "v1", "CustomResourceDefinition"}, text), text);
}

}  // namespace
}  // namespace pedalion::registry::builtin::defaults
