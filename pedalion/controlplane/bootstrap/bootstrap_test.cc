#include "pedalion/controlplane/bootstrap/bootstrap.h"

#include <gtest/gtest.h>

#include "pedalion/registry/generic/resource_store.h"
#include "pedalion/storage/memory/memory_store.h"

namespace pedalion::controlplane::bootstrap {
namespace {

namespace rest = registry::rest;
using registry::builtin::BuiltinRegistry;

class BootstrapTest : public testing::Test {
 protected:
  BootstrapTest() : store_(storage::memory::make_store({})) {
    registry_ = BuiltinRegistry::create(*store_, scheme_, {}).value();
    options_.advertise_address = "192.0.2.2";
    options_.secure_port = 16543;
    options_.hostname = "vm";
  }
  Result<void> run() { return sync_wait(create_bootstrap_objects(*registry_, options_)); }
  std::string get(std::string_view group, std::string_view resource, std::string ns, std::string name) {
    rest::RequestContext context;
    context.ns = std::move(ns);
    auto found = sync_wait(registry_->find(group, resource)->getter->get(context, std::move(name), {}));
    return found ? std::string((*found)->json.view()) : found.error().message;
  }
  std::size_t count(std::string_view group, std::string_view resource) {
    rest::RequestContext context;
    return sync_wait(registry_->find(group, resource)->lister->list(context, {})).value().items.size();
  }

  scheme::Scheme scheme_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<BuiltinRegistry> registry_;
  Options options_;
};

TEST_F(BootstrapTest, MakesWhatAFreshServerHas) {
  auto made = run();
  ASSERT_TRUE(made.has_value()) << made.error().message;
  EXPECT_EQ(count("", "namespaces"), 4);
  EXPECT_EQ(count("rbac.authorization.k8s.io", "clusterroles"), 69);
  EXPECT_EQ(count("rbac.authorization.k8s.io", "clusterrolebindings"), 50);
  EXPECT_EQ(count("apiregistration.k8s.io", "apiservices"), 21);
  EXPECT_EQ(count("flowcontrol.apiserver.k8s.io", "flowschemas"), 11);
  EXPECT_EQ(count("networking.k8s.io", "ipaddresses"), 1);
  std::string service = get("", "services", "default", "kubernetes");
  EXPECT_NE(service.find(R"("clusterIP":"10.0.0.1")"), service.npos) << service;
  EXPECT_NE(service.find(R"("manager":"kube-apiserver")"), service.npos) << service;
  std::string schema = get("flowcontrol.apiserver.k8s.io", "flowschemas", "", "catch-all");
  EXPECT_NE(schema.find(R"("type":"Dangling","status":"False")"), schema.npos) << schema;
  std::string api = get("apiregistration.k8s.io", "apiservices", "", "v1.apps");
  EXPECT_NE(api.find("Local APIServices are always available"), api.npos) << api;
  std::string lease = get("coordination.k8s.io", "leases", "kube-system", server_identity("vm"));
  EXPECT_NE(lease.find(R"("leaseDurationSeconds":3600)"), lease.npos) << lease;
}

TEST_F(BootstrapTest, TwiceChangesNothingButTheLease) {
  ASSERT_TRUE(run().has_value());
  storage::Revision before = sync_wait(store_->current_revision({})).value();
  ASSERT_TRUE(run().has_value());
  EXPECT_EQ(sync_wait(store_->current_revision({})).value(), before + 1);
}

TEST_F(BootstrapTest, EndpointsFollowTheServer) {
  ASSERT_TRUE(run().has_value());
  options_.advertise_address = "192.0.2.3";
  ASSERT_TRUE(run().has_value());
  std::string endpoints = get("", "endpoints", "default", "kubernetes");
  EXPECT_NE(endpoints.find("192.0.2.3"), endpoints.npos) << endpoints;
  EXPECT_EQ(endpoints.find("192.0.2.2"), endpoints.npos) << endpoints;
  std::string slice = get("discovery.k8s.io", "endpointslices", "default", "kubernetes");
  EXPECT_NE(slice.find("192.0.2.3"), slice.npos) << slice;
}

TEST_F(BootstrapTest, RefusesAnAddressThatIsNone) {
  options_.advertise_address = "nowhere";
  ASSERT_FALSE(run().has_value());
}

}  // namespace
}  // namespace pedalion::controlplane::bootstrap
