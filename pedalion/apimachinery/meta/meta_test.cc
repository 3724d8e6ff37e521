#include <gtest/gtest.h>

#include <limits>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/quantity.h"
#include "pedalion/apimachinery/meta/query.h"
#include "pedalion/apimachinery/meta/status_codec.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/apimachinery/meta/validation.h"

namespace pedalion::meta {
namespace {

TEST(Quantity, WritesTheCanonicalForm) {
  const std::pair<const char*, const char*> cases[] = {{"1", "1"},
                                                       {"1.5", "1500m"},
                                                       {"0.5", "500m"},
                                                       {"1000m", "1"},
                                                       {"1024Ki", "1Mi"},
                                                       {"1000", "1k"},
                                                       {"2000Mi", "2000Mi"},
                                                       {"1.5Gi", "1536Mi"},
                                                       {"0", "0"},
                                                       {"100k", "100k"},
                                                       {"0.5Ki", "512"},
                                                       {"1e3", "1e3"},
                                                       {"1E", "1E"},
                                                       {"-5m", "-5m"},
                                                       {"0.0000000001", "1n"},
                                                       {"99999999999999999999", "99999999999999999999"},
                                                       {"+3", "+3"},
                                                       {"1.0", "1"},
                                                       {"123.45", "123450m"}};
  for (auto [text, canonical] : cases) {
    auto parsed = Quantity::parse(text);
    ASSERT_TRUE(parsed.has_value()) << text;
    EXPECT_EQ(parsed->text(), canonical) << text;
  }
}

TEST(Quantity, RefusesWhatIsNone) {
  for (const char* text : {"", "lots", "1.2.3", "1Kb", "--1", "1e", "1 "})
    EXPECT_FALSE(Quantity::parse(text).has_value()) << text;
}

TEST(Quantity, RoundsUp) {
  EXPECT_EQ(Quantity::parse("1500m")->value(), 2);
  EXPECT_EQ(Quantity::parse("1.0001")->milli_value(), 1001);
}

TEST(Time, ReadsOffsetsAndFractions) {
  EXPECT_EQ(format_time(parse_time("2026-01-02T03:04:05+02:00")->seconds), "2026-01-02T01:04:05Z");
  // What no calendar can tell is told as its end.
  EXPECT_EQ(format_time(std::numeric_limits<std::int64_t>::max()), "32767-01-01T00:00:00Z");
  EXPECT_EQ(format_time(std::numeric_limits<std::int64_t>::min()), "-32767-01-01T00:00:00Z");
  EXPECT_EQ(format_micro_time(*parse_time("2026-01-02T03:04:05.123456789Z")), "2026-01-02T03:04:05.123456Z");
  EXPECT_EQ(
      parse_time("yesterday").error().message,
      "parsing time \"yesterday\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"yesterday\" as \"2006\"");
  EXPECT_FALSE(parse_time("2026-02-30T00:00:00Z").has_value());
}

TEST(Time, MicrosAreSixDigits) {
  constexpr std::string_view kLayout = " as \"2006-01-02T15:04:05.000000Z07:00\": ";
  EXPECT_EQ(parse_micro_time("2026-01-02T03:04:05.120000Z")->nanos, 120'000'000);
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"2026-01-02T03:04:05.5Z", "cannot parse \".5Z\" as \".000000\""},
      {"2026-01-02T03:04:05Z", "cannot parse \"Z\" as \".000000\""},
      {"2026-01-02T03:04:05.1234567Z", "cannot parse \"7Z\" as \"Z07:00\""},
      {"yesterday", "cannot parse \"yesterday\" as \"2006\""}};
  for (auto [text, problem] : cases) {
    EXPECT_EQ(parse_micro_time(text).error().message,
              "parsing time \"" + std::string(text) + "\"" + std::string(kLayout) + std::string(problem));
  }
}

TEST(Time, ReadsGoDurations) {
  EXPECT_EQ(parse_go_duration("1m30s")->count(), 90000000000);
  EXPECT_EQ(format_go_duration(std::chrono::milliseconds(1500)), "1.5s");
  EXPECT_EQ(format_go_duration(std::chrono::hours(25)), "25h0m0s");
  EXPECT_EQ(parse_go_duration("5").error().message, "time: missing unit in duration \"5\"");
}

TEST(Time, ShowsAges) {
  const std::pair<int, const char*> cases[] = {{5, "5s"},           {125, "2m5s"},
                                               {3600, "60m"},       {3 * 3600 + 60, "3h1m"},
                                               {50 * 3600, "2d2h"}, {400 * 86400, "400d"}};
  for (auto [seconds, text] : cases) EXPECT_EQ(human_duration(seconds), text);
}

TEST(Validation, SpeaksKubernetes) {
  EXPECT_TRUE(dns_subdomain_problems("a.b-c").empty());
  EXPECT_EQ(dns_subdomain_problems("A").size(), 1u);
  EXPECT_TRUE(qualified_name_problems("example.com/a_B.c").empty());
  EXPECT_FALSE(qualified_name_problems("/a").empty());
  EXPECT_TRUE(label_value_problems("").empty());
  EXPECT_EQ(path_segment_name_problems("a%b"), Problems{"may not contain '%'"});
  EXPECT_EQ(dns_label_problems("a.b"), Problems{"must not contain dots"});
  EXPECT_EQ(dns_label_problems(std::string(64, 'a')), Problems{"must be no more than 63 characters"});
  EXPECT_EQ(label_value_problems(std::string(64, 'a')), Problems{"must be no more than 63 bytes"});
  EXPECT_EQ(qualified_name_problems(std::string(254, 'a') + "/x"),
            Problems{"prefix part must be no more than 253 bytes"});
}

std::string texts_of(const FieldErrors& errors) { return errors.empty() ? "" : aggregate_text(errors); }

TEST(Validation, JudgesWhatAnUpdateChanges) {
  auto judge = [](std::string_view metadata, std::string_view before) {
    auto now = json::parse(metadata).value(), old = json::parse(before).value();
    return texts_of(validate_object_meta_update(now.root, old.root, FieldPath("metadata")));
  };
  EXPECT_EQ(judge(R"({"name":"a","labels":{"a":"b"}})", R"({"name":"a"})"), "");
  EXPECT_EQ(judge(R"({"name":"b"})", R"({"name":"a"})"),
            "metadata.name: Invalid value: \"b\": field is immutable");
  EXPECT_EQ(judge(R"({"generation":1})", R"({"generation":2})"),
            "metadata.generation: Invalid value: 1: must not be decremented");
  EXPECT_EQ(judge(R"({"labels":{"/x":""}})", "{}"),
            "metadata.labels: Invalid value: \"/x\": prefix part must be non-empty");
  EXPECT_EQ(judge(R"({"ownerReferences":[{"apiVersion":"a/b/c","kind":"A","name":"n","uid":"u"}]})", "{}"),
            "metadata.ownerReferences.apiVersion: Invalid value: \"a/b/c\": version must not be empty");
  EXPECT_EQ(judge(R"({"deletionTimestamp":"t","finalizers":["x/a","x/b"]})",
                  R"({"deletionTimestamp":"t","finalizers":["x/a"]})"),
            "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, "
            "found new finalizers []string{\"x/b\"}");
}

TEST(Validation, WantsQualifiedOrStandardFinalizers) {
  auto metadata = json::parse(R"({"finalizers":["orphan","x/y","odd"]})").value();
  EXPECT_EQ(
      texts_of(validate_core_finalizers(metadata.root, FieldPath("metadata"))),
      "metadata.finalizers[2]: Invalid value: \"odd\": name is neither a standard finalizer name nor is "
      "it fully qualified");
}

TEST(FieldPath, GrowsWithoutChangingWhatItGrewFrom) {
  FieldPath path("spec"), copy;
  std::string text = "spec";
  for (std::size_t i = 0; i < 40; ++i) {
    copy = path;
    path = i % 3 == 0 ? path.child("a") : i % 3 == 1 ? path.index(i) : path.key("k");
    EXPECT_EQ(copy.text(), text);
    text += i % 3 == 0 ? ".a" : i % 3 == 1 ? "[" + std::to_string(i) + "]" : "[k]";
    EXPECT_EQ(path.text(), text);
    EXPECT_EQ(copy.child("b").text(), copy.text() + ".b");
  }
  EXPECT_EQ(FieldPath().text(), "");
}

TEST(Errors, WordTheCommonOnes) {
  EXPECT_EQ(
      status_json(not_found({"apps", "deployments"}, "x")),
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"deployments.apps \"x\" not found",)"
      R"("reason":"NotFound","details":{"name":"x","group":"apps","kind":"deployments"},"code":404})");
  FieldErrors errors = {
      FieldError::required(FieldPath("metadata").child("name"), "name or generateName is required")};
  EXPECT_EQ(invalid("", "ConfigMap", "", errors).message,
            "ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is required");
}

TEST(StatusCodec, ReadsWhatItWrites) {
  Status status = too_large_resource_version(9, 5, 1);
  auto document = status_document(status);
  Status read = status_from_json(document.root, 500);
  EXPECT_EQ(read.code, 504);
  EXPECT_EQ(read.message, status.message);
  EXPECT_EQ(*read.details(), *status.details());
}

TEST(GoDuration, IsExact) {
  auto nanos = [](std::string_view text) { return parse_go_duration(text).value().count(); };
  EXPECT_EQ(nanos("8.00000171s"), 8000001710);
  EXPECT_EQ(nanos("855ns855ns8s"), 8000001710);
  EXPECT_EQ(nanos("-2562047h47m16.854775808s"), std::numeric_limits<std::int64_t>::min());
  EXPECT_FALSE(parse_go_duration("2562047h47m16.854775808s"));
  EXPECT_FALSE(parse_go_duration("1..2s"));
  EXPECT_FALSE(parse_go_duration(".s"));
}

TEST(Query, DecodesAsGoDoes) {
  Query query("a=1&b=x+y%2Fz&c&bad=%zz&a=2&d=");
  EXPECT_EQ(*query.find("a"), "1");
  EXPECT_EQ(query.find_all("a").size(), 2U);
  EXPECT_EQ(*query.find("b"), "x y/z");
  EXPECT_TRUE(query.boolean("c"));
  EXPECT_TRUE(query.boolean("d"));
  EXPECT_FALSE(query.has("bad"));
  EXPECT_FALSE(query.boolean("e"));
}

TEST(Query, NumbersAreReadAsGoReadsThem) {
  EXPECT_EQ(parse_int64("-7"), -7);
  EXPECT_EQ(parse_int64("+7"), 7);
  const std::pair<const char*, const char*> refused[] = {
      {"", R"(strconv.ParseInt: parsing "": invalid syntax)"},
      {"+-7", R"(strconv.ParseInt: parsing "+-7": invalid syntax)"},
      {"7s", R"(strconv.ParseInt: parsing "7s": invalid syntax)"},
      {"9223372036854775808", R"(strconv.ParseInt: parsing "9223372036854775808": value out of range)"},
  };
  for (auto [text, why] : refused) {
    auto number = parse_int64(text);
    ASSERT_FALSE(number) << text;
    EXPECT_EQ(number.error().message, why);
  }
}

}  // namespace
}  // namespace pedalion::meta
