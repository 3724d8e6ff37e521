#include "pedalion/apimachinery/scheme/scheme.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <thread>

namespace pedalion::scheme {
namespace {

using schema::Field;
using schema::Shape;
using schema::Type;

/// Every type that can be reached from `type` is whole.
void check(const Type* type, std::set<const Type*>& seen) {
  ASSERT_NE(type, nullptr);
  if (!seen.insert(type).second) return;
  if (type->is_list() || type->is_map()) return check(type->element, seen);
  std::set<std::string_view> names;
  for (const Field& field : type->fields) {
    SCOPED_TRACE(std::string(type->name) + "." + std::string(field.name));
    check(field.type, seen);
    if (type->shape == Shape::kAlternatives) continue;
    EXPECT_TRUE(names.insert(field.name).second) << "twice";
    EXPECT_EQ(type->field(field.name), &field);
    EXPECT_LE(field.proto_embedded, type->embedded.size());
    if (!field.list_map_keys.empty()) {
      for (auto key : field.list_map_keys) EXPECT_NE(field.type->element->field(key), nullptr) << key;
    }
    if (!field.patch_merge_key.empty()) EXPECT_NE(field.type->element->field(field.patch_merge_key), nullptr);
  }
  for (std::size_t i = 0; i < type->embedded.size(); ++i) {
    EXPECT_LE(type->embedded[i].parent, i);
    EXPECT_NE(type->embedded[i].proto_number, 0u);
  }
}

TEST(Scheme, EveryTypeOfEveryPackageIsWhole) {
  Scheme scheme;
  std::size_t kinds = 0;
  std::set<const Type*> seen;
  for (const auto& gv : scheme.group_versions()) {
    SCOPED_TRACE(gv.api_version());
    for (auto kind : scheme.kinds(gv)) {
      const Type* type = scheme.type(gv.group, gv.version, kind);
      ASSERT_NE(type, nullptr) << kind;
      ++kinds;
      EXPECT_EQ(type->fields[0].name, "kind");
      EXPECT_EQ(type->fields[1].name, "apiVersion");
    }
    for (const auto& named : scheme.package(gv.group, gv.version)->types()) {
      EXPECT_EQ(scheme.package(gv.group, gv.version)->find(named.name), named.type);
      check(named.type, seen);
    }
  }
  EXPECT_GT(kinds, 280u);
  EXPECT_GT(seen.size(), 1000u);
}

TEST(Scheme, HasEveryKindThatKubernetesServes) {
  Scheme scheme;
  std::ifstream file("pedalion/apimachinery/scheme/testdata/served_kinds.txt");
  std::string group, version, kind;
  std::size_t count = 0;
  for (; file >> group >> version >> kind; ++count) {
    if (group == "\"\"") group.clear();
    EXPECT_NE(scheme.type(group, version, kind), nullptr) << group << "/" << version << " " << kind;
  }
  EXPECT_EQ(count, 77u);
}

TEST(Scheme, KnowsAPod) {
  Scheme scheme;
  const Type* pod = scheme.type("", "v1", "Pod");
  ASSERT_NE(pod, nullptr);
  EXPECT_EQ(pod->open_api_name, "io.k8s.api.core.v1.Pod");
  EXPECT_EQ(pod->package, "core/v1");
  EXPECT_FALSE(pod->kind->cluster_scoped);
  const Type* container = pod->field("spec")->type->field("containers")->type->element;
  const Field* containers = pod->field("spec")->type->field("containers");
  EXPECT_EQ(containers->patch_merge_key, "name");
  EXPECT_EQ(containers->patch_strategy, schema::kPatchMerge);
  EXPECT_EQ(containers->list_type, schema::ListType::kMap);
  EXPECT_EQ(containers->proto_number, 2u);
  const Field* ports = container->field("ports");
  EXPECT_THAT(ports->list_map_keys, testing::ElementsAre("containerPort", "protocol"));
  EXPECT_EQ(ports->type->element->field("protocol")->default_json, "\"TCP\"");
  EXPECT_THAT(container->field("imagePullPolicy")->type->enum_values,
              testing::ElementsAre("Always", "IfNotPresent", "Never"));
  EXPECT_EQ(container->field("resources")->type->field("limits")->type->element->shape, Shape::kQuantity);
  EXPECT_EQ(pod->field("nope"), nullptr);
  EXPECT_EQ(pod->field(""), nullptr);
  EXPECT_TRUE(pod->field("metadata")->type->field("creationTimestamp")->omitzero);
  EXPECT_TRUE(pod->field("metadata")->type->field("deletionTimestamp")->pointer);
}

TEST(Scheme, FlattensEmbeddedStructsButKeepsTheirProtobufMessage) {
  Scheme scheme;
  const Type* volume = scheme.named("core/v1", "Volume");
  ASSERT_EQ(volume->embedded.size(), 1u);
  EXPECT_EQ(volume->embedded[0].proto_number, 2u);
  EXPECT_EQ(volume->embedded[0].type->name, "VolumeSource");
  EXPECT_EQ(volume->field("emptyDir")->proto_embedded, 1);
  EXPECT_EQ(volume->field("emptyDir")->proto_number, 2u);
  EXPECT_EQ(volume->field("name")->proto_embedded, 0);

  // Two levels: NamedRuleWithOperations holds RuleWithOperations, which holds Rule.
  const Type* rule = scheme.named("admissionregistration/v1", "NamedRuleWithOperations");
  ASSERT_EQ(rule->embedded.size(), 2u);
  EXPECT_EQ(rule->embedded[0].parent, 0);
  EXPECT_EQ(rule->embedded[1].parent, 1);
  EXPECT_EQ(rule->field("operations")->proto_embedded, 1);
  EXPECT_EQ(rule->field("apiGroups")->proto_embedded, 2);
}

TEST(Scheme, KnowsWhatIsBesidesFields) {
  Scheme scheme;
  const Type* slice = scheme.type("resource.k8s.io", "v1", "ResourceSlice");
  EXPECT_TRUE(slice->kind->cluster_scoped);
  const Type* endpoints = scheme.type("discovery.k8s.io", "v1beta1", "EndpointSlice");
  EXPECT_EQ(endpoints->kind->removed, "1.25");
  EXPECT_EQ(endpoints->kind->replacement, "discovery.k8s.io/v1.EndpointSlice");
  const Field* devices = slice->field("spec")->type->field("devices");
  ASSERT_NE(devices->facts, nullptr);
  EXPECT_THAT(devices->facts->validation, testing::Contains("zeroOrOneOf=ResourceSliceType"));
  EXPECT_EQ(scheme.named("meta/v1", "LabelSelector")->map_type, schema::MapType::kAtomic);
  EXPECT_TRUE(scheme.named("authorization/v1", "ExtraValue")->proto_message);
  const Type* items = scheme.named("apiextensions/v1", "JSONSchemaPropsOrArray");
  EXPECT_EQ(items->shape, Shape::kAlternatives);
  ASSERT_EQ(items->fields.size(), 2u);
  EXPECT_EQ(items->fields[1].proto_number, 2u);
}

TEST(Scheme, OptionKindsBelongToEveryGroupVersion) {
  Scheme scheme;
  const Type* options = scheme.type("", "v1", "DeleteOptions");
  ASSERT_NE(options, nullptr);
  EXPECT_EQ(scheme.type("apps", "v1", "DeleteOptions"), options);
  EXPECT_EQ(scheme.type("example.com", "v1alpha1", "DeleteOptions"), options);
  EXPECT_EQ(scheme.type("meta.k8s.io", "v1", "DeleteOptions"), options);
  EXPECT_NE(scheme.type("", "v1", "Status"), nullptr);
  EXPECT_EQ(scheme.type("apps", "v1", "Status"), nullptr);
  EXPECT_EQ(scheme.type("", "v1", "List"), scheme.named("meta/v1", "List"));
  EXPECT_EQ(scheme.type("meta.k8s.io", "v1beta1", "Table"), scheme.type("meta.k8s.io", "v1", "Table"));
}

TEST(Scheme, IsSilentAboutWhatItDoesNotKnow) {
  Scheme scheme;
  EXPECT_EQ(scheme.type("", "v1", "Nope"), nullptr);
  EXPECT_EQ(scheme.type("", "v1", "PodSpec"), nullptr);
  EXPECT_EQ(scheme.type("nope", "v1", "Pod"), nullptr);
  EXPECT_EQ(scheme.named("core/v1", ""), nullptr);
}

TEST(Scheme, ThreadsMayAskAtTheSameTime) {
  Scheme scheme;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&scheme] {
      for (const auto& gv : scheme.group_versions()) {
        for (auto kind : scheme.kinds(gv)) EXPECT_NE(scheme.type(gv.group, gv.version, kind), nullptr);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace pedalion::scheme
