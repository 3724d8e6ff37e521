#include "pedalion/apimachinery/quota/evaluator.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/parse.h"

namespace pedalion::quota {
namespace {

const Evaluator kPods{{"", "pods"}}, kServices{{"", "services"}},
    kVolumeClaims{{"", "persistentvolumeclaims"}}, kDeviceClaims{{"resource.k8s.io", "resourceclaims"}};

std::string usage(const Evaluator& evaluator, std::string_view object,
                  const Surroundings& surroundings = {}) {
  json::Document parsed = json::parse(object).value();
  auto used = evaluator.usage(parsed.root, surroundings);
  return used ? text_of(*used) : used.error().message;
}

bool in_scope(const Evaluator& evaluator, std::string_view requirement, std::string_view object) {
  json::Document quota =
      json::parse(R"({"spec":{"scopeSelector":{"matchExpressions":[)" + std::string(requirement) + "]}}}")
          .value();
  json::Document parsed = json::parse(object).value();
  return evaluator.in_scope(scopes_of(quota.root).at(0), parsed.root);
}

TEST(Evaluator, ObjectsCountByTheirNumber) {
  EXPECT_EQ(usage(Evaluator({"apps", "deployments"}), "{}"), "count/deployments.apps=1");
  EXPECT_EQ(usage(Evaluator({"", "serviceaccounts"}), "{}"), "count/serviceaccounts=1");
  EXPECT_EQ(usage(Evaluator({"", "configmaps"}), "{}"), "configmaps=1,count/configmaps=1");
  EXPECT_EQ(usage(Evaluator({"apps", "configmaps"}), "{}"), "count/configmaps.apps=1");
  EXPECT_TRUE(Evaluator({"", "secrets"}).counts("secrets"));
  EXPECT_FALSE(Evaluator({"", "secrets"}).counts("configmaps"));
  EXPECT_TRUE(is_never_counted({"events.k8s.io", "events"}));
  EXPECT_FALSE(is_never_counted({"apps", "events"}));
}

TEST(Evaluator, NamesThatPodsCount) {
  for (std::string_view name :
       {"pods", "count/pods", "cpu", "requests.cpu", "limits.cpu", "memory", "limits.ephemeral-storage",
        "requests.ephemeral-storage", "hugepages-2Mi", "requests.hugepages-2Mi", "requests.example.com/gpu",
        "requests.deviceclass.resource.kubernetes.io/gpu"}) {
    EXPECT_TRUE(kPods.counts(name)) << name;
  }
  for (std::string_view name : {"count/pods.apps", "requests.storage", "limits.hugepages-2Mi",
                                "example.com/gpu", "requests.kubernetes.io/x", "services", "storage"}) {
    EXPECT_FALSE(kPods.counts(name)) << name;
  }
}

TEST(Evaluator, PodsUseWhatTheirContainersAskFor) {
  EXPECT_EQ(
      usage(kPods, R"({"spec":{"containers":[{"name":"a","resources":{
      "requests":{"cpu":"1","memory":"1Gi","hugepages-2Mi":"4Mi","example.com/gpu":"2","ephemeral-storage":"1Gi",
                  "deviceclass.resource.kubernetes.io/c":"1"},
      "limits":{"cpu":"2","memory":"2Gi","hugepages-2Mi":"4Mi","example.com/gpu":"2","ephemeral-storage":"3Gi"}}}]}})"),
      "count/pods=1,cpu=1,ephemeral-storage=1Gi,hugepages-2Mi=4Mi,limits.cpu=2,limits.ephemeral-storage=3Gi,"
      "limits.memory=2Gi,memory=1Gi,pods=1,requests.cpu=1,requests.deviceclass.resource.kubernetes.io/c=1,"
      "requests.ephemeral-storage=1Gi,requests.example.com/gpu=2,requests.hugepages-2Mi=4Mi,"
      "requests.memory=1Gi");
  EXPECT_EQ(usage(kPods, R"({"spec":{"resources":{"requests":{"cpu":"3"}},
      "containers":[{"name":"a","resources":{"requests":{"cpu":"1"}}}]}})"),
            "count/pods=1,cpu=3,pods=1,requests.cpu=3");
}

TEST(Evaluator, PodsThatEndedUseOnlyTheirNumber) {
  EXPECT_EQ(usage(kPods, R"({"status":{"phase":"Failed"}})"), "count/pods=1");
  EXPECT_EQ(usage(kPods, R"({"status":{"phase":"Succeeded"}})"), "count/pods=1");
  constexpr std::string_view kEnding = R"({"metadata":{"deletionTimestamp":"1970-01-01T00:01:00Z",
      "deletionGracePeriodSeconds":30}})";
  EXPECT_EQ(usage(kPods, kEnding, {.now = {.seconds = 90}}), "count/pods=1,pods=1");
  EXPECT_EQ(usage(kPods, kEnding, {.now = {.seconds = 90, .nanos = 1}}), "count/pods=1");
}

TEST(Evaluator, ContainersMustSayWhatIsCountedOfCpuAndMemory) {
  auto missing = [](const ResourceNames& names, std::string_view pod) {
    json::Document parsed = json::parse(pod).value();
    return kPods.missing(names, parsed.root).value();
  };
  constexpr std::string_view kPod = R"({"spec":{"initContainers":[{"name":"i"}],
      "containers":[{"name":"y","resources":{"requests":{"cpu":"1"}}},{"name":"x"}]}})";
  EXPECT_EQ(missing({"requests.cpu", "limits.memory", "pods", "requests.ephemeral-storage"}, kPod),
            "must specify limits.memory for: i,x,y; requests.cpu for: i,x");
  EXPECT_EQ(missing({"pods"}, kPod), "");
  EXPECT_EQ(
      missing({"cpu"}, R"({"spec":{"resources":{"limits":{"memory":"1"}},"containers":[{"name":"x"}]}})"),
      "");
}

TEST(Evaluator, ScopesOfPods) {
  struct Case {
    std::string_view requirement, pod;
    bool holds;
  };
  const Case cases[] = {
      {R"({"scopeName":"Terminating","operator":"Exists"})", R"({"spec":{"activeDeadlineSeconds":0}})", true},
      {R"({"scopeName":"Terminating","operator":"Exists"})", R"({"spec":{}})", false},
      {R"({"scopeName":"NotTerminating","operator":"Exists"})", R"({"spec":{}})", true},
      {R"({"scopeName":"BestEffort","operator":"Exists"})", R"({"spec":{"containers":[{"name":"a"}]}})",
       true},
      {R"({"scopeName":"BestEffort","operator":"Exists"})", R"({"status":{"qosClass":"Burstable"}})", false},
      {R"({"scopeName":"BestEffort","operator":"Exists"})",
       R"({"spec":{"containers":[{"resources":{"requests":{"cpu":"1"}}}]}})", false},
      {R"({"scopeName":"BestEffort","operator":"Exists"})",
       R"({"spec":{"containers":[{"resources":{"requests":{"cpu":"0","ephemeral-storage":"1"}}}]}})", true},
      {R"({"scopeName":"NotBestEffort","operator":"Exists"})",
       R"({"spec":{"resources":{"limits":{"memory":"1"}}}})", true},
      {R"({"scopeName":"PriorityClass","operator":"Exists"})", R"({"spec":{"priorityClassName":"a"}})", true},
      {R"({"scopeName":"PriorityClass","operator":"Exists"})", R"({"spec":{}})", false},
      {R"({"scopeName":"PriorityClass","operator":"DoesNotExist"})", R"({"spec":{}})", true},
      {R"({"scopeName":"PriorityClass","operator":"In","values":["a","b"]})",
       R"({"spec":{"priorityClassName":"b"}})", true},
      {R"({"scopeName":"PriorityClass","operator":"In","values":["a"]})", R"({"spec":{}})", false},
      {R"({"scopeName":"PriorityClass","operator":"NotIn","values":["a"]})", R"({"spec":{}})", true},
      {R"({"scopeName":"PriorityClass","operator":"NotIn","values":["a"]})",
       R"({"spec":{"priorityClassName":"a"}})", false},
      {R"({"scopeName":"CrossNamespacePodAffinity","operator":"Exists"})",
       R"({"spec":{"affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[
           {"namespaces":["x"]}]}}}})",
       true},
      {R"({"scopeName":"CrossNamespacePodAffinity","operator":"Exists"})",
       R"({"spec":{"affinity":{"podAntiAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[
           {"podAffinityTerm":{"namespaceSelector":{}}}]}}}})",
       true},
      {R"({"scopeName":"CrossNamespacePodAffinity","operator":"Exists"})",
       R"({"spec":{"affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{}]}}}})",
       false},
      {R"({"scopeName":"VolumeAttributesClass","operator":"Exists"})", R"({"spec":{}})", false},
  };
  for (const Case& each : cases)
    EXPECT_EQ(in_scope(kPods, each.requirement, each.pod), each.holds) << each.requirement << each.pod;
}

TEST(Evaluator, QuotasMatchByLimitsAndAllScopes) {
  json::Document quota = json::parse(R"({"spec":{"scopes":["Terminating","NotBestEffort"]}})").value();
  json::Document short_pod =
      json::parse(R"({"spec":{"activeDeadlineSeconds":1},"status":{"qosClass":"Burstable"}})").value();
  json::Document long_pod = json::parse(R"({"status":{"qosClass":"Burstable"}})").value();
  auto scopes = scopes_of(quota.root);
  ResourceList pods{{"pods", meta::Quantity(1)}}, services{{"services", meta::Quantity(1)}};
  EXPECT_TRUE(kPods.matches(pods, scopes, short_pod.root));
  EXPECT_FALSE(kPods.matches(pods, scopes, long_pod.root));
  EXPECT_TRUE(kPods.matches(pods, {}, long_pod.root));
  EXPECT_FALSE(kPods.matches(services, {}, long_pod.root));
  EXPECT_FALSE(kServices.matches(services, scopes, long_pod.root)) << "no scope selects services";
}

TEST(Evaluator, ServicesUsePortsOfNodesAndBalancers) {
  constexpr std::string_view kCommon = "count/services=1,services=1,services.loadbalancers=";
  auto text = [&](std::string_view rest) { return std::string(kCommon) + std::string(rest); };
  EXPECT_EQ(usage(kServices, R"({"spec":{"ports":[{},{}]}})"), text("0,services.nodeports=0"));
  EXPECT_EQ(usage(kServices, R"({"spec":{"type":"NodePort","ports":[{},{}]}})"),
            text("0,services.nodeports=2"));
  EXPECT_EQ(usage(kServices, R"({"spec":{"type":"LoadBalancer","ports":[{},{}]}})"),
            text("1,services.nodeports=2"));
  EXPECT_EQ(usage(kServices, R"({"spec":{"type":"LoadBalancer","allocateLoadBalancerNodePorts":false,
      "ports":[{"nodePort":30000},{}]}})"),
            text("1,services.nodeports=1"));
}

TEST(Evaluator, VolumeClaimsUseStorageAlsoOfTheirClass) {
  EXPECT_EQ(usage(kVolumeClaims, R"({"spec":{"resources":{"requests":{"storage":"2Gi"}}}})"),
            "count/persistentvolumeclaims=1,persistentvolumeclaims=1,requests.storage=2Gi");
  EXPECT_EQ(
      usage(kVolumeClaims, R"({"spec":{"storageClassName":"gold","resources":{"requests":{"storage":"500m"}}},
      "status":{"allocatedResources":{"storage":"3"}}})"),
      "count/persistentvolumeclaims=1,gold.storageclass.storage.k8s.io/persistentvolumeclaims=1,"
      "gold.storageclass.storage.k8s.io/requests.storage=3,persistentvolumeclaims=1,requests.storage=3");
  EXPECT_EQ(usage(kVolumeClaims, R"({"spec":{"resources":{"requests":{"storage":"500m"}}}})"),
            "count/persistentvolumeclaims=1,persistentvolumeclaims=1,requests.storage=1");
  EXPECT_TRUE(kVolumeClaims.counts("gold.storageclass.storage.k8s.io/requests.storage"));
  EXPECT_FALSE(kVolumeClaims.counts("gold.storageclass.storage.k8s.io/pods"));
}

TEST(Evaluator, VolumeClaimsAreInTheScopesOfAllTheirAttributesClasses) {
  constexpr std::string_view
      kIn = R"({"scopeName":"VolumeAttributesClass","operator":"In","values":["new"]})",
      kNotIn = R"({"scopeName":"VolumeAttributesClass","operator":"NotIn","values":["old"]})";
  constexpr std::string_view kChanging = R"({"spec":{"volumeAttributesClassName":"old"},
      "status":{"modifyVolumeStatus":{"targetVolumeAttributesClassName":"new"}}})";
  EXPECT_TRUE(in_scope(kVolumeClaims, kIn, kChanging));
  EXPECT_TRUE(in_scope(kVolumeClaims, kNotIn, kChanging));
  EXPECT_TRUE(in_scope(kVolumeClaims, kNotIn, "{}"));
  EXPECT_FALSE(in_scope(kVolumeClaims, kIn, "{}"));
  EXPECT_FALSE(in_scope(kVolumeClaims, kNotIn, R"({"spec":{"volumeAttributesClassName":"old"}})"));
}

TEST(Evaluator, DeviceClaimsUseDevicesOfTheirClasses) {
  EXPECT_EQ(
      usage(kDeviceClaims, R"({"spec":{"devices":{"requests":[
      {"exactly":{"deviceClassName":"a","allocationMode":"ExactCount","count":2}},
      {"exactly":{"deviceClassName":"a","allocationMode":"ExactCount","count":1}},
      {"exactly":{"deviceClassName":"b","allocationMode":"All"}},
      {"exactly":{"deviceClassName":"c","allocationMode":"Unheard"}}]}}})"),
      "a.deviceclass.resource.k8s.io/devices=3,b.deviceclass.resource.k8s.io/devices=32,"
      "c.deviceclass.resource.k8s.io/devices=0,count/resourceclaims.resource.k8s.io=1,"
      "requests.deviceclass.resource.kubernetes.io/a=3,requests.deviceclass.resource.kubernetes.io/b=32,"
      "requests.deviceclass.resource.kubernetes.io/c=0");
  EXPECT_EQ(usage(kDeviceClaims, R"({"spec":{"devices":{"requests":[{"firstAvailable":[
      {"deviceClassName":"a","allocationMode":"ExactCount","count":2},
      {"deviceClassName":"a","allocationMode":"ExactCount","count":1},
      {"deviceClassName":"b","allocationMode":"ExactCount","count":1}]}]}}})"),
            "a.deviceclass.resource.k8s.io/devices=2,b.deviceclass.resource.k8s.io/devices=1,"
            "count/resourceclaims.resource.k8s.io=1,requests.deviceclass.resource.kubernetes.io/a=2,"
            "requests.deviceclass.resource.kubernetes.io/b=1");
}

TEST(Evaluator, DevicesForAPodAreNotChargedTwice) {
  constexpr std::string_view kClaim = R"({"metadata":{"name":"c",
      "annotations":{"resource.kubernetes.io/extended-resource-claim":"true"},
      "ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p","uid":"u","controller":true}]},
    "spec":{"devices":{"requests":[{"exactly":{"deviceClassName":"a","allocationMode":"ExactCount","count":2}}]}}})";
  json::Document owner = json::parse(R"({"metadata":{"name":"p","uid":"u"},"spec":{"containers":[
      {"name":"x","resources":{"requests":{"example.com/gpu":"2"}}}]}})")
                             .value();
  Surroundings surroundings{.extended_names = {{"a", "example.com/gpu"}}, .owner = &owner.root};
  constexpr std::string_view kUnowned =
      "a.deviceclass.resource.k8s.io/devices=2,count/resourceclaims.resource.k8s.io=1,"
      "requests.deviceclass.resource.kubernetes.io/a=2";
  EXPECT_EQ(usage(kDeviceClaims, kClaim, surroundings), kUnowned);
  surroundings.owner = nullptr;
  EXPECT_EQ(usage(kDeviceClaims, kClaim, surroundings),
            std::string(kUnowned) + ",requests.example.com/gpu=2");
  json::Document claim = json::parse(kClaim).value();
  EXPECT_EQ(extended_resource_owner(claim.root), "p");
}

TEST(ResourceList, IncreaseIsNeverNegative) {
  ResourceList now{{"a", meta::Quantity(3)}, {"b", meta::Quantity(1)}, {"c", meta::Quantity(1)}},
      before{{"a", meta::Quantity(1)}, {"b", meta::Quantity(2)}, {"d", meta::Quantity(2)}};
  EXPECT_EQ(text_of(increase(now, before)), "a=2,b=0,c=1");
  EXPECT_EQ(text_of(without_zeros(increase(now, before))), "a=2,c=1");
}

}  // namespace
}  // namespace pedalion::quota
