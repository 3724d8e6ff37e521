#include "pedalion/endpoints/openapi/generator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/endpoints/openapi/sample_groups.h"

namespace pedalion::openapi {
namespace {

std::set<std::string> lines_of(const std::string& name) {
  std::ifstream file("pedalion/endpoints/openapi/testdata/" + name);
  std::set<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.insert(line);
  return lines;
}

void expect_same(const std::set<std::string>& made, const std::set<std::string>& wanted) {
  for (const auto& line : made) EXPECT_TRUE(wanted.contains(line)) << "too much: " << line;
  for (const auto& line : wanted) EXPECT_TRUE(made.contains(line)) << "missing: " << line;
}

/// FNV-1a of the schema without descriptions of answers and with sorted keys, as testdata/schemas.txt has it.
std::string digest(const json::Value& schema) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (unsigned char c : json::to_string(schema, json::SortKeys::kYes)) hash = (hash ^ c) * 0x100000001b3u;
  char text[17];
  snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

std::string joined_names(const json::Value& operation, const json::Value& path) {
  std::string names;
  for (const auto* owner : {&operation, &path}) {
    const auto* parameters = owner->find("parameters");
    if (parameters == nullptr) continue;
    for (const auto& parameter : parameters->items()) {
      names += (names.empty() ? "" : ",") + std::string(parameter.string_at({"name"}));
    }
  }
  return names.empty() ? "-" : names;
}

class GeneratorTest : public ::testing::Test {
 protected:
  json::Document v3(std::string_view path) {
    auto text = generator_.v3(path);
    EXPECT_TRUE(text) << path;
    auto document = json::parse(*text);
    EXPECT_TRUE(document) << path;
    return *std::move(document);
  }

  scheme::Scheme scheme_;
  std::vector<registry::rest::ApiGroupInfo> groups_ = testing::sample_groups(scheme_);
  Generator generator_{scheme_, groups_};
};

TEST_F(GeneratorTest, OperationsAreKubernetes) {
  std::set<std::string> made;
  for (const auto& path : generator_.v3_paths()) {
    auto document = v3(path);
    for (const auto& item : document.root.find("paths")->members()) {
      for (const auto& member : item.value.members()) {
        if (member.key() == "parameters") continue;
        auto action = member.value.string_at({"x-kubernetes-action"});
        made.insert(std::string(item.key()) + " " + std::string(member.key()) + " " +
                    std::string(member.value.string_at({"operationId"})) + " " +
                    std::string(action.empty() ? "-" : action) + " " +
                    joined_names(member.value, item.value));
      }
    }
  }
  expect_same(made, lines_of("operations.txt"));
}

TEST_F(GeneratorTest, SchemasAreKubernetes) {
  std::set<std::string> made;
  for (const auto& path : generator_.v3_paths()) {
    auto document = v3(path);
    const auto* schemas = document.root.at({"components", "schemas"});
    if (schemas == nullptr) continue;
    for (const auto& schema : schemas->members()) {
      if (schema.key().ends_with("JSONSchemaProps")) continue;  // the facts lack its externalDocs
      made.insert(std::string(schema.key()) + " " + digest(schema.value));
    }
  }
  expect_same(made, lines_of("schemas.txt"));
}

void check_references(const json::Value& value, const json::Value& root, std::string_view prefix) {
  if (auto reference = value.string_at({"$ref"}); !reference.empty()) {
    auto slash = reference.rfind('/');
    bool parameter = reference.starts_with("#/parameters/");
    ASSERT_TRUE(parameter || reference.substr(0, slash + 1) == prefix) << reference;
    auto name = reference.substr(slash + 1);
    const auto* owner = parameter                    ? root.at({"parameters"})
                        : prefix == "#/definitions/" ? root.at({"definitions"})
                                                     : root.at({"components", "schemas"});
    EXPECT_NE(owner->find(name), nullptr) << reference;
  }
  for (const auto& member : value.members()) check_references(member.value, root, prefix);
  for (const auto& item : value.items()) check_references(item, root, prefix);
}

TEST_F(GeneratorTest, EveryReferenceLeadsSomewhere) {
  for (const auto& path : generator_.v3_paths()) {
    auto document = v3(path);
    check_references(document.root, document.root, "#/components/schemas/");
  }
  auto v2 = json::parse(generator_.v2());
  ASSERT_TRUE(v2);
  check_references(v2->root, v2->root, "#/definitions/");
}

TEST_F(GeneratorTest, V2HasTheFormOfSwagger) {
  auto v2 = json::parse(generator_.v2());
  ASSERT_TRUE(v2);
  EXPECT_EQ(v2->root.string_at({"swagger"}), "2.0");
  const auto* get = v2->root.at({"paths", "/api/v1/namespaces/{namespace}/configmaps/{name}", "put"});
  ASSERT_NE(get, nullptr);
  EXPECT_EQ(
      json::to_string(*get->find("parameters")),
      R"([{"name":"body","in":"body","required":true,"schema":{"$ref":"#/definitions/io.k8s.api.core.v1.ConfigMap"}},)"
      R"({"uniqueItems":true,"type":"string","name":"dryRun","in":"query"},)"
      R"({"$ref":"#/parameters/fieldManager-Qy4HdaTW"},)"
      R"({"uniqueItems":true,"type":"string","name":"fieldValidation","in":"query"}])");
  const auto* port = v2->root.at({"definitions", "io.k8s.api.core.v1.ServicePort", "properties", "protocol"});
  EXPECT_EQ(json::to_string(*port), R"({"type":"string","enum":["SCTP","TCP","UDP"]})");
  EXPECT_EQ(json::to_string(*v2->root.at({"definitions", "io.k8s.apimachinery.pkg.util.intstr.IntOrString"})),
            R"({"type":"string","format":"int-or-string"})");
}

TEST_F(GeneratorTest, UnknownPathsAreNotFound) {
  for (std::string_view path :
       {"", "api/v2", "apis/nope.example.com", "apis/apps/v9", "apis/", "apis/apps/v1/"}) {
    auto document = generator_.v3(path);
    ASSERT_FALSE(document) << path;
    EXPECT_EQ(document.error().code, 404);
  }
}

TEST_F(GeneratorTest, DocumentsAreTheSameEachTime) {
  EXPECT_EQ(*generator_.v3("apis/apps/v1"), *generator_.v3("apis/apps/v1"));
  EXPECT_EQ(generator_.v2(), generator_.v2());
}

}  // namespace
}  // namespace pedalion::openapi
