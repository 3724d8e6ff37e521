#include "pedalion/registry/builtin/defaults/defaulter.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/scheme/scheme.h"

namespace pedalion::registry::builtin::defaults {
namespace {

const scheme::Scheme& kinds() {
  static const scheme::Scheme scheme;
  return scheme;
}

/// `body`, decoded and defaulted, as JSON.
std::string defaulted(const meta::GroupVersionKind& gvk, std::string_view body) {
  const schema::Type* type = kinds().type(gvk);
  auto decoded = codec::decode_object(body, codec::MediaType::kJson, gvk, *type);
  EXPECT_TRUE(decoded.has_value()) << decoded.error().message;
  Defaulter defaulter(*type);
  json::Document& object = decoded->object;
  defaulter.apply(object.root, object.arena);
  std::string once = json::to_string(object.root);
  defaulter.apply(object.root, object.arena);
  EXPECT_EQ(once, json::to_string(object.root)) << "defaulting is idempotent";
  EXPECT_TRUE(codec::reshape(object, *type).has_value());
  EXPECT_EQ(once, json::to_string(object.root)) << "what is filled in stands where the type declares it";
  return once;
}

TEST(Defaulter, PodGetsWhatEveryPodHas) {
  std::string pod = defaulted({"", "v1", "Pod"}, R"({"metadata":{"name":"p"},"spec":{"containers":[
      {"name":"c","image":"img:1","ports":[{"containerPort":80}]},{"name":"d","image":"img"}]}})");
  EXPECT_EQ(pod,
            R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"p"},"spec":{"containers":[)"
            R"({"name":"c","image":"img:1","ports":[{"containerPort":80,"protocol":"TCP"}],"resources":{},)"
            R"("terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File",)"
            R"("imagePullPolicy":"IfNotPresent"},{"name":"d","image":"img","resources":{},)"
            R"("terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File",)"
            R"("imagePullPolicy":"Always"}],"restartPolicy":"Always","terminationGracePeriodSeconds":30,)"
            R"("dnsPolicy":"ClusterFirst","securityContext":{},"schedulerName":"default-scheduler",)"
            R"("enableServiceLinks":true},"status":{}})");
}

TEST(Defaulter, ClaimTemplatesAreWholeObjects) {
  std::string set = defaulted({"apps", "v1", "StatefulSet"},
                              R"({"spec":{"volumeClaimTemplates":[{"metadata":{"name":"d"},"spec":{}}]}})");
  EXPECT_NE(set.find(R"([{"kind":"PersistentVolumeClaim","apiVersion":"v1","metadata":{"name":"d"})"), set.npos)
      << set;
}

TEST(Defaulter, TemplateGetsAPodsDefaultsButNotAllOfThem) {
  std::string deployment = defaulted({"apps", "v1", "Deployment"},
                                     R"({"spec":{"template":{"spec":{"containers":[{"name":"c"}]}}}})");
  EXPECT_NE(deployment.find(R"("dnsPolicy":"ClusterFirst")"), deployment.npos);
  EXPECT_EQ(deployment.find("enableServiceLinks"), deployment.npos);
  EXPECT_NE(deployment.find(R"("strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"25%",)"
                            R"("maxSurge":"25%"}},"revisionHistoryLimit":10,"progressDeadlineSeconds":600)"),
            deployment.npos)
      << deployment;
  EXPECT_NE(deployment.find(R"("replicas":1)"), deployment.npos);
}

/// The pull policy of a container with this image.
std::string policy_of(std::string_view image) {
  std::string pod = defaulted(
      {"", "v1", "Pod"}, R"({"spec":{"containers":[{"name":"c","image":")" + std::string(image) + R"("}]}})");
  std::size_t at = pod.find(R"("imagePullPolicy":")") + 19;
  return pod.substr(at, pod.find('"', at) - at);
}

TEST(Defaulter, WhatMovesIsPulledAgain) {
  EXPECT_EQ(policy_of("nginx"), "Always");
  EXPECT_EQ(policy_of("nginx:latest"), "Always");
  EXPECT_EQ(policy_of("registry:5000/a/nginx"), "Always");
  EXPECT_EQ(policy_of("registry:5000/nginx:1"), "IfNotPresent");
  EXPECT_EQ(policy_of("nginx@sha256:0123456789012345678901234567890123456789012345678901234567890123"),
            "IfNotPresent");
  // No reference at all.
  EXPECT_EQ(policy_of(""), "IfNotPresent");
  EXPECT_EQ(policy_of("Nginx"), "IfNotPresent");
}

TEST(Defaulter, PodLevelResourcesAreCompleted) {
  std::string pod =
      defaulted({"", "v1", "Pod"}, R"({"spec":{"resources":{"limits":{"cpu":"2","memory":"1Gi"}},
      "containers":[{"name":"c","image":"i","resources":{"requests":{"cpu":"100m"}}},
                    {"name":"d","image":"i","resources":{"requests":{"cpu":"200m"}}}]}})");
  EXPECT_NE(
      pod.find(
          R"("resources":{"limits":{"cpu":"2","memory":"1Gi"},"requests":{"cpu":"300m","memory":"1Gi"}})"),
      pod.npos)
      << pod;
}

TEST(Defaulter, HostPortsAreFilledInPodsOnly) {
  std::string_view spec =
      R"("spec":{"hostNetwork":true,"containers":[{"name":"c","ports":[{"containerPort":8}]}]})";
  std::string pod = defaulted({"", "v1", "Pod"}, "{" + std::string(spec) + "}");
  EXPECT_NE(pod.find(R"("hostPort":8)"), pod.npos);
  std::string made = defaulted({"", "v1", "PodTemplate"}, R"({"template":{)" + std::string(spec) + "}}");
  EXPECT_EQ(made.find("hostPort"), made.npos);
}

TEST(Defaulter, ANegativeGracePeriodIsOneSecond) {
  std::string pod = defaulted({"", "v1", "Pod"}, R"({"spec":{"terminationGracePeriodSeconds":-5}})");
  EXPECT_NE(pod.find(R"("terminationGracePeriodSeconds":1,)"), pod.npos);
}

TEST(Defaulter, ExplicitZerosOfPointersStay) {
  std::string deployment = defaulted({"apps", "v1", "Deployment"}, R"({"spec":{"replicas":0}})");
  EXPECT_NE(deployment.find(R"("replicas":0)"), deployment.npos) << deployment;
}

TEST(Defaulter, PullPolicyGoesByTag) {
  auto policy = [](std::string_view image) {
    std::string pod = defaulted(
        {"", "v1", "Pod"}, R"({"spec":{"containers":[{"name":"c","image":")" + std::string(image) + "\"}]}}");
    return pod.find(R"("imagePullPolicy":"Always")") != pod.npos ? "Always" : "IfNotPresent";
  };
  EXPECT_STREQ(policy("nginx"), "Always");
  EXPECT_STREQ(policy("nginx:latest"), "Always");
  EXPECT_STREQ(policy("localhost:5000/nginx"), "Always");
  EXPECT_STREQ(policy("localhost:5000/nginx:1"), "IfNotPresent");
  EXPECT_STREQ(policy("nginx@sha256:abc"), "IfNotPresent");
}

TEST(Defaulter, LimitsAreRequestedInPodsOnly) {
  std::string_view spec = R"({"containers":[{"name":"c","resources":{"limits":{"cpu":"1"}}}]})";
  std::string pod = defaulted({"", "v1", "Pod"}, R"({"spec":)" + std::string(spec) + "}");
  EXPECT_NE(pod.find(R"("requests":{"cpu":"1"})"), pod.npos) << pod;
  std::string set =
      defaulted({"apps", "v1", "ReplicaSet"}, R"({"spec":{"template":{"spec":)" + std::string(spec) + "}}}");
  EXPECT_EQ(set.find("requests"), set.npos) << set;
}

TEST(Defaulter, ResourcesAreRoundedUpToThousandths) {
  std::string range = defaulted({"", "v1", "LimitRange"}, R"({"spec":{"limits":[{"type":"Pod",
      "max":{"a":"1n","b":"1.0001","c":"1500m","d":"1e-6","e":"2Gi"}}]}})");
  EXPECT_NE(range.find(R"({"a":"1m","b":"1001m","c":"1500m","d":"1e-3","e":"2Gi"})"), range.npos) << range;
}

TEST(Defaulter, ServicePorts) {
  EXPECT_EQ(defaulted({"", "v1", "Service"}, R"({"metadata":{"name":"s"},"spec":{"ports":[{"port":80}]}})"),
            R"({"kind":"Service","apiVersion":"v1","metadata":{"name":"s"},"spec":{"ports":[)"
            R"({"protocol":"TCP","port":80,"targetPort":80}],"type":"ClusterIP","sessionAffinity":"None",)"
            R"("internalTrafficPolicy":"Cluster"},"status":{"loadBalancer":{}}})");
}

TEST(Defaulter, NamespaceIsLabelled) {
  EXPECT_EQ(defaulted({"", "v1", "Namespace"}, R"({"metadata":{"name":"n","labels":{"a":"b","z":"y"}}})"),
            R"({"kind":"Namespace","apiVersion":"v1","metadata":{"name":"n","labels":{"a":"b",)"
            R"("kubernetes.io/metadata.name":"n","z":"y"}},"spec":{},"status":{"phase":"Active"}})");
}

TEST(Defaulter, RoleBindingSubjects) {
  std::string binding = defaulted({"rbac.authorization.k8s.io", "v1", "RoleBinding"},
                                  R"({"subjects":[{"kind":"User","name":"u"},{"kind":"ServiceAccount",
                                      "name":"s","namespace":"n"}],"roleRef":{"kind":"Role","name":"r"}})");
  EXPECT_NE(binding.find(R"({"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"u"})"),
            binding.npos);
  EXPECT_NE(binding.find(R"({"kind":"ServiceAccount","name":"s","namespace":"n"})"), binding.npos);
  EXPECT_NE(binding.find(R"("roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"})"),
            binding.npos)
      << binding;
}

TEST(Defaulter, EveryKindCanBeDefaulted) {
  for (const meta::GroupVersion& version : kinds().group_versions()) {
    for (std::string_view kind : kinds().kinds(version)) {
      const schema::Type* type = kinds().type(version.group, version.version, kind);
      if (type->kind == nullptr) continue;
      Defaulter defaulter(*type);
      json::Document object;
      object.root = json::Value::object(object.arena);
      ASSERT_TRUE(codec::reshape(object, *type).has_value()) << kind;
      defaulter.apply(object.root, object.arena);
    }
  }
}

}  // namespace
}  // namespace pedalion::registry::builtin::defaults
