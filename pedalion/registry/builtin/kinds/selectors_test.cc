#include "pedalion/registry/builtin/kinds/selectors.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/registry/builtin/kinds/ports.h"

namespace pedalion::registry::builtin::kinds {
namespace {

template <class Check>
std::string said(std::string_view text, Check check) {
  json::Document document = json::parse(text).value();
  FieldErrors errors;
  check(Field(&document.root, FieldPath("f"), errors));
  std::string all;
  for (const FieldError& error : errors) all += (all.empty() ? "" : "\n") + error.field + ": " + error.body();
  return all;
}
std::string labels(std::string_view text) {
  return said(text, [](const Field& field) { check_label_selector(field); });
}
std::string nodes(std::string_view text) {
  return said(text, [](const Field& field) { check_node_selector(field); });
}
std::string port(std::string_view text) { return said(text, check_port_number_or_name); }

TEST(LabelSelectors, OperatorsAndValuesFit) {
  EXPECT_EQ(
      labels(R"({"matchLabels":{"a":"b"},"matchExpressions":[{"key":"k","operator":"In","values":["v"]}]})"),
      "");
  EXPECT_EQ(
      labels(R"({"matchExpressions":[{"key":"k","operator":"In"}]})"),
      "f.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'");
  EXPECT_EQ(labels(R"({"matchExpressions":[{"key":"k","operator":"Exists","values":["v"]}]})"),
            "f.matchExpressions[0].values: Forbidden: may not be specified when `operator` is 'Exists' or "
            "'DoesNotExist'");
  EXPECT_EQ(labels(R"({"matchExpressions":[{"key":"k","operator":"Near"}]})"),
            "f.matchExpressions[0].operator: Invalid value: \"Near\": not a valid selector operator");
  EXPECT_NE(labels(R"({"matchExpressions":[{"key":"k","operator":"In","values":["a b"]}]})"), "");
}

TEST(NodeSelectors, NeedATermAndKnowFields) {
  EXPECT_EQ(nodes("{}"), "f.nodeSelectorTerms: Required value: must have at least one node selector term");
  EXPECT_EQ(nodes(R"({"nodeSelectorTerms":[{"matchExpressions":[{"key":"k","operator":"Gt","values":["1"]}],)"
                  R"("matchFields":[{"key":"metadata.name","operator":"In","values":["n"]}]}]})"),
            "");
  EXPECT_EQ(
      nodes(R"({"nodeSelectorTerms":[{"matchFields":[{"key":"k","operator":"Exists"}]}]})"),
      "f.nodeSelectorTerms[0].matchFields[0].operator: Invalid value: \"Exists\": not a valid selector "
      "operator\n"
      "f.nodeSelectorTerms[0].matchFields[0].key: Invalid value: \"k\": not a valid field selector key");
}

TEST(Ports, AreNumbersOrNames) {
  EXPECT_EQ(port("80"), "");
  EXPECT_EQ(port("\"http\""), "");
  EXPECT_EQ(port("0"), "f: Invalid value: 0: must be between 1 and 65535, inclusive");
  EXPECT_EQ(port("\"80\""), "f: Invalid value: \"80\": must contain at least one letter (a-z)");
  EXPECT_EQ(port("\"-a--\""),
            "f: Invalid value: \"-a--\": must not contain consecutive hyphens\n"
            "f: Invalid value: \"-a--\": must not begin or end with a hyphen");
}

}  // namespace
}  // namespace pedalion::registry::builtin::kinds
