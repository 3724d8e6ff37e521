#include "pedalion/registry/builtin/kinds/go_form.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/parse.h"

namespace pedalion::registry::builtin::kinds {
namespace {

std::string shown(GoType type, std::string_view text) {
  json::Document document = json::parse(text).value();
  return go_form(&document.root, type);
}

TEST(GoForm, EveryFieldHasItsGoName) {
  EXPECT_EQ(shown({"core/v1", "Taint"}, R"({"key":"a","effect":"NoSchedule"})"),
            R"({"Key":"a","Value":"","Effect":"NoSchedule","TimeAdded":null})");
  EXPECT_EQ(
      shown({"core/v1", "ObjectReference"}, R"({"kind":"Pod","uid":"u","apiVersion":"v1"})"),
      R"({"Kind":"Pod","Namespace":"","Name":"","UID":"u","APIVersion":"v1","ResourceVersion":"","FieldPath":""})");
}

TEST(GoForm, PointersAreNullAndStructsAreNot) {
  EXPECT_EQ(shown({"core/v1", "VolumeNodeAffinity"}, "{}"), R"({"Required":null})");
  EXPECT_EQ(
      shown({"core/v1", "VolumeNodeAffinity"},
            R"({"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"y","operator":"Exists"}]}]}})"),
      R"({"Required":{"NodeSelectorTerms":[{"MatchExpressions":[{"Key":"y","Operator":"Exists","Values":null}],)"
      R"("MatchFields":null}]}})");
  EXPECT_EQ(go_form(nullptr, {"core/v1", "Taint"}), "null");
  EXPECT_EQ(go_form(nullptr, {"core/v1", "VolumeNodeAffinity"}, true), R"({"Required":null})");
}

TEST(GoForm, WireTypesAreEmbeddedAsTheyAreWritten) {
  EXPECT_EQ(
      shown({"core/v1", "PersistentVolumeClaimTemplate"}, R"({"metadata":{"labels":{"a":"b"}},"spec":{}})")
          .substr(0, 60),
      R"({"labels":{"a":"b"},"Spec":{"AccessModes":null,"Selector":nu)");
  EXPECT_EQ(shown({"core/v1", "ServicePort", true}, R"([{"name":"a","port":80}])"),
            R"([{"Name":"a","Protocol":"","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}])");
}

}  // namespace
}  // namespace pedalion::registry::builtin::kinds
