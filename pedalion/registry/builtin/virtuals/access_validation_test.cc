#include "pedalion/registry/builtin/virtuals/access_validation.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/parse.h"

namespace pedalion::registry::builtin::virtuals {
namespace {

std::string judged(std::string_view text, Whom whom) {
  json::Document review = json::parse(text).value();
  std::string all;
  for (const meta::FieldError& error : validate_access(review.root, whom, "ns")) {
    all += (all.empty() ? "" : "\n") + error.field + ": " + error.body();
  }
  return all;
}

TEST(AccessValidation, MetadataSaysNothing) {
  constexpr std::string_view kNamed = R"({"metadata":{"name":"n","namespace":"ns","managedFields":[]},
      "spec":{"user":"u","resourceAttributes":{"namespace":"ns"}}})";
  EXPECT_EQ(judged(kNamed, Whom::kSubject),
            R"(metadata: Invalid value: {"name":"n","namespace":"ns","managedFields":[]}: must be empty)");
  EXPECT_EQ(judged(kNamed, Whom::kLocalSubject),
            R"(metadata: Invalid value: {"name":"n","namespace":"ns","managedFields":[]}: must be empty )"
            "except for namespace");
  EXPECT_EQ(judged(R"({"metadata":{"managedFields":[]},"spec":{"resourceAttributes":{}}})", Whom::kSelf), "");
}

TEST(AccessValidation, SelectorsAreOfOneForm) {
  EXPECT_EQ(
      judged(R"({"spec":{"resourceAttributes":{"fieldSelector":{},"labelSelector":{"rawSelector":"a",
      "requirements":[{"key":"k","operator":"Exists","values":["v"]},{"key":"k","operator":"Near"}]}}}})",
             Whom::kSelf),
      "spec.resourceAttributes.fieldSelector.requirements: Required value: when "
      "spec.resourceAttributes.fieldSelector is specified, requirements or rawSelector is required\n"
      "spec.resourceAttributes.labelSelector.rawSelector: Invalid value: \"a\": may not specified at the "
      "same time as requirements\n"
      "spec.resourceAttributes.labelSelector.requirements[0].values: Forbidden: may not be specified when "
      "`operator` is 'Exists' or 'DoesNotExist'");
  EXPECT_EQ(
      judged(R"({"spec":{"resourceAttributes":{"fieldSelector":{"requirements":[{"operator":"In"}]}}}})",
             Whom::kSelf),
      "spec.resourceAttributes.fieldSelector.requirements[0].key: Required value: must be specified\n"
      "spec.resourceAttributes.fieldSelector.requirements[0].values: Required value: must be specified when "
      "`operator` is 'In' or 'NotIn'");
}

TEST(AccessValidation, LocalReviewsAreOfTheirNamespace) {
  EXPECT_EQ(
      judged(R"({"spec":{"groups":["g"],"nonResourceAttributes":{"path":"/"}}})", Whom::kLocalSubject),
      R"(spec.nonResourceAttributes: Invalid value: {"Path":"/","Verb":""}: disallowed on this kind of )"
      "request");
  EXPECT_EQ(
      judged(R"({"spec":{"groups":["g"],"resourceAttributes":{"namespace":"x"}}})", Whom::kLocalSubject),
      R"(spec.resourceAttributes.namespace: Invalid value: "x": must match metadata.namespace)");
}

}  // namespace
}  // namespace pedalion::registry::builtin::virtuals
