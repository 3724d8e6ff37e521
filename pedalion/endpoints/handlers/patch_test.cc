#include <gmock/gmock.h>

#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/endpoints/handlers/fake_resource.h"

namespace pedalion::endpoints {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kJsonPatch = "application/json-patch+json";
constexpr const char* kMerge = "application/merge-patch+json";
constexpr const char* kStrategic = "application/strategic-merge-patch+json";
constexpr const char* kApply = "application/apply-patch+yaml";

class PatchTest : public ::testing::Test, public Caller {
 protected:
  http::Response patch(const std::string& type, std::string body, const std::string& query = "",
                       HeaderList headers = {}) {
    if (!type.empty()) headers.emplace_back("content-type", type);
    return send(handle_patch, "PATCH", path + query, headers, std::move(body));
  }
  std::string refusal(http::Response response, int code) {
    EXPECT_EQ(response.status, code);
    auto text = text_of(response);
    auto at = text.find("\"message\":\"");
    return at == std::string::npos ? text : text.substr(at + 11, text.find("\",\"", at) - at - 11);
  }
  std::string path = "/api/v1/namespaces/n/configmaps/a";
};

TEST_F(PatchTest, Types) {
  const std::string made =
      R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","namespace":"n","resourceVersion":"7"},"data":{"k":"v","l":"w"}})";
  for (auto [type, body] : std::initializer_list<std::pair<const char*, const char*>>{
           {kJsonPatch, R"([{"op":"add","path":"/data/l","value":"w"}])"},
           {kMerge, R"({"data":{"l":"w"}})"},
           {"application/merge-patch+json; charset=utf-8", R"({"data":{"l":"w"}})"},
           {kStrategic, R"({"data":{"l":"w"}})"},
       }) {
    EXPECT_EQ(patch(type, body).status, 200) << type;
    EXPECT_EQ(fake.written, made) << type;
    EXPECT_EQ(fake.missing_asked, CreateIfMissing::kNever);
    EXPECT_EQ(fake.tracking_asked, FieldTracking::kUpdate);
  }
  EXPECT_EQ(fake.name_asked, "a");
  EXPECT_EQ(fake.write_asked.field_manager, "tester");
}

TEST_F(PatchTest, OtherTypesAreRefusedFirst) {
  for (const char* type : {"", "application/json", "application/yaml", "text/plain",
                           "Application/Merge-Patch+JSON", "application/apply-patch+cbor", ";;"}) {
    EXPECT_EQ(refusal(patch(type, "{", "?dryRun=x", {{"accept", "text/html,*/*"}}), 415),
              "415: Unsupported Media Type")
        << type;
  }
  EXPECT_EQ(patch("text/plain", "{}", "", {{"accept", "text/html"}}).status, 415);
  EXPECT_EQ(patch(kMerge, "{}", "", {{"accept", "text/html"}}).status, 406);
}

TEST_F(PatchTest, MalformedBodies) {
  EXPECT_EQ(refusal(patch(kMerge, "{"), 400), "error decoding patch: unexpected end of JSON input");
  EXPECT_EQ(refusal(patch(kStrategic, "{"), 400), "unexpected end of JSON input");
  EXPECT_EQ(
      refusal(patch(kJsonPatch, "{}"), 400),
      "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp");
  EXPECT_THAT(refusal(patch(kApply, "a: b: c", "?fieldManager=m"), 400), HasSubstr("error decoding YAML: "));
  environment->body_limit = 10;
  EXPECT_EQ(refusal(patch(kMerge, R"({"data":{"k":"v"}})", "?dryRun=x"), 413),
            "Request entity too large: limit is 10");
}

TEST_F(PatchTest, Options) {
  const std::string head = R"(PatchOptions.meta.k8s.io \"\" is invalid: )";
  EXPECT_EQ(refusal(patch(kMerge, "{", "?force=false"), 422),
            head + "force: Forbidden: may not be specified for non-apply patch");
  EXPECT_EQ(refusal(patch(kApply, "{", ""), 422),
            head + "fieldManager: Required value: is required for apply patch");
  EXPECT_EQ(
      refusal(patch(kMerge, "{", "?fieldValidation=Loose&dryRun=Some&force=true"), 422),
      head +
          R"([force: Forbidden: may not be specified for non-apply patch, dryRun: Unsupported value: [\"Some\"]: )"
          R"(supported values: \"All\", fieldValidation: Unsupported value: \"Loose\": supported values: \"\", )"
          R"(\"Ignore\", \"Strict\", \"Warn\"])");
}

/// Each patch is applied anew to what is there by then; a conflict leaves no traces in the patch.
TEST_F(PatchTest, IsAppliedAnewAfterAConflict) {
  auto other = [](const std::string& value) {
    return object_of(
        R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","namespace":"n","annotations":{"x":")" +
        value + R"("}},"data":{"k":")" + value + R"("}})");
  };
  for (
      auto [type, body] : std::initializer_list<std::pair<const char*, const char*>>{
          {kJsonPatch,
           R"([{"op":"add","path":"/metadata/labels","value":{"l":"1","bad":null}},{"op":"add","path":"/metadata/labels/m","value":"2"},)"
           R"({"op":"add","path":"/bogus","value":{"z":1}}])"},
          {kMerge, R"({"metadata":{"labels":{"l":"1","m":"2"}},"bogus":{"z":1}})"},
          {kStrategic, R"({"metadata":{"labels":{"l":"1","m":"2"}},"bogus":{"z":1}})"},
      }) {
    fake.all_written.clear();
    fake.current = {other("1"), other("2"), other("1")};
    EXPECT_EQ(patch(type, body).status, 200) << type;
    ASSERT_EQ(fake.all_written.size(), 3u) << type;
    EXPECT_THAT(fake.all_written[0], HasSubstr(R"("l":"1")")) << type;
    EXPECT_THAT(fake.all_written[0], HasSubstr(R"("m":"2")")) << type;
    EXPECT_THAT(fake.all_written[1], HasSubstr(R"("annotations":{"x":"2"})")) << type;
    EXPECT_EQ(fake.all_written[2], fake.all_written[0]) << type;
    EXPECT_THAT(context.warnings, ElementsAre(R"(unknown field "bogus")")) << type;  // once, not thrice
  }
}

TEST_F(PatchTest, ListsOfObjectsAreMergedAnewAfterAConflict) {
  Caller pods("Pod", "pods");
  auto pod = [](const std::string& image) {
    return object_of(
        R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","namespace":"n"},"spec":{"containers":[{"name":"x","image":")" +
        image + R"("}]}})");
  };
  pods.fake.current = {pod("i1"), pod("i2"), pod("i1")};
  const std::string body =
      R"({"spec":{"$setElementOrder/containers":[{"name":"y"},{"name":"x"}],"containers":[{"name":"y","image":"j","env":[{"name":"E","value":"1"}]}]}})";
  auto response =
      pods.send(handle_patch, "PATCH", "/api/v1/namespaces/n/pods/a", {{"content-type", kStrategic}}, body);
  EXPECT_EQ(response.status, 200) << text_of(response);
  ASSERT_EQ(pods.fake.all_written.size(), 3u);
  EXPECT_THAT(pods.fake.all_written[0],
              HasSubstr(R"("containers":[{"name":"y","image":"j","env":[{"name":"E","value":"1"}])"));
  EXPECT_THAT(pods.fake.all_written[1], HasSubstr(R"("image":"i2")"));
  EXPECT_EQ(pods.fake.all_written[2], pods.fake.all_written[0]);
}

TEST_F(PatchTest, ResultsMustBeObjectsOfTheKind) {
  EXPECT_EQ(refusal(patch(kMerge, R"({"metadata":{"name":"b"}})"), 400),
            "the name of the object (b) does not match the name on the URL (a)");
  EXPECT_THAT(
      refusal(patch(kStrategic, R"({"bogus":1})", "?fieldValidation=Strict"), 422),
      R"( \"\" is invalid: patch: Invalid value: \"map[bogus:1]\": strict decoding error: unknown field \"bogus\")");
  auto wrong_type = patch(kMerge, R"({"data":[]})");
  EXPECT_EQ(wrong_type.status, 422);
  EXPECT_THAT(text_of(wrong_type), HasSubstr("cannot unmarshal array"));
  EXPECT_EQ(patch(kMerge, R"({"bogus":1})", "?fieldValidation=Ignore").status, 200);
  EXPECT_TRUE(context.warnings.empty());
}

TEST_F(PatchTest, WhatIsMissingIsNotMade) {
  fake.current = {nullptr};
  EXPECT_EQ(refusal(patch(kMerge, "{}"), 404), R"(configmaps \"a\" not found)");
}

TEST_F(PatchTest, Apply) {
  const std::string body = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  l: w\n";
  fake.created = true;
  EXPECT_EQ(patch(kApply, body, "?fieldManager=m&force=true").status, 201);
  EXPECT_EQ(fake.missing_asked, CreateIfMissing::kAlways);
  EXPECT_EQ(fake.tracking_asked, FieldTracking::kDone);
  EXPECT_TRUE(fake.write_asked.force);
  EXPECT_THAT(fake.written, HasSubstr(R"("manager":"m","operation":"Apply","apiVersion":"v1",)"));
  EXPECT_THAT(fake.written, HasSubstr(R"("l":"w")"));
  fake.current = {nullptr};
  EXPECT_EQ(patch(kApply, body, "?fieldManager=m").status, 201);
  EXPECT_THAT(fake.written,
              ::testing::StartsWith(
                  R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","managedFields":[)"));
}

TEST_F(PatchTest, ApplyIsRepeatable) {
  fake.current = {config_map("a"), config_map("a", "other", 8), config_map("a")};
  EXPECT_EQ(
      patch(kApply, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {x: z}}\ndata: {l: w}\n",
            "?fieldManager=m")
          .status,
      200);
  auto without_times = [](std::string text) {
    for (auto at = text.find("\"time\":"); at != std::string::npos; at = text.find("\"time\":", at))
      text.erase(at, text.find(',', at) - at + 1);
    return text;
  };
  ASSERT_EQ(fake.all_written.size(), 3u);
  EXPECT_THAT(fake.all_written[1], HasSubstr(R"("k":"other")"));
  EXPECT_EQ(without_times(fake.all_written[2]), without_times(fake.all_written[0]));
}

TEST_F(PatchTest, ApplyMustNameItsVersion) {
  EXPECT_EQ(refusal(patch(kApply, "apiVersion: v2\nkind: ConfigMap\n", "?fieldManager=m"), 400),
            "invalid object type: /v2, Kind=ConfigMap");
  EXPECT_EQ(refusal(patch(kApply, "", "?fieldManager=m"), 400), "invalid object type: /, Kind=");
  EXPECT_EQ(
      refusal(patch(kApply, "- a", "?fieldManager=m"), 400),
      "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into "
      "Go value of type map[string]interface {}");
  EXPECT_EQ(
      refusal(patch(kApply, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, managedFields: [{}]}\n",
                    "?fieldManager=m"),
              400),
      "metadata.managedFields must be nil");
}

TEST_F(PatchTest, ApplyMakesOnlyWhatItNames) {
  const std::string head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n";
  fake.current = {nullptr};
  EXPECT_EQ(refusal(patch(kApply, head + "  labels: {a: b}\n", "?fieldManager=m"), 400),
            "the name of the object (a based on URL) was undeterminable: name must be provided");
  EXPECT_THAT(
      refusal(patch(kApply, head + "  name: a\n  uid: u\n", "?fieldManager=m"), 409),
      HasSubstr("uid mismatch: the provided object specified uid u, and no existing object was found"));
}

TEST_F(PatchTest, RepeatedKeysOfAnApplyConfiguration) {
  const std::string body =
      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  l: v\n  l: w\n  l: x\n";
  EXPECT_EQ(patch(kApply, body, "?fieldManager=m").status, 200);
  EXPECT_THAT(context.warnings,
              ElementsAre(R"(line 7: key "l" already set in map)", R"(line 8: key "l" already set in map)"));
  EXPECT_EQ(
      refusal(patch(kApply, body, "?fieldManager=m&fieldValidation=Strict"), 400),
      R"(error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 7: key )"
      R"(\"l\" already set in map\n  line 8: key \"l\" already set in map)");
}

TEST_F(PatchTest, TheKindCannotBePatched) {
  EXPECT_THAT(refusal(patch(kMerge, R"({"apiVersion":"v9"})"), 422),
              HasSubstr(R"(no kind \"ConfigMap\" is registered for version \"v9\" in scheme)"));
  EXPECT_THAT(refusal(patch(kJsonPatch, R"([{"op":"replace","path":"/kind","value":"Secret"}])"), 422),
              HasSubstr("converting (v1.Secret) to (core.ConfigMap): unknown conversion"));
  EXPECT_EQ(patch(kStrategic, R"({"apiVersion":"v9"})").status, 200);  // not looked at there
  EXPECT_EQ(patch(kMerge, R"({"apiVersion":"v1","kind":"ConfigMap"})").status, 200);
}

/// What a patch took apart is shown sorted, the rest as it is stored.
TEST_F(PatchTest, ShowsWhatCannotBeDecoded) {
  EXPECT_THAT(refusal(patch(kMerge, R"({"data":{"k":1}})"), 422),
              HasSubstr(R"({\\\"apiVersion\\\":\\\"v1\\\",\\\"data\\\":{\\\"k\\\":1},\\\"kind\\\":)"));
}

TEST_F(PatchTest, WhatIsMissingComesBeforeWhatIsBroken) {
  fake.current = {nullptr};
  EXPECT_EQ(refusal(patch(kMerge, "{"), 404), R"(configmaps \"a\" not found)");
}

}  // namespace
}  // namespace pedalion::endpoints
