#include "pedalion/registry/builtin/kinds/resource_names.h"

#include <gtest/gtest.h>

namespace pedalion::registry::builtin::kinds {
namespace {

using Check = void (*)(std::string_view, const Field&);

std::string said(Check check, std::string_view name, std::string_view amount = "1") {
  Value value = Value::string(amount);
  FieldErrors errors;
  check(name, Field(&value, FieldPath("hard").key(name), errors));
  std::string out;
  for (const FieldError& error : errors) out += (out.empty() ? "" : "; ") + error.detail;
  return out;
}

TEST(ResourceNames, AreKnownOrHaveADomain) {
  for (std::string_view good :
       {"cpu", "storage", "pods", "hugepages-2Mi", "requests.hugepages-2Mi", "example.com/gpu"}) {
    EXPECT_EQ(said(check_resource_name, good), "") << good;
  }
  EXPECT_EQ(said(check_resource_name, "gpu"), "must be a standard resource type or fully qualified");
  EXPECT_NE(said(check_resource_name, "bad name"), "");
}

TEST(ResourceNames, OfContainersAndQuotasAreFewer) {
  EXPECT_EQ(said(check_container_resource_name, "cpu"), "");
  EXPECT_EQ(said(check_container_resource_name, "pods"), "must be a standard resource for containers");
  EXPECT_EQ(said(check_container_resource_name, "requests.example.com/gpu"),
            "doesn't follow extended resource name standard");
  EXPECT_EQ(said(check_quota_resource_name, "storage"), "must be a standard resource for quota");
  EXPECT_EQ(said(check_quota_resource_name, "count/widgets.example.com"), "");
  EXPECT_EQ(said(check_quota_resource_name, "nonsense"),
            "must be a standard resource type or fully qualified; must be a standard resource for quota");
}

TEST(ResourceNames, AmountsAreWholeWhereCounted) {
  EXPECT_EQ(said(check_resource_amount, "cpu", "500m"), "");
  EXPECT_EQ(said(check_resource_amount, "pods", "500m"), "must be an integer");
  EXPECT_EQ(said(check_resource_amount, "example.com/gpu", "500m"), "must be an integer");
  EXPECT_EQ(said(check_resource_amount, "cpu", "-1"), "must be greater than or equal to 0");
}

}  // namespace
}  // namespace pedalion::registry::builtin::kinds
