#include <gtest/gtest.h>

#include "pedalion/admission/plugins/plugins.h"
#include "pedalion/admission/test_cluster.h"

namespace pedalion::admission::plugins {
namespace {

using testing::pass;
using testing::TestCluster;
using testing::Write;

Write request(std::string object, std::string subresource) {
  return {.operation = Operation::kUpdate,
          .group = "certificates.k8s.io",
          .resource = "certificatesigningrequests",
          .kind = "CertificateSigningRequest",
          .subresource = std::move(subresource),
          .ns = "",
          .name = "r",
          .object = std::move(object),
          .old_object = R"({"spec":{"signerName":"a.b/c"}})"};
}

TEST(CertificateApproval, AsksForTheSignerOrItsDomain) {
  TestCluster cluster;
  auto plugin = certificate_approval(cluster);
  Write write = request(R"({"spec":{"signerName":"a.b/c"}})", "approval");
  EXPECT_EQ(pass(*plugin, write).refusal,
            "certificatesigningrequests.certificates.k8s.io \"r\" is forbidden: user not permitted to "
            "approve requests "
            "with signerName \"a.b/c\"");
  cluster.allow("somebody approve signers a.b/*");
  EXPECT_EQ(pass(*plugin, write).refusal, "");
  write.user = "another";
  cluster.allow("another approve signers a.b/c");
  EXPECT_EQ(pass(*plugin, write).refusal, "");
  write.user = "third";
  write.subresource = "";
  EXPECT_EQ(pass(*plugin, write).refusal, "");
}

TEST(CertificateSigning, ConcernsCertificateAndConditionsOnly) {
  TestCluster cluster;
  auto plugin = certificate_signing(cluster);
  Write write = request(R"({"spec":{"signerName":"a.b/c"},"status":{"certificate":"eA=="}})", "status");
  EXPECT_EQ(pass(*plugin, write).refusal,
            "certificatesigningrequests.certificates.k8s.io \"r\" is forbidden: user not permitted to sign "
            "requests with "
            "signerName \"a.b/c\"");
  write.object = R"({"metadata":{"labels":{"a":"b"}},"spec":{"signerName":"a.b/c"},"status":{}})";
  EXPECT_EQ(pass(*plugin, write).refusal, "");
  cluster.allow("somebody sign signers a.b/c");
  write.object = R"({"status":{"conditions":[{"type":"Failed"}]}})";
  EXPECT_EQ(pass(*plugin, write).refusal, "");
}

// Of a request for O=system:masters, CN=x.
constexpr std::string_view kOfMasters =
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIZ01JR0hBZ0VBTUNVeEZ6QVZCZ05WQkFvTURuTjVjM1JsYlRw"
    "dFlYTjBaWEp6TVFvd0NBWURWUVFEREFGNApNRmt3RXdZSEtvWkl6ajBDQVFZSUtvWkl6ajBEQVFjRFFnQUVibkJReFNrcEgzMHhy"
    "b2ZBRFRiL2VWeDBTQkFUCi9lTjkwZ01zNnp4Y1IrQzkvM1Bac0FFV2ZZbE5RcTFqUTVVdUZIM2F1UElsbkRwMEJiY0VGK05Ha2FB"
    "QU1Bb0cKQ0NxR1NNNDlCQU1DQTBnQU1FVUNJQmQxL2V3a3c1V1k0TDVaZTU3WU10MnpqR0wwYVpIWTg2bysxMHp4TDcrOApBaUVB"
    "MWxwNnRmVkVuREMwa1ExK1UvQmlCRWpJazFuOVFCQlJaK2tFdDhrNHo5ST0KLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0t"
    "LS0tCg==";
// Of a request for O=system:nodes, CN=x.
constexpr std::string_view kOfNodes =
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIZU1JR0ZBZ0VBTUNNeEZUQVRCZ05WQkFvTURITjVjM1JsYlRw"
    "dWIyUmxjekVLTUFnR0ExVUVBd3dCZURCWgpNQk1HQnlxR1NNNDlBZ0VHQ0NxR1NNNDlBd0VIQTBJQUJHNXdVTVVwS1I5OU1hNkh3"
    "QTAyLzNsY2RFZ1FFLzNqCmZkSURMT3M4WEVmZ3ZmOXoyYkFCRm4ySlRVS3RZME9WTGhSOTJyanlKWnc2ZEFXM0JCZmpScEdnQURB"
    "S0JnZ3EKaGtqT1BRUURBZ05JQURCRkFpRUFxT0p4RFVqTDdHK1dTNFMwSXNrR0d2Sk45QW1SM0p5bzBHRTBTU3F1QlNVQwpJSDc0"
    "MlVsbEhORnh5U0xDZ0dxSEYrTHNseFdGM3hjOTZtS2FrWjk5eGdSVQotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K";

TEST(CertificateSubjectRestriction, KeepsMastersFromClients) {
  auto plugin = certificate_subject_restriction();
  auto refusal = [&](std::string_view signer, std::string_view text) {
    Write write = request(R"({"spec":{"signerName":")" + std::string(signer) + R"(","request":")" +
                              std::string(text) + R"("}})",
                          "");
    write.operation = Operation::kCreate;
    return pass(*plugin, write).refusal;
  };
  constexpr std::string_view kSigner = "kubernetes.io/kube-apiserver-client";
  EXPECT_EQ(refusal(kSigner, kOfMasters),
            "certificatesigningrequests.certificates.k8s.io \"r\" is forbidden: use of "
            "kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed");
  EXPECT_EQ(refusal(kSigner, kOfNodes), "");
  EXPECT_EQ(refusal("a.b/c", kOfMasters), "");
  EXPECT_EQ(refusal(kSigner, "eA=="),
            "certificatesigningrequests.certificates.k8s.io \"r\" is forbidden: failed to parse CSR: PEM "
            "block type must "
            "be CERTIFICATE REQUEST");
}

}  // namespace
}  // namespace pedalion::admission::plugins
