#include "pedalion/registry/builtin/strategies/doors.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/scheme/scheme.h"
#include "pedalion/registry/builtin/strategies/kind_rulebook.h"

namespace pedalion::registry::builtin::strategies {
namespace {

const scheme::Scheme& kinds() {
  static const scheme::Scheme scheme;
  return scheme;
}

struct Subject {
  std::string group, resource;
  meta::GroupVersionKind kind;
};
const Subject kDeployments{"apps", "deployments", {"apps", "v1", "Deployment"}};
const Subject kPods{"", "pods", {"", "v1", "Pod"}};
const Subject kNamespaces{"", "namespaces", {"", "v1", "Namespace"}};
const Subject kRequests{"certificates.k8s.io",
                        "certificatesigningrequests",
                        {"certificates.k8s.io", "v1", "CertificateSigningRequest"}};

json::Document shaped(const Subject& subject, std::string_view text) {
  json::Document object = json::parse(text).value();
  codec::set_type_meta(object, subject.kind);
  EXPECT_TRUE(codec::reshape(object, *kinds().type(subject.kind)).has_value());
  return object;
}

/// `path` of what comes of writing `object` over `old`.
std::string written(const Subject& subject, Door door, std::string_view object, std::string_view old,
                    std::initializer_list<std::string_view> path) {
  json::Document fresh = shaped(subject, object), before = shaped(subject, old);
  const schema::Type& type = *kinds().type(subject.kind);
  KindRulebook rulebook(subject.group, *catalog::find(subject.group, subject.resource), type, door,
                        std::make_shared<LazyDefaults>(type));
  rulebook.prepare_update(fresh, before.root);
  const Value* found = std::as_const(fresh.root).at(path);
  return found == nullptr ? "absent" : json::to_string(*found);
}

TEST(Doors, MainKeepsTheStatusAndCountsGenerations) {
  constexpr std::string_view kOld =
      R"({"metadata":{"generation":3},"spec":{"replicas":1},"status":{"replicas":1}})";
  constexpr std::string_view kNew =
      R"({"metadata":{"generation":9},"spec":{"replicas":2},"status":{"replicas":7}})";
  EXPECT_EQ(written(kDeployments, Door::kMain, kNew, kOld, {"status", "replicas"}), "1");
  EXPECT_EQ(written(kDeployments, Door::kMain, kNew, kOld, {"spec", "replicas"}), "2");
  EXPECT_EQ(written(kDeployments, Door::kMain, kNew, kOld, {"metadata", "generation"}), "4");
  EXPECT_EQ(written(kDeployments, Door::kMain, kOld, kOld, {"metadata", "generation"}), "3");
}

TEST(Doors, StatusKeepsTheRest) {
  constexpr std::string_view kOld =
      R"({"metadata":{"generation":3,"labels":{"a":"b"}},"spec":{"replicas":1},"status":{"replicas":1}})";
  constexpr std::string_view kNew =
      R"({"metadata":{"labels":{"c":"d"},"annotations":{"x":"y"}},"spec":{"replicas":2},"status":{"replicas":7}})";
  EXPECT_EQ(written(kDeployments, Door::kStatus, kNew, kOld, {"status", "replicas"}), "7");
  EXPECT_EQ(written(kDeployments, Door::kStatus, kNew, kOld, {"spec", "replicas"}), "1");
  EXPECT_EQ(written(kDeployments, Door::kStatus, kNew, kOld, {"metadata", "generation"}), "3");
  EXPECT_EQ(written(kDeployments, Door::kStatus, kNew, kOld, {"metadata", "labels"}), R"({"a":"b"})");
  EXPECT_EQ(written(kDeployments, Door::kStatus, kNew, kOld, {"metadata", "annotations"}), R"({"x":"y"})");
}

TEST(Doors, FinalizersOfNamespaces) {
  constexpr std::string_view kOld =
      R"({"spec":{"finalizers":["kubernetes"]},"status":{"phase":"Terminating"}})";
  constexpr std::string_view kNew = R"({"spec":{"finalizers":[]},"status":{"phase":"Active"}})";
  EXPECT_EQ(written(kNamespaces, Door::kMain, kNew, kOld, {"spec", "finalizers"}), R"(["kubernetes"])");
  EXPECT_EQ(written(kNamespaces, Door::kFinalize, kNew, kOld, {"spec"}), "{}");
  EXPECT_EQ(written(kNamespaces, Door::kFinalize, kNew, kOld, {"status", "phase"}), R"("Terminating")");
}

TEST(Doors, ApprovalDecidesAndStatusDoesNot) {
  constexpr std::string_view kOld = R"({"spec":{"signerName":"a/b"},"status":{"conditions":[
      {"type":"Failed","status":"True"}],"certificate":"eA=="}})";
  constexpr std::string_view kNew = R"({"spec":{"signerName":"c/d"},"status":{"conditions":[
      {"type":"Approved","status":"True"}]}})";
  std::string approved = written(kRequests, Door::kApproval, kNew, kOld, {"status"});
  EXPECT_NE(approved.find("Approved"), approved.npos) << approved;
  EXPECT_EQ(approved.find("Failed"), approved.npos) << "validation refuses that: " << approved;
  EXPECT_NE(approved.find("eA=="), approved.npos) << approved;
  EXPECT_EQ(written(kRequests, Door::kApproval, kNew, kOld, {"spec", "signerName"}), R"("a/b")");
  constexpr std::string_view kApproved = R"({"spec":{"signerName":"a/b"},"status":{"conditions":[
      {"type":"Approved","status":"True","reason":"first"}]}})";
  std::string status = written(kRequests, Door::kStatus, kNew, kApproved, {"status"});
  EXPECT_NE(status.find("first"), status.npos) << status;
}

TEST(Doors, ResizeTakesResourcesOnly) {
  constexpr std::string_view kOld =
      R"({"spec":{"containers":[{"name":"c","image":"a"},{"name":"d","image":"b"}]}})";
  constexpr std::string_view kNew = R"({"spec":{"nodeName":"x","containers":[{"name":"c"},{"name":"d","image":"z",
      "resources":{"limits":{"cpu":"1"}}}]}})";
  std::string spec = written(kPods, Door::kResize, kNew, kOld, {"spec"});
  EXPECT_EQ(spec, R"({"containers":[{"name":"c","image":"a","resources":{}},{"name":"d","image":"b",)"
                  R"("resources":{"limits":{"cpu":"1"}}}]})");
  // Other containers are seen, and refused, by validation.
  constexpr std::string_view kFewer = R"({"spec":{"containers":[{"name":"d","image":"z"}]}})";
  EXPECT_EQ(written(kPods, Door::kResize, kFewer, kOld, {"spec"}),
            R"({"containers":[{"name":"d","image":"z","resources":{}}]})");
}

TEST(Doors, NewObjectsBeginWithAnEmptyStatus) {
  json::Document object = shaped({"policy", "poddisruptionbudgets", {"policy", "v1", "PodDisruptionBudget"}},
                                 R"({"status":{"disruptionsAllowed":4}})");
  const schema::Type& type = *kinds().type("policy", "v1", "PodDisruptionBudget");
  KindRulebook rulebook("policy", *catalog::find("policy", "poddisruptionbudgets"), type, Door::kMain,
                        std::make_shared<LazyDefaults>(type));
  rulebook.prepare_create({}, object);
  EXPECT_EQ(json::to_string(object.root),
            R"({"kind":"PodDisruptionBudget","apiVersion":"policy/v1","metadata":{"generation":1},"spec":{},)"
            R"("status":{"disruptionsAllowed":0,"currentHealthy":0,"desiredHealthy":0,"expectedPods":0}})");
}

TEST(Doors, OwnershipStopsAtTheDoor) {
  Traits deployments = Traits::of("apps", *catalog::find("apps", "deployments"));
  EXPECT_TRUE(reset_fields(Door::kMain, deployments).has({"f:status"}));
  EXPECT_TRUE(reset_fields(Door::kStatus, deployments).has({"f:spec"}));
  Traits maps = Traits::of("", *catalog::find("", "configmaps"));
  EXPECT_TRUE(reset_fields(Door::kMain, maps).empty());
}

TEST(Rulebook, EmptyListsComeBackAsNull) {
  const schema::Type& type = *kinds().type("rbac.authorization.k8s.io", "v1", "Role");
  json::Document role = shaped({"", "", {"rbac.authorization.k8s.io", "v1", "Role"}}, R"({"rules":[]})");
  KindRulebook rulebook("rbac.authorization.k8s.io", *catalog::find("rbac.authorization.k8s.io", "roles"),
                        type, Door::kMain, std::make_shared<LazyDefaults>(type));
  rulebook.canonicalize(role);
  EXPECT_TRUE(role.root.find("rules")->is_null());
}

}  // namespace
}  // namespace pedalion::registry::builtin::strategies
