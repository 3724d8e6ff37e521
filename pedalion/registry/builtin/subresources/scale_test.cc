#include "pedalion/registry/builtin/subresources/scale.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/scheme/scheme.h"
#include "pedalion/registry/builtin/virtuals/reviews.h"

namespace pedalion::registry::builtin::subresources {
namespace {

/// One deployment.
class Deployments final : public rest::Getter, public rest::Updater {
 public:
  explicit Deployments(std::string_view json) {
    object = virtuals::unstored_object(json::parse(json).value().root).value();
  }
  Task<Result<rest::ObjectPtr>> get(rest::RequestContext&, std::string, rest::GetOptions) override {
    co_return object;
  }
  Task<Result<rest::UpdateResult>> update(rest::RequestContext&, std::string, rest::MakeObject make,
                                          rest::WriteOptions, rest::CreateIfMissing missing,
                                          rest::FieldTracking tracking) override {
    EXPECT_EQ(missing, rest::CreateIfMissing::kNever);
    EXPECT_EQ(tracking, rest::FieldTracking::kDone);
    CO_TRY(json::Document made, make(object.get()));
    CO_TRY(object, virtuals::unstored_object(made.root));
    co_return rest::UpdateResult{object, false};
  }
  rest::ObjectPtr object;
};

class ScaleTest : public testing::Test {
 protected:
  ScaleTest()
      : deployments_(R"({"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"web","namespace":"n",
            "uid":"u","resourceVersion":"7","managedFields":[{"manager":"other","operation":"Update",
            "apiVersion":"apps/v1","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:replicas":{},
            "f:selector":{}}}}]},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},
            "template":{"metadata":{},"spec":{"containers":null}}},"status":{"replicas":1}})"),
        scale_({{"apps", "v1", "deployments"},
                scheme_.type("apps", "v1", "Deployment"),
                scheme_.type("autoscaling", "v1", "Scale"),
                &deployments_,
                &deployments_}) {}

  Result<rest::UpdateResult> put(std::string_view scale) {
    auto make = [&](const watchcache::Object*) { return json::parse(scale); };
    rest::WriteOptions options;
    options.field_manager = "me";
    return sync_wait(scale_.update(context_, "web", make, options, rest::CreateIfMissing::kNever,
                                   rest::FieldTracking::kUpdate));
  }

  scheme::Scheme scheme_;
  Deployments deployments_;
  ScaleAccess scale_;
  rest::RequestContext context_;
};

TEST_F(ScaleTest, ShowsReplicasAndSelector) {
  EXPECT_EQ(
      sync_wait(scale_.get(context_, "web", {})).value()->json.view(),
      R"({"kind":"Scale","apiVersion":"autoscaling/v1","metadata":{"name":"web","namespace":"n","uid":"u",)"
      R"("resourceVersion":"7"},"spec":{"replicas":2},"status":{"replicas":1,"selector":"app=web"}})");
}

TEST_F(ScaleTest, WritesReplicasOnly) {
  auto scaled =
      put(R"({"metadata":{"name":"web","resourceVersion":"6","labels":{"x":"y"}},"spec":{"replicas":5}})");
  ASSERT_TRUE(scaled.has_value()) << scaled.error().message;
  std::string_view deployment = deployments_.object->json.view();
  EXPECT_NE(deployment.find(R"("replicas":5)"), deployment.npos) << deployment;
  EXPECT_NE(deployment.find(R"("resourceVersion":"6")"), deployment.npos) << "the precondition is handed on";
  EXPECT_NE(deployment.find(R"("fieldsV1":{"f:spec":{"f:replicas":{}}},"subresource":"scale")"),
            deployment.npos)
      << deployment;
  EXPECT_EQ(deployment.find("labels\":{\"x"), deployment.npos);
  EXPECT_NE(scaled->object->json.view().find(R"("spec":{"replicas":5})"), std::string_view::npos);
}

/// Whoever writes the number through the Scale takes it from its updaters; without a number there is no owner.
TEST_F(ScaleTest, OwnsTheNumberItWrites) {
  auto owners = [this](std::string_view scale) {
    EXPECT_TRUE(put(scale).has_value());
    auto object = json::parse(deployments_.object->json.view()).value();
    return json::to_string(*object.root.at({"metadata", "managedFields"}));
  };
  const std::string other =
      R"({"manager":"other","operation":"Update","apiVersion":"apps/v1","fieldsType":"FieldsV1","fieldsV1":)"
      R"({"f:spec":{"f:selector":{}}}})";
  EXPECT_EQ(owners(R"({"metadata":{"name":"web"},"spec":{"replicas":5}})"),
            R"([{"manager":"me","operation":"Update","apiVersion":"apps/v1","fieldsType":"FieldsV1","fieldsV1":)"
            R"({"f:spec":{"f:replicas":{}}},"subresource":"scale"},)" +
                other + "]");
  EXPECT_EQ(owners(R"({"metadata":{"name":"web"},"spec":{}})"), "[" + other + "]");
}

TEST_F(ScaleTest, WantsTheSameObject) {
  auto scaled = put(R"({"metadata":{"name":"web","uid":"v"},"spec":{"replicas":5}})");
  ASSERT_FALSE(scaled.has_value());
  EXPECT_EQ(scaled.error().code, 409);
}

TEST_F(ScaleTest, RefusesNegativeNumbers) {
  auto scaled = put(R"({"spec":{"replicas":-2}})");
  ASSERT_FALSE(scaled.has_value());
  EXPECT_EQ(scaled.error().message,
            "Scale.autoscaling \"web\" is invalid: spec.replicas: Invalid value: -2: must be greater than or "
            "equal to 0");
}

}  // namespace
}  // namespace pedalion::registry::builtin::subresources
