// POST, PUT, DELETE and what connects: bodies, options, answers.
#include <gmock/gmock.h>

#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/endpoints/handlers/fake_resource.h"

namespace pedalion::endpoints {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kOne = "/api/v1/namespaces/n/configmaps/a";
const std::string kAll = "/api/v1/namespaces/n/configmaps";
const std::string kBody = R"({"metadata":{"name":"a"},"data":{"k":"v"}})";

class WriteTest : public ::testing::Test, public Caller {
 protected:
  http::Response create(const std::string& query, std::string body = kBody, const HeaderList& headers = {}) {
    return send(handle_create, "POST", kAll + query, headers, std::move(body));
  }
  http::Response update(const std::string& query, std::string body = kBody, const HeaderList& headers = {}) {
    return send(handle_update, "PUT", kOne + query, headers, std::move(body));
  }
  http::Response remove(const std::string& query, std::string body = "", const HeaderList& headers = {}) {
    return send(handle_delete, "DELETE", kOne + query, headers, std::move(body));
  }
  /// The message of what is refused with `code`.
  std::string refusal(http::Response response, int code) {
    EXPECT_EQ(response.status, code);
    auto text = text_of(response);
    auto at = text.find("\"message\":\"");
    return at == std::string::npos ? text : text.substr(at + 11, text.find("\",\"", at) - at - 11);
  }
};

TEST_F(WriteTest, Create) {
  auto response = create("?dryRun=All&fieldManager=m&fieldValidation=Strict");
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.chunks[0].data(), (*fake.object)->json.data());
  EXPECT_EQ(fake.written,
            R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"},"data":{"k":"v"}})");
  EXPECT_EQ(fake.name_asked, "");
  EXPECT_TRUE(fake.write_asked.dry_run);
  EXPECT_EQ(fake.write_asked.field_manager, "m");
  EXPECT_EQ(fake.write_asked.field_validation, FieldValidation::kStrict);
}

TEST_F(WriteTest, BodiesInOtherForms) {
  EXPECT_EQ(
      create("", "metadata:\n  name: a\ndata:\n  k: v\n", {{"content-type", "application/yaml"}}).status,
      201);
  EXPECT_EQ(fake.written,
            R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"},"data":{"k":"v"}})");
  EXPECT_THAT(refusal(create("", "k8s", {{"content-type", "application/vnd.kubernetes.protobuf"}}), 400),
              HasSubstr(""));
  EXPECT_THAT(refusal(create("", kBody, {{"content-type", "text/plain"}}), 415), HasSubstr("unknown format"));
  auto table = create("", kBody, {{"accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}});
  EXPECT_EQ(table.status, 201);
  EXPECT_THAT(text_of(table), HasSubstr(R"({"kind":"Table",)"));
}

TEST_F(WriteTest, NothingIsReadOfWhatIsNotAcceptable) {
  EXPECT_EQ(create("", "{", {{"accept", "text/html"}}).status, 406);
  EXPECT_EQ(fake.written, "");
}

TEST_F(WriteTest, BodiesHaveALimit) {
  environment->body_limit = 5000;
  EXPECT_EQ(refusal(create("?dryRun=x", std::string(5001, ' ')), 413),
            "Request entity too large: limit is 5000");
  EXPECT_EQ(refusal(update("?dryRun=x", std::string(5001, ' ')), 413),
            "Request entity too large: limit is 5000");
  EXPECT_EQ(refusal(remove("", std::string(5001, ' ')), 413), "Request entity too large: limit is 5000");
}

TEST_F(WriteTest, FieldValidation) {
  const std::string body =
      R"({"metadata":{"name":"a","foo":1,"labels":{"a":"1","a":"2"}},"data":{"k":"u","k":"v"},"bogus":1})";
  EXPECT_EQ(create("", body).status, 201);
  EXPECT_THAT(context.warnings,
              ::testing::UnorderedElementsAre(R"(unknown field "metadata.foo")",
                                              R"(duplicate field "metadata.labels.a")",
                                              R"(duplicate field "data.k")", R"(unknown field "bogus")"));
  EXPECT_EQ(create("?fieldValidation=Ignore", body).status, 201);
  EXPECT_TRUE(context.warnings.empty());
  EXPECT_EQ(
      refusal(create("?fieldValidation=Strict", R"({"metadata":{"name":"a"},"bogus":1})"), 400),
      R"(ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"bogus\")");
}

TEST_F(WriteTest, WrongOptions) {
  const std::string of_create = R"(CreateOptions.meta.k8s.io \"\" is invalid: )";
  EXPECT_EQ(
      refusal(create("?fieldValidation=strict"), 422),
      of_create +
          R"(fieldValidation: Unsupported value: \"strict\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\")");
  EXPECT_EQ(refusal(create("?fieldManager=" + std::string(129, 'm')), 422),
            of_create + "fieldManager: Too long: may not be more than 128 bytes");
  EXPECT_EQ(create("?fieldManager=" + std::string(128, 'm')).status, 201);
  EXPECT_EQ(refusal(create("?dryRun="), 422),
            of_create + R"(dryRun: Unsupported value: [\"\"]: supported values: \"All\")");
  EXPECT_EQ(refusal(create("?dryRun=All&dryRun=x"), 422),
            of_create + R"(dryRun: Unsupported value: [\"All\",\"x\"]: supported values: \"All\")");
  EXPECT_EQ(
      refusal(update("?fieldManager=a%0Ab&dryRun=x&fieldValidation=y", "{", {{"content-type", "text/plain"}}),
              422),
      R"(UpdateOptions.meta.k8s.io \"\" is invalid: [fieldManager: Invalid value: \"a\\nb\": invalid character U+000A (at position 1), )"
      R"(dryRun: Unsupported value: [\"x\"]: supported values: \"All\", fieldValidation: Unsupported value: \"y\": )"
      R"(supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"])");
}

TEST_F(WriteTest, EveryUnprintableCharacterIsTold) {
  auto response = create("?fieldManager=%C3%A9%07%7F%C2%85");  // é, BEL, DEL, NEL
  EXPECT_EQ(response.status, 422);
  auto text = text_of(response);
  EXPECT_THAT(text, HasSubstr("invalid character U+0007 (at position 2)"));
  EXPECT_THAT(text, HasSubstr("invalid character U+007F (at position 3)"));
  EXPECT_THAT(text, HasSubstr("invalid character U+0085 (at position 4)"));
  EXPECT_EQ(create("?fieldManager=%C3%A9%FF").status, 201);
  EXPECT_EQ(fake.write_asked.field_manager, "é\uFFFD");
}

TEST_F(WriteTest, TheUserAgentIsTheManager) {
  auto manager_of = [this](std::string agent) {
    user_agent = std::move(agent);
    create("");
    return fake.write_asked.field_manager;
  };
  EXPECT_EQ(manager_of("kubectl/v1.36.2 (linux/amd64) kubernetes/abcdef0"), "kubectl");
  EXPECT_EQ(manager_of("my controller/v1"), "my controller");
  EXPECT_EQ(manager_of("a\tb\x7f"
                       "c\xc2\x85"),
            "abc");
  EXPECT_EQ(manager_of("a\xff"), "a\uFFFD");
  EXPECT_EQ(manager_of(std::string(300, 'u')), std::string(128, 'u'));
  EXPECT_EQ(manager_of(std::string(127, 'u') + "é/1"), std::string(127, 'u'));  // never half a character
}

TEST_F(WriteTest, Update) {
  auto response = update("");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(fake.name_asked, "a");
  EXPECT_EQ(fake.written,
            R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"},"data":{"k":"v"}})");
  EXPECT_EQ(fake.missing_asked, CreateIfMissing::kByStrategy);
  EXPECT_EQ(fake.tracking_asked, FieldTracking::kUpdate);
  fake.created = true;
  EXPECT_EQ(update("").status, 201);
}

TEST_F(WriteTest, UpdateIsAskedAgainAfterAConflict) {
  fake.current = {config_map("a"), config_map("a", "w", 8), nullptr};
  EXPECT_EQ(update("", R"({"metadata":{"name":"a"},"data":{"k":"v"},"bogus":1})").status, 200);
  ASSERT_EQ(fake.all_written.size(), 3u);
  EXPECT_EQ(fake.all_written[1], fake.all_written[0]);
  EXPECT_EQ(fake.all_written[2], fake.all_written[0]);
  EXPECT_THAT(context.warnings, ElementsAre(R"(unknown field "bogus")"));
}

TEST_F(WriteTest, UpdatesMustMeanTheObjectOfTheUrl) {
  EXPECT_EQ(refusal(update("", R"({"metadata":{"name":"b"}})"), 400),
            "the name of the object (b) does not match the name on the URL (a)");
  EXPECT_EQ(refusal(update("", "{}"), 400),
            "the name of the object (a based on URL) was undeterminable: name must be provided");
  EXPECT_EQ(refusal(update("", R"({"metadata":{"name":"a","namespace":"m"}})"), 400),
            "the namespace of the provided object does not match the namespace sent on the request");
  EXPECT_EQ(update("", R"({"metadata":{"name":"a","namespace":"n"}})").status, 200);
}

TEST_F(WriteTest, DeleteAnswersWithAStatusOrTheObject) {
  auto last = std::make_shared<watchcache::Object>(*config_map("a"));
  last->uid = "u1";
  *fake.deleted = {.object = last, .deleted = true};
  auto status = remove("");
  EXPECT_EQ(status.status, 200);
  EXPECT_EQ(text_of(status),
            R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","details":)"
            R"({"name":"a","kind":"configmaps","uid":"u1"}})"
            "\n");
  *fake.deleted = {.object = last, .deleted = false, .returns_object = true};
  auto object = remove("");
  EXPECT_EQ(object.status, 200);
  EXPECT_EQ(object.chunks[0].data(), last->json.data());
  EXPECT_EQ(remove("?orphanDependents=false").status, 202);
  EXPECT_EQ(remove("?orphanDependents=true").status, 200);
  fake.deleted->deleted = true;
  EXPECT_EQ(remove("?orphanDependents=false").status, 200);
}

TEST_F(WriteTest, DeleteOptionsOfTheQuery) {
  *fake.deleted = {.object = config_map("a"), .deleted = true};
  EXPECT_EQ(remove("?gracePeriodSeconds=-3&dryRun=All&propagationPolicy=Orphan").status, 200);
  EXPECT_EQ(fake.delete_asked.grace_period_seconds, -3);
  EXPECT_TRUE(fake.delete_asked.dry_run);
  EXPECT_EQ(fake.delete_asked.propagation_policy, "Orphan");
  EXPECT_EQ(fake.delete_asked.orphan_dependents, std::nullopt);
  EXPECT_EQ(refusal(remove("?gracePeriodSeconds=x"), 400),
            R"(strconv.ParseInt: parsing \"x\": invalid syntax)");
  EXPECT_EQ(
      refusal(remove("?propagationPolicy="), 422),
      R"(DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"\": supported values: )"
      R"(\"Foreground\", \"Background\", \"Orphan\", \"nil\")");
}

TEST_F(WriteTest, DeleteOptionsOfTheBody) {
  *fake.deleted = {.object = config_map("a"), .deleted = true};
  const std::string body = R"({"kind":"DeleteOptions","apiVersion":"apps/v9","gracePeriodSeconds":4,)"
                           R"("orphanDependents":null,"propagationPolicy":"Foreground","dryRun":["All"],)"
                           R"("preconditions":{"uid":"u","resourceVersion":"5"},"unknown":1})";
  EXPECT_EQ(remove("?gracePeriodSeconds=9", body).status, 200);  // the query does not count then
  EXPECT_EQ(fake.delete_asked.grace_period_seconds, 4);
  EXPECT_EQ(fake.delete_asked.propagation_policy, "Foreground");
  EXPECT_TRUE(fake.delete_asked.dry_run);
  EXPECT_EQ(fake.delete_asked.preconditions.uid, "u");
  EXPECT_EQ(fake.delete_asked.preconditions.resource_version, "5");
  EXPECT_EQ(
      remove("", "kind: DeleteOptions\npropagationPolicy: Orphan\n", {{"content-type", "application/yaml"}})
          .status,
      200);
  EXPECT_EQ(fake.delete_asked.propagation_policy, "Orphan");
  EXPECT_EQ(remove("", "null").status, 200);
  EXPECT_EQ(fake.delete_asked.propagation_policy, std::nullopt);
}

TEST_F(WriteTest, WrongDeleteOptions) {
  const std::string head = "couldn't get version/kind; json parse error: ";
  EXPECT_EQ(
      refusal(remove("", R"({"kind":"Gizmo","apiVersion":"v1"})"), 400),
      R"(no kind \"Gizmo\" is registered for version \"v1\" in scheme \"pkg/apis/meta/internalversion/scheme/register.go:27\")");
  EXPECT_EQ(refusal(remove("", "{"), 400), head + "unexpected end of JSON input");
  EXPECT_THAT(refusal(remove("", "[]"), 400),
              ::testing::StartsWith(head + "json: cannot unmarshal array into Go value of type struct"));
  EXPECT_EQ(refusal(remove("", R"({"kind":3})"), 400),
            head + "json: cannot unmarshal number into Go struct field .kind of type string");
  EXPECT_EQ(refusal(remove("", R"({"propagationPolicy":3})"), 400),
            "json: cannot unmarshal number into Go struct field DeleteOptions.propagationPolicy of type "
            "v1.DeletionPropagation");
  EXPECT_THAT(refusal(remove("", "{}", {{"content-type", "application/merge-patch+json"}}), 415),
              HasSubstr("unknown format"));
  EXPECT_EQ(
      refusal(remove("", R"({"orphanDependents":true,"propagationPolicy":"y","dryRun":["x"]})"), 422),
      R"(DeleteOptions.meta.k8s.io \"\" is invalid: [propagationPolicy: Invalid value: \"y\": orphanDependents and )"
      R"(deletionPropagation cannot be both set, propagationPolicy: Unsupported value: \"y\": supported values: )"
      R"(\"Foreground\", \"Background\", \"Orphan\", \"nil\", dryRun: Unsupported value: [\"x\"]: supported values: \"All\"])");
}

TEST_F(WriteTest, DeleteCollection) {
  fake.objects->items = {config_map("a")};
  fake.objects->revision = 9;
  auto remove_all = [this](const std::string& query, std::string body = "") {
    return send(handle_delete_collection, "DELETE", kAll + query, {}, std::move(body));
  };
  auto response = remove_all("?labelSelector=a%3Db&limit=1&resourceVersion=9&resourceVersionMatch=Exact",
                             R"({"propagationPolicy":"Background"})");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(text_of(response), HasSubstr(R"({"kind":"ConfigMapList","apiVersion":"v1")"));
  EXPECT_EQ(fake.list_asked.limit, 1);
  EXPECT_EQ(fake.delete_asked.propagation_policy, "Background");
  EXPECT_EQ(
      refusal(remove_all("?resourceVersionMatch=Exact"), 422),
      R"(ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden )"
      R"(unless resourceVersion is provided)");
}

TEST_F(WriteTest, ErrorsOfTheRegistryAreAnswered) {
  fake.object = std::unexpected(meta::already_exists({"", "configmaps"}, "a"));
  EXPECT_EQ(refusal(create(""), 409), R"(configmaps \"a\" already exists)");
  EXPECT_EQ(refusal(update(""), 409), R"(configmaps \"a\" already exists)");
  fake.deleted = std::unexpected(meta::not_found({"", "configmaps"}, "a"));
  EXPECT_EQ(refusal(remove(""), 404), R"(configmaps \"a\" not found)");
  fake.objects = std::unexpected(meta::bad_request("no"));
  EXPECT_EQ(refusal(send(handle_delete_collection, "DELETE", kAll), 400), "no");
}

TEST_F(WriteTest, ConnectHandsTheRequestOn) {
  auto response = send(handle_connect, "POST", "/api/v1/namespaces/n/pods/a/proxy/x/y");
  EXPECT_EQ(text_of(response), "POST /x/y");
  EXPECT_EQ(fake.name_asked, "a");
}

}  // namespace
}  // namespace pedalion::endpoints
