#include <gtest/gtest.h>

#include "pedalion/registry/builtin/kinds/judge_for_tests.h"
#include "pedalion/registry/builtin/kinds/networking/networking.h"

namespace pedalion::registry::builtin::kinds::networking {
namespace {

Judge services() { return Judge(rules(), "services"); }

/// A good ClusterIP service, with some members of its spec before the others (the first of two counts).
std::string service(std::string_view members) {
  return R"({"spec":{)" + std::string(members) + (members.empty() ? "" : ",") +
         R"("sessionAffinity":"None","internalTrafficPolicy":"Cluster"}})";
}
constexpr std::string_view kPorts = R"("ports":[{"port":80,"protocol":"TCP","targetPort":80}])";
std::string cluster_ip(std::string_view members) {
  return service(R"("type":"ClusterIP",)" + std::string(kPorts) + (members.empty() ? "" : ",") +
                 std::string(members));
}
std::string balancer(std::string_view members) {
  return service(R"("type":"LoadBalancer","allocateLoadBalancerNodePorts":true,)" + std::string(kPorts) +
                 (members.empty() ? "" : ",") + std::string(members));
}

struct Case {
  std::string object;
  std::string_view errors;
};

TEST(Services, AreJudgedByType) {
  const Case cases[] = {
      {cluster_ip(""), ""},
      {service(R"("type":"ClusterIP")"), "spec.ports: Required value"},
      {service(R"("type":"ClusterIP","clusterIP":"None","clusterIPs":["None"])"), ""},
      {service(R"("type":"ExternalName","externalName":"example.com.")"), ""},
      {service(R"("type":"ExternalName","clusterIPs":["10.0.0.1"])"),
       "spec.clusterIPs: Forbidden: may not be set for ExternalName services\nspec.externalName: Required "
       "value"},
      {cluster_ip(R"("loadBalancerClass":"a/b")"),
       "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'"},
      {cluster_ip(R"("externalTrafficPolicy":"Local")"),
       "spec.externalTrafficPolicy: Invalid value: \"Local\": may only be set for externally-accessible "
       "services"},
      {balancer(R"("externalTrafficPolicy":"Local")"), "spec.healthCheckNodePort: Required value"},
      {balancer(R"("externalTrafficPolicy":"Cluster","loadBalancerSourceRanges":[" 10.0.0.0/8 "])"), ""},
      {balancer(R"("externalTrafficPolicy":"Odd")"),
       "spec.externalTrafficPolicy: Unsupported value: \"Odd\": supported values: \"Cluster\", \"Local\""},
      {cluster_ip(R"("trafficDistribution":"Odd")"),
       "spec.trafficDistribution: Unsupported value: \"Odd\": supported values: \"PreferClose\", "
       "\"PreferSameNode\", "
       "\"PreferSameZone\""},
      {cluster_ip(R"("externalIPs":["127.0.0.1"],"externalTrafficPolicy":"Cluster")"),
       "spec.externalIPs[0]: Invalid value: \"127.0.0.1\": may not be in the loopback range (127.0.0.0/8, "
       "::1/128)"},
  };
  for (const Case& one : cases) EXPECT_EQ(services().create(one.object), one.errors) << one.object;
}

TEST(Services, PortsDifferAndHaveNames) {
  EXPECT_EQ(
      services().create(service(R"("type":"ClusterIP","ports":[{"port":80,"protocol":"TCP","targetPort":80},
                                        {"name":"b","port":80,"protocol":"TCP","targetPort":"web"}])")),
      "spec.ports[0].name: Required value\n"
      "spec.ports[1]: Duplicate value: {\"Name\":\"\",\"Protocol\":\"TCP\",\"AppProtocol\":null,\"Port\":80,"
      "\"TargetPort\":0,\"NodePort\":0}");
  EXPECT_EQ(
      services().create(service(R"("type":"ClusterIP","ports":[{"port":0,"protocol":"ICMP","targetPort":80,
                                        "nodePort":30000}])")),
      "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive\n"
      "spec.ports[0].protocol: Unsupported value: \"ICMP\": supported values: \"SCTP\", \"TCP\", \"UDP\"\n"
      "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'");
}

TEST(Services, AddressesFitTheirFamilies) {
  const Case cases[] = {
      {cluster_ip(R"("clusterIP":"10.0.0.1")"), "spec.clusterIPs: Required value"},
      {cluster_ip(R"("clusterIP":"10.0.0.1","clusterIPs":["10.0.0.2"])"),
       "spec.clusterIPs: Invalid value: [\"10.0.0.2\"]: first value must match `clusterIP`"},
      {cluster_ip(R"("clusterIP":"10.0.0.1","clusterIPs":["10.0.0.1","10.0.0.2"])"),
       "spec.clusterIPs: Invalid value: [\"10.0.0.1\",\"10.0.0.2\"]: may specify no more than one IP for "
       "each IP "
       "family"},
      {cluster_ip(R"("clusterIP":"10.0.0.1","clusterIPs":["10.0.0.1"],"ipFamilies":["IPv6"])"),
       "spec.clusterIPs[0]: Invalid value: \"10.0.0.1\": expected an IPv6 value as indicated by "
       "`ipFamilies[0]`"},
      {cluster_ip(R"("ipFamilies":["IPv4","IPv4"])"), "spec.ipFamilies[1]: Duplicate value: \"IPv4\""},
  };
  for (const Case& one : cases) EXPECT_EQ(services().create(one.object), one.errors) << one.object;
}

TEST(Services, AffinityHasATimeout) {
  EXPECT_EQ(services().create(R"({"spec":{"type":"ClusterIP","clusterIP":"None","clusterIPs":["None"],
      "sessionAffinity":"ClientIP","internalTrafficPolicy":"Cluster"}})"),
            "spec.sessionAffinityConfig: Required value: when session affinity type is ClientIP");
  EXPECT_EQ(
      services().create(R"({"spec":{"type":"ClusterIP","clusterIP":"None","clusterIPs":["None"],
      "sessionAffinity":"ClientIP","sessionAffinityConfig":{"clientIP":{"timeoutSeconds":86401}},
      "internalTrafficPolicy":"Cluster"}})"),
      "spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and "
      "less than 86400");
}

TEST(Services, AddressesStay) {
  std::string one = cluster_ip(R"("clusterIP":"10.0.0.1","clusterIPs":["10.0.0.1"],"ipFamilies":["IPv4"])");
  std::string other = cluster_ip(R"("clusterIP":"10.0.0.2","clusterIPs":["10.0.0.2"],"ipFamilies":["IPv4"])");
  std::string both = cluster_ip(R"("clusterIP":"10.0.0.1","clusterIPs":["10.0.0.1","fd00::1"],
                                   "ipFamilies":["IPv4","IPv6"],"ipFamilyPolicy":"RequireDualStack")");
  EXPECT_EQ(services().update(one, one), "");
  EXPECT_EQ(services().update(both, one), "");
  EXPECT_EQ(services().update(other, one),
            "spec.clusterIPs[0]: Invalid value: [\"10.0.0.2\"]: may not change once set");
  EXPECT_EQ(
      services().update(one, both),
      "spec.ipFamilyPolicy: Invalid value: null: must be set to 'SingleStack' when releasing the secondary "
      "clusterIP\nspec.ipFamilyPolicy: Invalid value: null: must be set to 'SingleStack' when releasing the "
      "secondary ipFamily");
}

TEST(Services, OnlyBalancersHaveAnIngress) {
  constexpr std::string_view kStatus =
      R"("status":{"loadBalancer":{"ingress":[{"ip":"bad","ipMode":"VIP"}]}})";
  EXPECT_EQ(services().status(R"({"spec":{"type":"LoadBalancer"},)" + std::string(kStatus) + "}", "{}"),
            "status.loadBalancer.ingress[0].ip: Invalid value: \"bad\": must be a valid IP address, (e.g. "
            "10.9.8.7 or "
            "2001:db8::ffff)");
  EXPECT_EQ(services().status(R"({"spec":{"type":"ClusterIP"},)" + std::string(kStatus) + "}", "{}"),
            "status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'");
}

TEST(Services, WarnOfWhatIsIgnored) {
  EXPECT_EQ(
      services().warnings(R"({"spec":{"type":"ClusterIP","clusterIP":"None","sessionAffinity":"ClientIP"}})"),
      "spec.SessionAffinity is ignored for headless services");
  EXPECT_EQ(
      services().warnings(R"({"spec":{"type":"ClusterIP","clusterIPs":["FD00::1"]}})"),
      "spec.clusterIPs[0]: IPv6 address \"FD00::1\" should be in RFC 5952 canonical format (\"fd00::1\")");
}

}  // namespace
}  // namespace pedalion::registry::builtin::kinds::networking
