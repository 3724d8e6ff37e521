#include "pedalion/admission/resourcequota/resource_quota.h"

#include <gtest/gtest.h>

#include "pedalion/admission/test_cluster.h"

namespace pedalion::admission::resourcequota {
namespace {

using admission::testing::Outcome;
using admission::testing::TestCluster;
using admission::testing::Write;

class ResourceQuotaTest : public ::testing::Test {
 protected:
  /// `hard` and `used` are members: `"pods":"1"`.
  void put_quota(std::string_view name, std::string_view hard, std::string_view used,
                 std::string_view spec = "{}") {
    std::string text = R"({"metadata":{"namespace":"ns","name":")" + std::string(name) + R"("},"spec":)" +
                       std::string(spec) + R"(,"status":{"hard":{)" + std::string(hard) + R"(},"used":{)" +
                       std::string(used) + "}}}";
    cluster_.put("", "resourcequotas", text);
  }
  std::string used(std::string name) {
    auto object = sync_wait(cluster_.find({"", "resourcequotas"}, "ns", std::move(name))).value();
    json::Document parsed = json::parse(object->json.view()).value();
    return json::to_string(*parsed.root.at({"status", "used"}));
  }
  Outcome pass(const Write& write) { return admission::testing::pass(*plugin_, write); }

  static Write config_map() {
    return {.resource = "configmaps", .kind = "ConfigMap", .name = "c", .object = "{}"};
  }

  TestCluster cluster_;
  std::unique_ptr<Plugin> plugin_ = resource_quota(cluster_);
};

TEST_F(ResourceQuotaTest, ChargesUntilTheLimit) {
  put_quota("q", R"("configmaps":"2","pods":"1")", R"("configmaps":"0","pods":"0")");
  EXPECT_EQ(pass(config_map()).refusal, "");
  EXPECT_EQ(used("q"), R"({"configmaps":"1","pods":"0"})");
  EXPECT_EQ(pass(config_map()).refusal, "");
  Outcome refused = pass(config_map());
  EXPECT_EQ(refused.refusal,
            "configmaps \"c\" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=2, "
            "limited: configmaps=2");
  EXPECT_EQ(refused.code, 403);
  EXPECT_EQ(used("q"), R"({"configmaps":"2","pods":"0"})");
  EXPECT_EQ(cluster_.status_writes(), 2);
}

TEST_F(ResourceQuotaTest, OnlyTheStatusLimits) {
  put_quota("q", "", "", R"({"hard":{"configmaps":"0"}})");
  EXPECT_EQ(pass(config_map()).refusal, "");
  put_quota("q", R"("configmaps":"3","count/configmaps":"3")", R"("configmaps":"0")");
  EXPECT_EQ(
      pass(config_map()).refusal,
      "configmaps \"c\" is forbidden: status unknown for quota: q, resources: configmaps,count/configmaps");
}

TEST_F(ResourceQuotaTest, DryRunsAreJudgedAndNotCharged) {
  put_quota("q", R"("configmaps":"1")", R"("configmaps":"0")");
  Write dry = config_map();
  dry.dry_run = true;
  EXPECT_EQ(pass(dry).refusal, "");
  EXPECT_EQ(used("q"), R"({"configmaps":"0"})");
  EXPECT_EQ(pass(config_map()).refusal, "");
  EXPECT_NE(pass(dry).refusal, "");
}

TEST_F(ResourceQuotaTest, NothingIsChargedWhenOneQuotaRefuses) {
  put_quota("a", R"("configmaps":"9")", R"("configmaps":"0")");
  put_quota("b", R"("count/configmaps":"0")", R"("count/configmaps":"0")");
  EXPECT_NE(pass(config_map()).refusal, "");
  EXPECT_EQ(used("a"), R"({"configmaps":"0"})");
}

TEST_F(ResourceQuotaTest, WhatIsNotCountedPasses) {
  put_quota("q",
            R"("count/events":"0","count/events.events.k8s.io":"0","count/serviceaccounts":"0","pods":"0")",
            R"("count/events":"0","count/events.events.k8s.io":"0","count/serviceaccounts":"0","pods":"0")");
  EXPECT_EQ(pass({.group = "events.k8s.io", .resource = "events", .kind = "Event", .object = "{}"}).refusal,
            "");
  EXPECT_EQ(
      pass({.resource = "serviceaccounts", .kind = "TokenRequest", .subresource = "token", .object = "{}"})
          .refusal,
      "");
  EXPECT_EQ(pass({.subresource = "eviction", .object = "{}"}).refusal, "");
  EXPECT_EQ(pass({.operation = Operation::kUpdate, .object = "{}", .old_object = "{}"}).refusal, "");
  EXPECT_EQ(
      pass({.operation = Operation::kUpdate, .subresource = "status", .object = "{}", .old_object = "{}"})
          .refusal,
      "");
  EXPECT_NE(pass({.object = "{}"}).refusal, "");
}

TEST_F(ResourceQuotaTest, UpdatesAreChargedWhatTheyAdd) {
  put_quota("q", R"("services.loadbalancers":"1","services.nodeports":"3")",
            R"("services.loadbalancers":"0","services.nodeports":"2")");
  constexpr std::string_view kBefore =
      R"({"metadata":{"resourceVersion":"1"},"spec":{"type":"NodePort","ports":[{},{}]}})";
  auto change = [&](std::string_view object) {
    return pass({.operation = Operation::kUpdate,
                 .resource = "services",
                 .kind = "Service",
                 .name = "s",
                 .object = std::string(object),
                 .old_object = std::string(kBefore)})
        .refusal;
  };
  EXPECT_EQ(change(R"({"spec":{"type":"LoadBalancer","ports":[{},{},{}]}})"), "");
  EXPECT_EQ(used("q"), R"({"services.loadbalancers":"1","services.nodeports":"3"})");
  EXPECT_EQ(change(R"({"spec":{"type":"ClusterIP","ports":[{}]}})"), "");
  EXPECT_EQ(used("q"), R"({"services.loadbalancers":"1","services.nodeports":"3"})")
      << "nothing is given back";
  EXPECT_EQ(change(R"({"spec":{"type":"LoadBalancer","ports":[{},{},{}]}})"),
            "services \"s\" is forbidden: exceeded quota: q, requested: "
            "services.loadbalancers=1,services.nodeports=1, "
            "used: services.loadbalancers=1,services.nodeports=3, limited: "
            "services.loadbalancers=1,services.nodeports=3");
}

TEST_F(ResourceQuotaTest, PodsThatComeIntoAScopeAreChargedWhole) {
  put_quota("q", R"("pods":"1")", R"("pods":"0")", R"({"scopes":["Terminating"]})");
  auto set_deadline = [&] {
    return pass({.operation = Operation::kUpdate,
                 .object = R"({"spec":{"activeDeadlineSeconds":5}})",
                 .old_object = R"({"metadata":{"resourceVersion":"1"},"spec":{}})"})
        .refusal;
  };
  EXPECT_EQ(set_deadline(), "");
  EXPECT_EQ(used("q"), R"({"pods":"1"})");
  EXPECT_NE(set_deadline(), "");
}

TEST_F(ResourceQuotaTest, StatusesAreCountedNotRefused) {
  put_quota("q", R"("requests.storage":"1Gi")", R"("requests.storage":"1Gi")");
  EXPECT_EQ(pass({.operation = Operation::kUpdate,
                  .resource = "persistentvolumeclaims",
                  .kind = "PersistentVolumeClaim",
                  .subresource = "status",
                  .object = R"({"spec":{"resources":{"requests":{"storage":"1Gi"}}},
                                "status":{"allocatedResources":{"storage":"3Gi"}}})",
                  .old_object = R"({"metadata":{"resourceVersion":"1"},
                                    "spec":{"resources":{"requests":{"storage":"1Gi"}}}})"})
                .refusal,
            "");
  EXPECT_EQ(used("q"), R"({"requests.storage":"3Gi"})");
}

TEST_F(ResourceQuotaTest, PodsMustSayWhatIsLimited) {
  put_quota("q", R"("requests.cpu":"1","pods":"1")", R"("requests.cpu":"0","pods":"0")");
  EXPECT_EQ(pass({.object = R"({"spec":{"containers":[{"name":"a"}]}})"}).refusal,
            "pods \"p\" is forbidden: failed quota: q: must specify requests.cpu for: a");
  EXPECT_EQ(
      pass({.object = R"({"spec":{"containers":[{"name":"a","resources":{"requests":{"cpu":"-1"}}}]}})"})
          .refusal,
      "pods \"p\" is forbidden: quota usage is negative for resource(s): cpu,requests.cpu");
}

TEST_F(ResourceQuotaTest, DeviceClassesMayBeAnExtendedResource) {
  cluster_.put("resource.k8s.io", "deviceclasses",
               R"({"metadata":{"name":"a"},"spec":{"extendedResourceName":"example.com/gpu"}})");
  put_quota("q", R"("requests.example.com/gpu":"3","a.deviceclass.resource.k8s.io/devices":"9")",
            R"("requests.example.com/gpu":"0","a.deviceclass.resource.k8s.io/devices":"0")");
  EXPECT_EQ(pass({.group = "resource.k8s.io",
                  .resource = "resourceclaims",
                  .kind = "ResourceClaim",
                  .object = R"({"spec":{"devices":{"requests":[
                      {"exactly":{"deviceClassName":"a","allocationMode":"ExactCount","count":2}}]}}})"})
                .refusal,
            "");
  EXPECT_EQ(used("q"), R"({"a.deviceclass.resource.k8s.io/devices":"2","requests.example.com/gpu":"2"})");
}

/// Somebody else writes the quota before each of the first writes of its status.
class BusyCluster final : public Cluster {
 public:
  BusyCluster(TestCluster& inner, int interruptions) : inner_(inner), left_(interruptions) {}
  Task<Result<watchcache::ObjectPtr>> find(meta::GroupResource resource, std::string ns,
                                           std::string name) override {
    return inner_.find(std::move(resource), std::move(ns), std::move(name));
  }
  Task<Result<watchcache::ObjectPtr>> find_known(meta::GroupResource resource, std::string ns,
                                                 std::string name) override {
    return inner_.find_known(std::move(resource), std::move(ns), std::move(name));
  }
  Task<Result<std::vector<watchcache::ObjectPtr>>> list(meta::GroupResource resource,
                                                        std::string ns) override {
    return inner_.list(std::move(resource), std::move(ns));
  }
  Task<Result<std::vector<watchcache::ObjectPtr>>> list_known(meta::GroupResource resource,
                                                              std::string ns) override {
    return inner_.list_known(std::move(resource), std::move(ns));
  }
  Task<Result<bool>> knows_any(meta::GroupResource resource, std::string ns) override {
    return inner_.knows_any(std::move(resource), std::move(ns));
  }
  Task<Result<void>> update_status(meta::GroupResource resource, json::Document object) override {
    if (left_-- > 0) {
      inner_.put("", "resourcequotas", R"({"metadata":{"namespace":"ns","name":"q"},
          "status":{"hard":{"configmaps":"9"},"used":{"configmaps":"5"}}})");
    }
    return inner_.update_status(std::move(resource), std::move(object));
  }

 private:
  TestCluster& inner_;
  int left_;
};

TEST_F(ResourceQuotaTest, ChargesAnewAfterSomebodyElseHasWritten) {
  for (int interruptions : {1, 3, 4}) {
    put_quota("q", R"("configmaps":"9")", R"("configmaps":"0")");
    BusyCluster busy(cluster_, interruptions);
    Outcome outcome = admission::testing::pass(*resource_quota(busy), config_map());
    bool is_too_busy = interruptions > 3;
    EXPECT_EQ(outcome.code, is_too_busy ? 409 : 200) << outcome.refusal;
    EXPECT_EQ(used("q"), is_too_busy ? R"({"configmaps":"5"})" : R"({"configmaps":"6"})");
  }
}

}  // namespace
}  // namespace pedalion::admission::resourcequota
