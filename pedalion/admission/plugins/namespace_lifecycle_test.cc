#include <gtest/gtest.h>

#include "pedalion/admission/plugins/plugins.h"
#include "pedalion/admission/test_cluster.h"

namespace pedalion::admission::plugins {
namespace {

using testing::pass;
using testing::TestCluster;

constexpr std::string_view kActive = R"({"metadata":{"name":"ns"}})";
constexpr std::string_view kTerminating =
    R"({"metadata":{"name":"ns","deletionTimestamp":"2020-01-01T00:00:00Z"}})";
const testing::Write kPod{.object = R"({"metadata":{"name":"p"}})"};

testing::Write deletion_of(std::string name) {
  return {.operation = Operation::kDelete,
          .resource = "namespaces",
          .kind = "Namespace",
          .ns = name,
          .name = name};
}

TEST(NamespaceLifecycle, AdmitsOnlyIntoLivingNamespaces) {
  TestCluster cluster;
  auto plugin = namespace_lifecycle(cluster);
  auto missing = pass(*plugin, kPod);
  EXPECT_EQ(missing.code, 404);
  EXPECT_EQ(missing.refusal, R"(namespaces "ns" not found)");
  cluster.put("", "namespaces", kActive);
  EXPECT_EQ(pass(*plugin, kPod).code, 200);
  cluster.put("", "namespaces", kTerminating);
  auto terminating = pass(*plugin, kPod);
  EXPECT_EQ(terminating.code, 403);
  EXPECT_EQ(
      terminating.refusal,
      R"(pods "p" is forbidden: unable to create new content in namespace ns because it is being terminated)");
}

TEST(NamespaceLifecycle, KeepsSomeNamespaces) {
  TestCluster cluster;
  auto plugin = namespace_lifecycle(cluster);
  EXPECT_EQ(pass(*plugin, deletion_of("kube-system")).code, 403);
  EXPECT_EQ(pass(*plugin, deletion_of("ns")).code, 200);
}

TEST(NamespaceLifecycle, TakesAKnownNamespaceAsItIsKnown) {
  TestCluster cluster;
  auto plugin = namespace_lifecycle(cluster);
  cluster.put("", "namespaces", kActive);
  cluster.fall_behind();
  cluster.put("", "namespaces", kTerminating);  // by another server
  EXPECT_EQ(pass(*plugin, kPod).code, 200);
}

TEST(NamespaceLifecycle, SeesANewNamespaceAtOnce) {
  TestCluster cluster;
  auto plugin = namespace_lifecycle(cluster);
  cluster.fall_behind();
  cluster.put("", "namespaces", kActive);
  EXPECT_EQ(pass(*plugin, kPod).code, 200);
}

TEST(NamespaceLifecycle, SeesANamespaceThatIsMadeAnew) {
  TestCluster cluster;
  auto plugin = namespace_lifecycle(cluster);
  cluster.put("", "namespaces", kTerminating);
  cluster.fall_behind();
  cluster.put("", "namespaces", kActive);
  EXPECT_EQ(pass(*plugin, kPod).code, 200);
}

}  // namespace
}  // namespace pedalion::admission::plugins
