#include "pedalion/registry/builtin/kinds/volumes/volumes.h"

#include <gtest/gtest.h>

#include "pedalion/registry/builtin/kinds/judge_for_tests.h"

namespace pedalion::registry::builtin::kinds::volumes {
namespace {

std::string volume(std::string_view more) {
  return R"({"metadata":{"name":"v"},"spec":{"capacity":{"storage":"5Gi"},"accessModes":["ReadWriteOnce"],)" +
         std::string(more) + "}}";
}

TEST(PersistentVolumes, HaveOneSource) {
  Judge judge(rules(), "persistentvolumes");
  EXPECT_EQ(judge.create(volume(R"("hostPath":{"path":"/x"})")), "");
  EXPECT_EQ(judge.create(volume(R"("storageClassName":"")")),
            "spec: Required value: must specify a volume type");
  EXPECT_EQ(judge.create(volume(R"("hostPath":{"path":"/x"},"cephfs":{"monitors":["a"]})")),
            "spec.cephFS: Forbidden: may not specify more than 1 volume type");
  EXPECT_EQ(judge.create(volume(R"("gcePersistentDisk":{"pdName":""})")),
            "spec.persistentDisk.pdName: Required value");
  EXPECT_EQ(judge.create(volume(R"("local":{"path":"/a/../b"})")),
            "spec.local.path: Invalid value: \"/a/../b\": must not contain '..'\n"
            "spec.nodeAffinity: Required value: Local volume requires node affinity");
  EXPECT_EQ(judge.create(volume(R"("csi":{"driver":"d","volumeHandle":"h","nodeStageSecretRef":{}})")), "");
  EXPECT_EQ(
      judge.create(volume(R"("csi":{"driver":"d","volumeHandle":"h","nodePublishSecretRef":{"name":"a"}})")),
      "spec.csi.nodePublishSecretRef.namespace: Required value");
  EXPECT_EQ(judge.create(volume(R"("nfs":{"server":"s","path":"p"},"volumeAttributesClassName":"")")),
            "spec.nfs.path: Invalid value: \"p\": must be an absolute path\n"
            "spec.volumeAttributesClassName: Required value: an empty string is disallowed\n"
            "spec.csi: Required value: has to be specified when using volumeAttributesClassName");
}

TEST(PersistentVolumes, HaveCapacityAndModes) {
  Judge judge(rules(), "persistentvolumes");
  EXPECT_EQ(
      judge.create(R"({"spec":{"hostPath":{"path":"/"},"persistentVolumeReclaimPolicy":"Recycle",
                             "capacity":{"storage":"1","cpu":"0"},"accessModes":["ReadWriteOncePod","Odd"]}})"),
      "spec.accessModes: Unsupported value: \"Odd\": supported values: \"ReadOnlyMany\", \"ReadWriteMany\", "
      "\"ReadWriteOnce\", \"ReadWriteOncePod\"\n"
      "spec.capacity: Unsupported value: {\"cpu\":\"0\",\"storage\":\"1\"}: supported values: \"storage\"\n"
      "spec.capacity[cpu]: Invalid value: \"0\": must be greater than zero\n"
      "spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'");
}

TEST(PersistentVolumes, KeepTheirSource) {
  Judge judge(rules(), "persistentvolumes");
  constexpr std::string_view kCsi = R"("csi":{"driver":"d","volumeHandle":"h")";
  std::string plain = volume(std::string(kCsi) + "}");
  std::string secret =
      volume(std::string(kCsi) + R"(,"controllerExpandSecretRef":{"name":"a","namespace":"b"}})");
  EXPECT_EQ(judge.update(secret, plain), "");
  EXPECT_NE(judge.update(plain, secret).find("spec.persistentvolumesource is immutable after creation\n@@ "),
            std::string::npos);
  EXPECT_EQ(judge.update(volume(R"("hostPath":{"path":"/x"},"volumeMode":"Block")"),
                         volume(R"("hostPath":{"path":"/x"},"volumeMode":"Filesystem")")),
            "volumeMode: Invalid value: \"Block\": field is immutable");
}

std::string in_zone(std::string_view label) {
  return volume(
      R"("hostPath":{"path":"/x"},"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[)"
      R"({"key":")" +
      std::string(label) + R"(","operator":"In","values":["a"]}]}]}})");
}

TEST(PersistentVolumes, MayTakeTheGeneralLabels) {
  Judge judge(rules(), "persistentvolumes");
  constexpr std::string_view kBeta = "failure-domain.beta.kubernetes.io/zone",
                             kGeneral = "topology.kubernetes.io/zone";
  EXPECT_EQ(judge.update(in_zone(kGeneral), in_zone(kBeta)), "");
  EXPECT_NE(judge.update(in_zone(kBeta), in_zone(kGeneral)), "");
  EXPECT_EQ(judge.warnings(in_zone(kBeta)),
            "spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].key: "
            "failure-domain.beta.kubernetes.io/zone is deprecated since v1.17; use "
            "\"topology.kubernetes.io/zone\" instead");
}

std::string claim(std::string_view more, std::string_view size = "1Gi") {
  return R"({"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":")" +
         std::string(size) + R"("}})" + std::string(more);
}

TEST(Claims, AreJudged) {
  Judge judge(rules(), "persistentvolumeclaims");
  EXPECT_EQ(judge.create(claim("}}")), "");
  EXPECT_EQ(judge.create(claim("}}", "0")),
            "spec.resources[storage]: Invalid value: \"0\": must be greater than zero");
  EXPECT_EQ(judge.create(claim(R"(,"dataSource":{"name":"a","kind":"PersistentVolumeClaim"},
                                  "dataSourceRef":{"name":"b","kind":"PersistentVolumeClaim"}}})")),
            "spec: Invalid value: {}: must match dataSourceRef");
}

TEST(Claims, KeepTheirSpec) {
  Judge judge(rules(), "persistentvolumeclaims");
  constexpr std::string_view kBound = R"(},"status":{"phase":"Bound","capacity":{"storage":"1Gi"}}})";
  EXPECT_EQ(judge.update(claim(kBound, "2Gi"), claim(kBound)), "");
  EXPECT_EQ(judge.update(claim(kBound, "1Gi"), claim(kBound, "2Gi")),
            "spec.resources.requests.storage: Forbidden: field can not be less than status.capacity");
  EXPECT_NE(
      judge.update(claim("}}", "2Gi"), claim("}}")).find("spec: Forbidden: spec is immutable after creation"),
      std::string::npos);
  EXPECT_EQ(judge.update(claim(R"(,"volumeName":"v","storageClassName":"c"}})"), claim("}}")), "");
  EXPECT_NE(judge.update(claim(R"(,"volumeName":"w"}})"), claim(R"(,"volumeName":"v"}})")), "");
}

TEST(Claims, ReportOnResizing) {
  Judge judge(rules(), "persistentvolumeclaims");
  EXPECT_EQ(
      judge.status(claim(R"(},"status":{"capacity":{"storage":"-1"},"allocatedResourceStatuses":{"cpu":"Odd"},
                                  "allocatedResources":{"example.com/x":"1"}}})"),
                   claim("}}")),
      "status.capacity[storage]: Invalid value: -1: must be a valid resource quantity\n"
      "status.allocatedResourceStatus: Unsupported value: \"cpu\": supported values: \"storage\"\n"
      "status.allocatedResourceStatus: Unsupported value: \"cpu\": supported values: "
      "\"ControllerResizeInProgress\", \"ControllerResizeInfeasible\", \"NodeResizeInProgress\", "
      "\"NodeResizeInfeasible\", \"NodeResizePending\"");
}

TEST(Classes, AreJudged) {
  Judge judge(rules(), "storageclasses", "storage.k8s.io");
  EXPECT_EQ(
      judge.create(R"({"provisioner":"a b","reclaimPolicy":"Recycle","parameters":{"":"x"}})"),
      "provisioner: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or "
      "'.', "
      "and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', "
      "regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')\n"
      "parameters: Invalid value: \"\": field can not be empty.\n"
      "reclaimPolicy: Unsupported value: \"Recycle\": supported values: \"Delete\", \"Retain\"\n"
      "volumeBindingMode: Required value");
  constexpr std::string_view kTerm = R"({"matchLabelExpressions":[{"key":"zone","values":["a","a"]}]})";
  EXPECT_EQ(judge.create(R"({"provisioner":"a","volumeBindingMode":"Immediate","allowedTopologies":[)" +
                         std::string(kTerm) + "," + std::string(kTerm) + "]}"),
            "allowedTopologies[0].matchLabelExpressions[0].values[1]: Duplicate value: \"a\"\n"
            "allowedTopologies[1].matchLabelExpressions[0].values[1]: Duplicate value: \"a\"\n"
            "allowedTopologies[1].matchLabelExpressions: Duplicate value: \"\"");
  Judge attributes(rules(), "volumeattributesclasses", "storage.k8s.io");
  EXPECT_EQ(attributes.create(R"({"driverName":"d"})"),
            "parameters: Required value: must contain at least one key/value pair");
  EXPECT_EQ(attributes.update(R"({"driverName":"e","parameters":{"a":"b"}})",
                              R"({"driverName":"d","parameters":{"a":"b"}})"),
            "driverName: Forbidden: updates to driverName are forbidden.");
}

TEST(Attachments, NameOneVolume) {
  Judge judge(rules(), "volumeattachments", "storage.k8s.io");
  constexpr std::string_view kGood =
      R"({"spec":{"attacher":"a","nodeName":"n","source":{"persistentVolumeName":"v"}}})";
  EXPECT_EQ(judge.create(kGood), "");
  EXPECT_EQ(
      judge.create(R"({"spec":{"attacher":"a","nodeName":"n","source":{}}})"),
      "spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName");
  EXPECT_EQ(judge.create(R"({"spec":{"attacher":"a","nodeName":"n","source":{"inlineVolumeSpec":{
                             "accessModes":["ReadWriteOnce"],"volumeMode":"Block","capacity":{"storage":"1"},
                             "csi":{"driver":"d","volumeHandle":"h"}}}}})"),
            "spec.source.inlineVolumeSpec.capacity: Forbidden: may not be specified in the context of inline "
            "volumes\n"
            "spec.source.inlineVolumeSpec.volumeMode: Forbidden: may not specify volumeMode other than "
            "Filesystem in "
            "the context of inline volumes");
  EXPECT_EQ(
      judge.update(R"({"spec":{"attacher":"b","nodeName":"n","source":{"persistentVolumeName":"v"}}})", kGood)
          .find("spec: Invalid value: {\"Attacher\":\"b\""),
      0u);
}

TEST(Drivers, AreJudged) {
  Judge judge(rules(), "csidrivers", "storage.k8s.io");
  constexpr std::string_view kStart =
      R"({"spec":{"attachRequired":true,"podInfoOnMount":false,"storageCapacity":false,"seLinuxMount":false)";
  EXPECT_EQ(judge.create(std::string(kStart) + "}}"), "");
  EXPECT_EQ(
      judge.create(std::string(kStart) + R"(,"serviceAccountTokenInSecrets":true,
                         "tokenRequests":[]}})"),
      "spec.serviceAccountTokenInSecrets: Invalid value: true: serviceAccountTokenInSecrets is set but no "
      "tokenRequests are specified");
  EXPECT_EQ(
      judge.create(std::string(kStart) + R"(,"tokenRequests":[{"audience":"a","expirationSeconds":1}]}})"),
      "spec.tokenRequests[0].expirationSeconds: Invalid value: 1: may not specify a duration less than 10 "
      "minutes");
}

TEST(CsiNodes, KeepWhatDriversSaid) {
  Judge judge(rules(), "csinodes", "storage.k8s.io");
  constexpr std::string_view kOld =
      R"({"spec":{"drivers":[{"name":"a","nodeID":"n","allocatable":{"count":1}}]}})";
  EXPECT_EQ(
      judge.update(R"({"spec":{"drivers":[{"name":"a","nodeID":"n","allocatable":{"count":2}}]}})", kOld),
      "");
  EXPECT_EQ(judge.update(R"({"spec":{"drivers":[{"name":"a","nodeID":"m"}]}})", kOld),
            "spec.drivers: Invalid value: "
            "{\"Name\":\"a\",\"NodeID\":\"m\",\"TopologyKeys\":null,\"Allocatable\":null}: "
            "field is immutable");
}

}  // namespace
}  // namespace pedalion::registry::builtin::kinds::volumes
