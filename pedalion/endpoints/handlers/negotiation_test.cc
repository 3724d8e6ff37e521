#include "pedalion/endpoints/handlers/negotiation.h"

#include <gmock/gmock.h>

#include <chrono>

namespace pedalion::endpoints {
namespace {

http::Request asking(std::string_view accept, std::string target = "/", std::string_view user_agent = "") {
  http::Request request;
  request.method = "GET";
  request.target = std::move(target);
  if (!accept.empty()) request.headers.add("accept", accept);
  if (!user_agent.empty()) request.headers.add("user-agent", user_agent);
  return request;
}

/// "json", "yaml pretty", "json Table v1beta1"; the message of what is refused.
std::string shown(const Result<Form>& form) {
  if (!form) return form.error().message;
  constexpr std::string_view kNames[] = {"json", "yaml", "protobuf"};
  std::string text(kNames[static_cast<std::size_t>(form->media)]);
  if (form->transform == Transform::kTable) text += " Table " + std::string(form->version);
  if (form->transform == Transform::kPartial)
    text += (form->as_list ? " PartialList " : " Partial ") + std::string(form->version);
  if (form->transform == Transform::kGroupDiscovery) text += " Discovery " + std::string(form->version);
  return text + (form->pretty ? " pretty" : "");
}

std::string negotiated(std::string_view accept, Answers answers = Answers::kObject) {
  return shown(negotiate(asking(accept), answers));
}

constexpr std::string_view kUnknown =
    "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, "
    "application/vnd.kubernetes.protobuf";
constexpr std::string_view kNothingFits =
    "only the following media types are accepted: application/json, application/yaml, "
    "application/vnd.kubernetes.protobuf";
struct Case {
  std::string_view accept, wanted;
};

TEST(Negotiation, Accept) {
  for (const Case& row : std::initializer_list<Case>{
           {"", "json"},
           {"*/*", "json"},
           {"application/json", "json"},
           {"application/json;charset=utf-8", "json"},
           {"application/json;stream=watch", "json"},
           {"application/json;stream=other", kNothingFits},
           {"application/json;sv=v1", "json"},  // the version of the meta types
           {"application/json;sv=v2", kNothingFits},
           {"application/json ; pretty=1", "json pretty"},
           {"application/json;pretty=true", "json"},  // by the header only 1 will do
           {"application/yaml;pretty=1", "yaml"},
           {"application/yaml", "yaml"},
           {"application/json;q=0.5, application/yaml;q=0.9", "yaml"},
           {"application/json, application/yaml", "json"},
           {"application/yaml,application/json", "yaml"},
           {"application/yaml;q=nan,application/json", "json"},
           {"application/json;q=0", "json"},
           {"text/html, */*;q=0.1", "json"},
           {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "json"},
           // What is specific goes before what is not, at the same quality.
           {"*/*,application/yaml", "yaml"},
           {"application/*,application/yaml;q=0.5", "yaml"},  // even at a lower one
           {"application/vnd.kubernetes.protobuf,application/json", "protobuf"},
           {"application/json,application/vnd.kubernetes.protobuf", "json"},
           {"application/vnd.kubernetes.protobuf;pretty=1", "protobuf"},
           {"application/yaml;stream=watch,application/vnd.kubernetes.protobuf", "protobuf"},
       }) {
    EXPECT_EQ(negotiated(row.accept), row.wanted) << row.accept;
  }
}

TEST(Negotiation, UnknownTypesAreRefusedFirst) {
  for (std::string_view accept : {"text/html", "text/*", "application/*", "Application/JSON",
                                  "application/cbor", "json", ";;;,,=", ",", "*", "application/json/x"}) {
    EXPECT_EQ(negotiated(accept), kUnknown) << accept;
  }
  EXPECT_EQ(negotiated("text/html", Answers::kStream),
            std::string(kUnknown) +
                ", application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch");
}

TEST(Negotiation, Transforms) {
  for (const Case& row : std::initializer_list<Case>{
           {"application/json;as=Table;v=v1;g=meta.k8s.io", "json Table v1"},
           {"application/yaml;as=Table;v=v1;g=meta.k8s.io", "yaml Table v1"},
           {"application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json", "json Table v1beta1"},
           {"application/json;as=Table;v=v2;g=meta.k8s.io,application/json", "json"},
           {"application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1", "json Partial v1"},
           {"application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1", "json PartialList v1"},
           {"application/json;as=PartialObjectMetadata;g=apps;v=v1", kNothingFits},
           {"application/json;as=Nope;g=meta.k8s.io;v=v1", kNothingFits},
           {"application/json;g=meta.k8s.io;v=v1", kNothingFits},  // to what?
           {"application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,"
            "application/json;as=Table;v=v1;g=meta.k8s.io",
            "json Table v1"},
           {"application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io", kNothingFits},
           {"application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
            "protobuf PartialList v1"},
       }) {
    EXPECT_EQ(negotiated(row.accept), row.wanted) << row.accept;
  }
  EXPECT_EQ(negotiated("application/json;as=Table;v=v1;g=meta.k8s.io", Answers::kDocument), kNothingFits);
  EXPECT_EQ(negotiated("application/json;stream=watch", Answers::kDocument), "json");
  EXPECT_EQ(negotiated("application/json;sv=v1", Answers::kDocument), kNothingFits);
  EXPECT_EQ(negotiated("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList;profile=nopeer",
                       Answers::kGroupDiscovery),
            "json Discovery v2");
  EXPECT_EQ(
      negotiated("application/json;as=Table;v=v1;g=meta.k8s.io,application/json", Answers::kGroupDiscovery),
      "json");
  EXPECT_EQ(negotiated("application/json,application/vnd.kubernetes.protobuf;g=apidiscovery.k8s.io;v=v2;"
                       "as=APIGroupDiscoveryList;q=0.1",
                       Answers::kGroupDiscovery),
            "protobuf Discovery v2");
}

TEST(Negotiation, CustomResourcesHaveProtobufOnlyOfTheirMetadata) {
  auto negotiated = [](std::string_view accept) {
    return shown(negotiate(asking(accept), Answers::kObject, Protobuf::kTransformsOnly));
  };
  EXPECT_EQ(negotiated("application/vnd.kubernetes.protobuf"), kNothingFits);
  EXPECT_EQ(negotiated("application/vnd.kubernetes.protobuf,application/json"), "json");
  EXPECT_EQ(negotiated("application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"),
            "protobuf Partial v1");
}

TEST(Negotiation, WatchesHaveNoYaml) {
  EXPECT_EQ(negotiated("application/json;stream=watch", Answers::kStream), "json");
  EXPECT_EQ(negotiated("application/vnd.kubernetes.protobuf;stream=watch", Answers::kStream), "protobuf");
  EXPECT_EQ(negotiated("application/yaml,application/json", Answers::kStream),
            "only the following media types are accepted: application/json;stream=watch, "
            "application/vnd.kubernetes.protobuf;stream=watch");
  EXPECT_EQ(negotiated("application/yaml;stream=watch,application/json", Answers::kStream), "json");
}

TEST(Negotiation, Pretty) {
  EXPECT_EQ(shown(negotiate(asking("", "/?pretty=true"), Answers::kObject)), "json pretty");
  EXPECT_EQ(shown(negotiate(asking("", "/?pretty=maybe"), Answers::kObject)), "json pretty");
  EXPECT_EQ(shown(negotiate(asking("application/json;pretty=1", "/?pretty=0"), Answers::kObject)), "json");
  for (std::string_view agent : {"curl/8.1", "Wget/1.21", "Mozilla/5.0 (X11)"}) {
    EXPECT_EQ(shown(negotiate(asking("", "/", agent), Answers::kObject)), "json pretty") << agent;
    EXPECT_EQ(shown(negotiate(asking("", "/?pretty=false", agent), Answers::kObject)), "json") << agent;
  }
  EXPECT_EQ(shown(negotiate(asking("", "/", "kubectl/v1.36.2"), Answers::kObject)), "json");
}

TEST(Negotiation, ErrorsAlwaysHaveAForm) {
  for (const Case& row : std::initializer_list<Case>{
           {"", "json"},
           {"application/yaml", "yaml"},
           {"text/html", "json pretty"},
           {"application/json;as=Table;v=v1;g=meta.k8s.io", "json pretty"},
           {"application/json;as=Table;v=v1;g=meta.k8s.io,application/json", "json"},
           {"application/vnd.kubernetes.protobuf,application/yaml", "protobuf"},
           {"application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1", "json pretty"},
       }) {
    EXPECT_EQ(shown(negotiate_status(asking(row.accept))), row.wanted) << row.accept;
  }
}

TEST(Negotiation, LongHeadersCostLittle) {
  std::string header;
  while (header.size() < 1'000'000) header += "a/b;q=0.5,c/d;q=0.7,";
  header += "application/yaml;q=0.1";
  auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(negotiated(header), "yaml");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}

TEST(BodyMediaType, ParametersDoNotMatter) {
  auto type = [](std::string_view header) {
    http::Request request;
    if (!header.empty()) request.headers.add("content-type", header);
    return body_media_type(request);
  };
  EXPECT_EQ(type(""), codec::MediaType::kJson);
  EXPECT_EQ(type("application/json; charset=UTF-8"), codec::MediaType::kJson);
  EXPECT_EQ(type("Application/YAML"), codec::MediaType::kYaml);
  EXPECT_EQ(type("application/vnd.kubernetes.protobuf"), codec::MediaType::kProtobuf);
  for (std::string_view header : {"text/plain", "*/*", "application/merge-patch+json", ";;", "json", "/"}) {
    auto refused = type(header);
    ASSERT_FALSE(refused) << header;
    EXPECT_EQ(refused.error().code, 415);
    EXPECT_EQ(
        refused.error().message,
        "the body of the request was in an unknown format - accepted media types include: application/json, "
        "application/yaml, application/vnd.kubernetes.protobuf");
  }
}

}  // namespace
}  // namespace pedalion::endpoints
