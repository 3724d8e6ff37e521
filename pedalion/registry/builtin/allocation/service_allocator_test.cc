#include "pedalion/registry/builtin/allocation/service_allocator.h"

#include <gtest/gtest.h>

#include <set>

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/scheme/scheme.h"
#include "pedalion/registry/builtin/allocation/service_shape.h"
#include "pedalion/registry/builtin/kinds/networking/service_updates.h"
#include "pedalion/storage/memory/memory_store.h"

namespace pedalion::registry::builtin::allocation {
namespace {

/// IPAddress objects by name.
class Addresses final : public rest::Creater, public rest::Deleter {
 public:
  Task<Result<rest::ObjectPtr>> create(rest::RequestContext&, std::string, json::Document object,
                                       rest::WriteOptions options) override {
    std::string name(std::as_const(object.root).string_at({"metadata", "name"}));
    if (names.contains(name)) co_return std::unexpected(meta::already_exists({"", "ipaddresses"}, name));
    if (!options.dry_run) names.insert(name);
    co_return rest::ObjectPtr();
  }
  Task<Result<rest::DeleteResult>> remove(rest::RequestContext&, std::string name,
                                          rest::DeleteOptions) override {
    names.erase(name);
    co_return rest::DeleteResult();
  }
  std::set<std::string> names;
};

class ServiceAllocatorTest : public testing::Test {
 protected:
  ServiceAllocatorTest()
      : type_(*scheme_.type("", "v1", "Service")), store_(storage::memory::make_store({})) {
    make("10.0.0.0/24");
  }
  void make(std::string_view cidr) {
    ServiceRanges ranges;
    ranges.addresses.push_back(AddressRange::parse(cidr).value());
    allocator_ = std::make_unique<ServiceAllocator>(*store_, "/registry",
                                                    AddressObjects{&addresses_, &addresses_}, ranges);
  }
  json::Document parse(std::string_view spec) {
    json::Document service =
        json::parse(R"({"metadata":{"name":"s","namespace":"n"},"spec":)" + std::string(spec) + "}").value();
    EXPECT_TRUE(codec::reshape(service, type_).has_value());
    return service;
  }
  /// The spec after an allocation, or the error.
  std::string allocate(std::string_view spec, std::string_view old = {},
                       Claiming claiming = Claiming::kReal) {
    json::Document service = parse(spec), before;
    if (!old.empty()) before = parse(old);
    // As the strategy prepares it.
    Filler filler(service.root, type_, service.arena);
    if (old.empty()) {
      kinds::networking::normalize_cluster_ips(filler, nullptr);
    } else {
      kinds::networking::prepare_service_update(filler, before.root);
    }
    auto done = sync_wait(allocator_->allocate(service.root, type_, old.empty() ? nullptr : &before.root,
                                               service.arena, claiming));
    if (!done) return done.error().message;
    outcome_ = *std::move(done);
    return json::to_string(*service.root.find("spec"));
  }

  scheme::Scheme scheme_;
  const schema::Type& type_;
  std::unique_ptr<storage::Store> store_;
  Addresses addresses_;
  std::unique_ptr<ServiceAllocator> allocator_;
  ServiceAllocator::Outcome outcome_;
};

TEST_F(ServiceAllocatorTest, NeverGivesAnAddressTwice) {
  std::set<std::string> given;
  for (int i = 0; i < 254; ++i) {
    json::Document service = parse(R"({"type":"ClusterIP"})");
    auto done = sync_wait(allocator_->allocate(service.root, type_, nullptr, service.arena, Claiming::kReal));
    ASSERT_TRUE(done.has_value()) << i << " " << done.error().message;
    EXPECT_TRUE(
        given.insert(std::string(std::as_const(service.root).string_at({"spec", "clusterIP"}))).second);
  }
  EXPECT_EQ(allocate(R"({"type":"ClusterIP"})"),
            "Internal error occurred: failed to allocate a serviceIP: range is full");
  EXPECT_FALSE(given.contains("10.0.0.0"));
  EXPECT_FALSE(given.contains("10.0.0.255"));
}

TEST_F(ServiceAllocatorTest, NamedAddress) {
  EXPECT_EQ(allocate(R"({"type":"ClusterIP","clusterIP":"10.0.0.13"})"),
            R"({"clusterIP":"10.0.0.13","clusterIPs":["10.0.0.13"],"type":"ClusterIP","ipFamilies":["IPv4"],)"
            R"("ipFamilyPolicy":"SingleStack"})");
  EXPECT_EQ(allocate(R"({"type":"ClusterIP","clusterIP":"10.0.0.13"})"),
            R"(Service "s" is invalid: spec.clusterIPs: Invalid value: ["10.0.0.13"]: failed to allocate IP )"
            R"(10.0.0.13: provided IP is already allocated)");
  EXPECT_EQ(allocate(R"({"type":"ClusterIP","clusterIP":"10.99.0.1"})"),
            R"(Service "s" is invalid: spec.clusterIPs: Invalid value: ["10.99.0.1"]: failed to allocate IP )"
            R"(10.99.0.1: the provided network does not match the current range)");
  EXPECT_EQ(
      allocate(R"({"type":"ClusterIP","clusterIP":"nope"})"),
      R"(Service "s" is invalid: spec.clusterIPs[0]: Invalid value: "nope": must be a valid IP address, )"
      R"((e.g. 10.9.8.7 or 2001:db8::ffff))");
}

TEST_F(ServiceAllocatorTest, HeadlessAndExternalServicesHaveNone) {
  EXPECT_EQ(allocate(R"({"type":"ClusterIP","clusterIP":"None","selector":{"a":"b"}})"),
            R"({"selector":{"a":"b"},"clusterIP":"None","clusterIPs":["None"],"type":"ClusterIP",)"
            R"("ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack"})");
  EXPECT_EQ(allocate(R"({"type":"ClusterIP","clusterIP":"None"})"),
            R"({"clusterIP":"None","clusterIPs":["None"],"type":"ClusterIP","ipFamilies":["IPv4","IPv6"],)"
            R"("ipFamilyPolicy":"RequireDualStack"})");
  EXPECT_EQ(allocate(R"({"type":"ExternalName","externalName":"x.io"})"),
            R"({"type":"ExternalName","externalName":"x.io"})");
  EXPECT_TRUE(addresses_.names.empty());
}

TEST_F(ServiceAllocatorTest, DryRunsClaimNothing) {
  EXPECT_NE(allocate(R"({"type":"NodePort","clusterIP":"10.0.0.14","ports":[{"port":80,"protocol":"TCP"}]})",
                     {}, Claiming::kPretended)
                .find("nodePort"),
            std::string::npos);
  EXPECT_TRUE(addresses_.names.empty());
  EXPECT_TRUE(outcome_.claimed.empty());
}

TEST_F(ServiceAllocatorTest, NodePorts) {
  EXPECT_EQ(allocate(R"({"type":"NodePort","clusterIP":"10.0.0.2","ports":[{"port":80,"protocol":"TCP",
                         "nodePort":30063},{"port":80,"protocol":"UDP","nodePort":30063}]})"),
            R"({"ports":[{"protocol":"TCP","port":80,"targetPort":0,"nodePort":30063},{"protocol":"UDP",)"
            R"("port":80,"targetPort":0,"nodePort":30063}],"clusterIP":"10.0.0.2","clusterIPs":["10.0.0.2"],)"
            R"("type":"NodePort","ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack"})");
  EXPECT_EQ(
      allocate(R"({"type":"NodePort","clusterIP":"10.0.0.3","ports":[{"port":80,"nodePort":30063}]})"),
      R"(Service "s" is invalid: spec.ports[0].nodePort: Invalid value: 30063: provided port is already allocated)");
  EXPECT_FALSE(addresses_.names.contains("10.0.0.3")) << "what was claimed before the failure is released";
  EXPECT_EQ(
      allocate(R"({"type":"NodePort","clusterIP":"10.0.0.3","ports":[{"port":80,"nodePort":80}]})"),
      R"(Service "s" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the )"
      R"(valid range. The range of valid ports is 30000-32767)");
}

TEST_F(ServiceAllocatorTest, LowPortsAreLeftToThoseWhoNameThem) {
  for (int i = 0; i < 200; ++i) {
    std::string made = allocate(R"({"type":"NodePort","ports":[{"port":80}]})");
    auto at = made.find("\"nodePort\":");
    ASSERT_NE(at, std::string::npos) << made;
    EXPECT_GE(std::stoi(made.substr(at + 11)), 30086);
  }
}

TEST_F(ServiceAllocatorTest, UpdatesKeepAndGiveUp) {
  std::string first = allocate(
      R"({"type":"NodePort","clusterIP":"10.0.0.2","ports":[{"port":80,"protocol":"TCP","nodePort":30063}]})");
  std::string kept = allocate(R"({"type":"NodePort","ports":[{"port":80,"protocol":"TCP"}]})", first);
  EXPECT_NE(kept.find("30063"), kept.npos) << kept;
  EXPECT_NE(kept.find("10.0.0.2"), kept.npos);
  EXPECT_TRUE(outcome_.claimed.empty());
  EXPECT_TRUE(outcome_.given_up.empty());

  std::string plain = allocate(R"({"type":"ClusterIP","ports":[{"port":80,"protocol":"TCP"}]})", first);
  EXPECT_EQ(plain.find("30063"), plain.npos) << plain;
  ASSERT_EQ(outcome_.given_up.size(), 1);
  EXPECT_EQ(outcome_.given_up[0], (Claim{Claim::Kind::kNodePort, "30063"}));
  sync_wait(allocator_->release(outcome_.given_up));
  EXPECT_NE(allocate(R"({"type":"NodePort","ports":[{"port":80,"protocol":"TCP","nodePort":30063}]})")
                .find("30063"),
            std::string::npos);

  allocate(R"({"type":"ClusterIP","clusterIP":"10.0.0.77"})", first);
  EXPECT_TRUE(outcome_.claimed.empty()) << "validation refuses it";
}

TEST(AddressRange, CountsAddresses) {
  AddressRange small = AddressRange::parse("10.1.2.3/30").value();
  EXPECT_EQ(small.size(), 2);
  EXPECT_EQ(small.address(0), "10.1.2.1");
  EXPECT_EQ(small.address(1), "10.1.2.2");
  EXPECT_TRUE(small.contains("10.1.2.2"));
  EXPECT_FALSE(small.contains("10.1.2.0"));
  EXPECT_FALSE(small.contains("10.1.2.3"));
  AddressRange six = AddressRange::parse("fd00::/108").value();
  EXPECT_EQ(six.address(0), "fd00::1");
  EXPECT_EQ(six.address(65535), "fd00::1:0");
  EXPECT_TRUE(six.contains("fd00::f:ffff"));
  EXPECT_FALSE(six.contains("fd00::10:0"));
  EXPECT_FALSE(six.contains("10.0.0.1"));
  for (std::string_view wrong : {"", "10.0.0.0", "10.0.0.0/33", "x/8", "10.0.0.0/-1"}) {
    EXPECT_FALSE(AddressRange::parse(wrong).has_value()) << wrong;
  }
}

}  // namespace
}  // namespace pedalion::registry::builtin::allocation
