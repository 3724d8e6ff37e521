// What classes of storage, ingresses and runtimes do to what names them.
#include <gtest/gtest.h>

#include "pedalion/admission/plugins/plugins.h"
#include "pedalion/admission/test_cluster.h"

namespace pedalion::admission::plugins {
namespace {

using testing::pass;
using testing::TestCluster;
using testing::Write;

void storage_class(TestCluster& cluster, std::string name, std::string time, std::string more = "") {
  cluster.put("storage.k8s.io", "storageclasses",
              R"({"metadata":{"name":")" + name + R"(","creationTimestamp":")" + time +
                  R"(","annotations":{"storageclass.kubernetes.io/is-default-class":"true"}})" + more + "}");
}

Write claim(std::string object) {
  return {.resource = "persistentvolumeclaims", .kind = "PersistentVolumeClaim", .object = std::move(object)};
}

TEST(DefaultStorageClass, IsTheNewest) {
  TestCluster cluster;
  auto plugin = default_storage_class(cluster);
  EXPECT_EQ(pass(*plugin, claim(R"({"spec":{}})")).object, R"({"spec":{}})");
  storage_class(cluster, "b", "2024-01-02T00:00:00Z");
  storage_class(cluster, "a", "2024-01-01T00:00:00Z");
  EXPECT_EQ(pass(*plugin, claim(R"({"spec":{}})")).object, R"({"spec":{"storageClassName":"b"}})");
  storage_class(cluster, "a", "2024-01-02T00:00:00Z");
  EXPECT_EQ(pass(*plugin, claim(R"({"spec":{}})")).object, R"({"spec":{"storageClassName":"a"}})");
}

TEST(DefaultStorageClass, LeavesWhatIsNamed) {
  TestCluster cluster;
  auto plugin = default_storage_class(cluster);
  storage_class(cluster, "a", "2024-01-01T00:00:00Z");
  for (std::string object :
       {R"({"spec":{"storageClassName":""}})",
        R"({"metadata":{"annotations":{"volume.beta.kubernetes.io/storage-class":""}},"spec":{}})"})
    EXPECT_EQ(pass(*plugin, claim(object)).object, object);
}

TEST(DefaultIngressClass, LeavesAnnotatedIngresses) {
  TestCluster cluster;
  auto plugin = default_ingress_class(cluster);
  cluster.put(
      "networking.k8s.io", "ingressclasses",
      R"({"metadata":{"name":"i","annotations":{"ingressclass.kubernetes.io/is-default-class":"true"}}})");
  Write write{
      .group = "networking.k8s.io", .resource = "ingresses", .kind = "Ingress", .object = R"({"spec":{}})"};
  EXPECT_EQ(pass(*plugin, write).object, R"({"spec":{"ingressClassName":"i"}})");
  write.object = R"({"metadata":{"annotations":{"kubernetes.io/ingress.class":"x"}},"spec":{}})";
  EXPECT_EQ(pass(*plugin, write).object, write.object);
}

std::string sized(std::string size, std::string class_name, std::string phase = "Bound") {
  return R"({"spec":{"storageClassName":")" + class_name + R"(","resources":{"requests":{"storage":")" +
         size + R"("}}},"status":{"phase":")" + phase + R"("}})";
}

TEST(PersistentVolumeClaimResize, AsksTheClass) {
  TestCluster cluster;
  auto plugin = claim_resize(cluster);
  storage_class(cluster, "fixed", "");
  storage_class(cluster, "grows", "", R"(,"allowVolumeExpansion":true)");
  auto refusal = [&](std::string now, std::string before) {
    Write write = claim(std::move(now));
    write.operation = Operation::kUpdate;
    write.old_object = std::move(before);
    return pass(*plugin, write).refusal;
  };
  constexpr std::string_view kFixed =
      "persistentvolumeclaims \"p\" is forbidden: only dynamically provisioned pvc can be resized and the "
      "storageclass "
      "that provisions the pvc must support resize";
  EXPECT_EQ(refusal(sized("2Gi", "grows"), sized("1Gi", "grows")), "");
  EXPECT_EQ(refusal(sized("2Gi", "fixed"), sized("1Gi", "fixed")), kFixed);
  EXPECT_EQ(refusal(sized("2Gi", "grows"), sized("1Gi", "fixed")), kFixed);
  EXPECT_EQ(refusal(sized("2Gi", "gone"), sized("1Gi", "gone")), kFixed);
  EXPECT_EQ(refusal(sized("1024Mi", "fixed"), sized("1Gi", "fixed")), "");
  EXPECT_EQ(refusal(sized("2Gi", "grows"), sized("1Gi", "grows", "Pending")),
            "persistentvolumeclaims \"p\" is forbidden: Only bound persistent volume claims can be expanded");
}

class RuntimeClassTest : public ::testing::Test {
 protected:
  RuntimeClassTest() {
    cluster_.put("node.k8s.io", "runtimeclasses", R"({"metadata":{"name":"kata"},"handler":"h",
      "overhead":{"podFixed":{"cpu":"250m"}},"scheduling":{"nodeSelector":{"kata":"yes"},
      "tolerations":[{"key":"kata","operator":"Exists"}]}})");
    cluster_.put("node.k8s.io", "runtimeclasses", R"({"metadata":{"name":"plain"},"handler":"h"})");
  }
  testing::Outcome create(std::string spec) { return pass(*plugin_, {.object = R"({"spec":)" + spec + "}"}); }

  TestCluster cluster_;
  std::unique_ptr<Plugin> plugin_ = runtime_class(cluster_);
};

TEST_F(RuntimeClassTest, MergesOverheadAndScheduling) {
  EXPECT_EQ(
      create(
          R"({"runtimeClassName":"kata","nodeSelector":{"z":"1"},)"
          R"("tolerations":[{"key":"kata","operator":"Equal","value":"v"},{"key":"x","operator":"Exists"}]})")
          .object,
      R"({"spec":{"runtimeClassName":"kata","nodeSelector":{"kata":"yes","z":"1"},)"
      R"("tolerations":[{"key":"x","operator":"Exists"},{"key":"kata","operator":"Exists"}],)"
      R"("overhead":{"cpu":"250m"}}})");
  EXPECT_EQ(create(R"({"runtimeClassName":"kata","overhead":{"cpu":"0.25"}})").refusal, "");
}

TEST_F(RuntimeClassTest, RefusesContradictions) {
  EXPECT_EQ(create(R"({"runtimeClassName":"none"})").refusal,
            "pods \"p\" is forbidden: pod rejected: RuntimeClass \"none\" not found");
  EXPECT_EQ(create(R"({"runtimeClassName":"kata","nodeSelector":{"kata":"no"}})").refusal,
            "pods \"p\" is forbidden: conflict: runtimeClass.scheduling.nodeSelector[kata] = yes; "
            "pod.spec.nodeSelector[kata] = no");
  EXPECT_EQ(
      create(R"({"runtimeClassName":"kata","overhead":{"cpu":"1"}})").refusal,
      "pods \"p\" is forbidden: pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
  for (std::string spec :
       {R"({"overhead":{"cpu":"1"}})", R"({"runtimeClassName":"plain","overhead":{"cpu":"1"}})"})
    EXPECT_EQ(
        create(spec).refusal,
        "pods \"p\" is forbidden: pod rejected: Pod Overhead set without corresponding RuntimeClass defined "
        "Overhead");
}

TEST(PodTopologyLabels, ComeFromTheNode) {
  TestCluster cluster;
  auto plugin = pod_topology_labels(cluster);
  cluster.put("", "nodes",
              R"({"metadata":{"name":"n","labels":{"topology.kubernetes.io/zone":"z","other":"o"}}})");
  Write write{
      .object = R"({"metadata":{"labels":{"topology.kubernetes.io/zone":"mine"}},"spec":{"nodeName":"n"}})"};
  EXPECT_EQ(pass(*plugin, write).object,
            R"({"metadata":{"labels":{"topology.kubernetes.io/zone":"z"}},"spec":{"nodeName":"n"}})");
  write.subresource = "binding";
  write.object = R"({"target":{"kind":"Node","name":"n"}})";
  EXPECT_EQ(
      pass(*plugin, write).object,
      R"({"target":{"kind":"Node","name":"n"},"metadata":{"labels":{"topology.kubernetes.io/zone":"z"}}})");
  write.object = R"({"target":{"kind":"Node","name":"gone"}})";
  EXPECT_EQ(pass(*plugin, write).object, write.object);
}

}  // namespace
}  // namespace pedalion::admission::plugins
