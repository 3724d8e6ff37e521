#include "pedalion/apimachinery/scheme/scheme.h"

#include <gtest/gtest.h>

namespace pedalion::scheme {
namespace {

TEST(Scheme, LoadsEveryPackageAndResolvesEveryType) {
  Scheme scheme;
  std::size_t kinds = 0, fields = 0;
  for (const auto& gv : scheme.group_versions()) {
    for (auto kind : scheme.kinds(gv)) {
      const schema::Type* type = scheme.type(gv.group, gv.version, kind);
      ASSERT_NE(type, nullptr) << gv.api_version() << " " << kind;
      ++kinds;
      for (const auto& field : type->fields) {
        ++fields;
        ASSERT_NE(field.type, nullptr) << kind << "." << field.name;
        EXPECT_EQ(type->field(field.name), &field);
        if (field.type->is_struct()) EXPECT_FALSE(field.type->fields.empty()) << kind << "." << field.name;
      }
    }
  }
  EXPECT_GT(kinds, 250u);
  EXPECT_GT(fields, 1000u);
}

TEST(Scheme, KnowsAPod) {
  Scheme scheme;
  const schema::Type* pod = scheme.type("", "v1", "Pod");
  ASSERT_NE(pod, nullptr);
  EXPECT_EQ(pod->fields[0].name, "kind");
  EXPECT_EQ(pod->open_api_name, "io.k8s.api.core.v1.Pod");
  const schema::Field* containers = pod->field("spec")->type->field("containers");
  ASSERT_NE(containers, nullptr);
  EXPECT_EQ(containers->patch_merge_key, "name");
  EXPECT_EQ(containers->list_type, schema::ListType::kMap);
  const schema::Type* container = containers->type->element;
  const schema::Field* ports = container->field("ports");
  ASSERT_EQ(ports->list_map_keys.size(), 2u);
  EXPECT_EQ(ports->list_map_keys[1], "protocol");
  EXPECT_EQ(ports->type->element->field("protocol")->default_json, "\"TCP\"");
  EXPECT_EQ(container->field("resources")->type->field("limits")->type->element->shape, schema::Shape::kQuantity);
  EXPECT_EQ(pod->field("nope"), nullptr);
  const schema::Type* volume = pod->field("spec")->type->field("volumes")->type->element;
  EXPECT_NE(volume->field("emptyDir"), nullptr);
  EXPECT_EQ(volume->field("emptyDir")->proto_embedded, 2);
}

TEST(Scheme, IsSilentAboutWhatItDoesNotKnow) {
  Scheme scheme;
  EXPECT_EQ(scheme.type("", "v1", "Nope"), nullptr);
  EXPECT_EQ(scheme.type("nope", "v1", "Pod"), nullptr);
}

}  // namespace
}  // namespace pedalion::scheme
