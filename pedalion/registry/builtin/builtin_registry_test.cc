#include "pedalion/registry/builtin/builtin_registry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/registry/generic/resource_store.h"
#include "pedalion/storage/memory/memory_store.h"

namespace pedalion::registry::builtin {
namespace {

using rest::ObjectPtr;
using rest::Resource;

class BuiltinRegistryTest : public testing::Test {
 protected:
  BuiltinRegistryTest() : store_(storage::memory::make_store({})) {
    auto made = BuiltinRegistry::create(*store_, scheme_, {});
    EXPECT_TRUE(made.has_value()) << made.error().message;
    registry_ = *std::move(made);
    user_.name = "admin";
    for (std::string_view name : {"default", "kube-system"}) {
      EXPECT_EQ(create("", "namespaces", "", R"({"metadata":{"name":")" + std::string(name) + "\"}}")
                        .value_or(nullptr) != nullptr,
                true);
    }
  }

  rest::RequestContext context(std::string ns) {
    rest::RequestContext made;
    made.user = &user_;
    made.ns = std::move(ns);
    return made;
  }
  const Resource& row(std::string_view group, std::string_view resource, std::string_view sub = {}) {
    const Resource* found = registry_->find(group, resource, sub);
    EXPECT_NE(found, nullptr) << group << " " << resource << " " << sub;
    return *found;
  }
  json::Document shaped(const Resource& resource, std::string_view text) {
    json::Document object = json::parse(text).value();
    codec::set_type_meta(object, resource.kind);
    EXPECT_TRUE(codec::reshape(object, *resource.type).has_value());
    return object;
  }
  rest::WriteOptions options() {
    rest::WriteOptions made;
    made.field_manager = "test";
    return made;
  }
  Result<ObjectPtr> create(std::string_view group, std::string_view resource, std::string ns,
                           std::string_view text, std::string_view sub = {}, std::string parent = {}) {
    const Resource& found = row(group, resource, sub);
    auto request = context(std::move(ns));
    return sync_wait(found.creater->create(request, std::move(parent), shaped(found, text), options()));
  }
  Result<rest::UpdateResult> put(const Resource& found, std::string ns, std::string name,
                                 std::string_view text) {
    auto request = context(std::move(ns));
    auto make = [&](const watchcache::Object*) -> Result<json::Document> { return shaped(found, text); };
    return sync_wait(found.updater->update(request, std::move(name), make, options(),
                                           rest::CreateIfMissing::kByStrategy, rest::FieldTracking::kUpdate));
  }
  Result<ObjectPtr> get(std::string_view group, std::string_view resource, std::string ns, std::string name) {
    auto request = context(std::move(ns));
    return sync_wait(row(group, resource).getter->get(request, std::move(name), {}));
  }
  Result<rest::DeleteResult> remove(std::string_view group, std::string_view resource, std::string ns,
                                    std::string name) {
    auto request = context(std::move(ns));
    return sync_wait(row(group, resource).deleter->remove(request, std::move(name), {}));
  }

  scheme::Scheme scheme_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<BuiltinRegistry> registry_;
  rest::UserInfo user_;
};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text.append(text.empty() ? "" : ",").append(word);
  return text.empty() ? "-" : text;
}

std::vector<std::string> verbs_of(const Resource& resource) {
  std::vector<std::string> verbs = resource.connect_methods;
  if (resource.getter != nullptr) verbs.emplace_back("get");
  if (resource.lister != nullptr) verbs.emplace_back("list");
  if (resource.watcher != nullptr) verbs.emplace_back("watch");
  if (resource.creater != nullptr) verbs.emplace_back("create");
  if (resource.updater != nullptr) verbs.emplace_back("update");
  if (resource.updater != nullptr && resource.patchable) verbs.emplace_back("patch");
  if (resource.deleter != nullptr) verbs.emplace_back("delete");
  if (resource.collection_deleter != nullptr) verbs.emplace_back("deletecollection");
  std::ranges::sort(verbs);
  return verbs;
}

std::string line_of(const Resource& resource) {
  bool main = resource.subresource.empty();
  std::string name = resource.gvr.resource + (main ? "" : "/" + resource.subresource);
  std::string hash = resource.storage_version_hash.empty() ? "-" : resource.storage_version_hash;
  return resource.gvr.group_version().api_version() + " " + name + " " +
         resource.kind.group_version().api_version() + " " + resource.kind.kind + " " +
         (resource.namespaced ? "namespaced" : "cluster") + " " +
         (resource.singular_name.empty() ? "-" : resource.singular_name) + " " +
         joined(resource.short_names) + " " + joined(resource.categories) + " " + hash + " " +
         joined(verbs_of(resource));
}

TEST_F(BuiltinRegistryTest, DeclaresWhatDiscoveryLists) {
  std::vector<std::string> declared, expected;
  for (const rest::ApiGroupInfo& group : registry_->groups()) {
    for (const rest::ApiGroupVersion& version : group.versions) {
      for (const Resource& resource : version.resources) {
        declared.push_back(line_of(resource));
        EXPECT_NE(resource.type, nullptr) << declared.back();
      }
    }
  }
  std::ifstream file("pedalion/registry/builtin/testdata/discovery.txt");
  for (std::string line; std::getline(file, line);) expected.push_back(line);
  ASSERT_EQ(expected.size(), declared.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(declared[i], expected[i]);
}

TEST_F(BuiltinRegistryTest, EveryStoredKindCanBeMadeReadAndRemoved) {
  // What these need to be valid.
  std::map<std::string, std::string> specs = {
      {"pods", R"("spec":{"containers":[{"name":"c","image":"i"}]})"},
      {"podtemplates", R"("template":{"spec":{"containers":[{"name":"c","image":"i"}]}})"},
      {"replicationcontrollers",
       R"("spec":{"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}})"},
      {"services", R"("spec":{"ports":[{"port":80}]})"},
      {"jobs",
       R"("spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}})"},
      {"controllerrevisions", R"("data":{"a":1})"},
      {"cronjobs",
       R"("spec":{"schedule":"@daily","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}})"},
      {"horizontalpodautoscalers",
       R"("spec":{"maxReplicas":1,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"d"}})"},
      {"certificatesigningrequests",
       R"("spec":{"signerName":"example.com/s","usages":["client auth"],"request":")"
       "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlITk1IWUNBUUF3RkRFU01CQUdBMVVFQXd3SloyOXNaR1Z1"
       "TFdWak1Ga3dFd1lIS29aSXpqMENBUVlJS29aSQp6ajBEQVFjRFFnQUVEdUR1SGd6elkreE1lbUdvckZDaUNRajJLRGJkUUhT"
       "Q1hFaFFsVTRkWnF2cXpPNlhiTE1VCnpwaURabFdVVGYzUWZHSGtndFZYcEVxMFd2K2NrN2FZWHFBQU1Bb0dDQ3FHU000OUJB"
       "TUNBMGNBTUVRQ0lGM1AKZXgwSkdnS2d1TUg1VlpXcVNVTUxaUVFGOVptUCtqdlRUeDA1YmRrdUFpQTJzbDB3S2lvV0E5WVdB"
       "OEdDQlV4TQpGL3Z1TWx0ZDdpLzc1QjFoVnhJUUZBPT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg=="
       "\"}"},
      {"rolebindings", R"("roleRef":{"kind":"Role","name":"r"})"},
      {"clusterrolebindings", R"("roleRef":{"kind":"ClusterRole","name":"r"})"},
      {"apiservices",
       R"("spec":{"version":"v9","group":"made.io","groupPriorityMinimum":1,"versionPriority":1})"},
      {"runtimeclasses", R"("handler":"h")"},
      {"flowschemas", R"("spec":{"priorityLevelConfiguration":{"name":"l"}})"},
      {"prioritylevelconfigurations",
       R"("spec":{"type":"Limited","limited":{"limitResponse":{"type":"Reject"}}})"},
      {"validatingadmissionpolicies",
       R"("spec":{"matchConstraints":{"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],)"
       R"("operations":["CREATE"],"resources":["pods"]}]},"validations":[{"expression":"true"}]})"},
      {"validatingadmissionpolicybindings", R"("spec":{"policyName":"p","validationActions":["Deny"]})"},
      {"mutatingadmissionpolicies",
       R"("spec":{"matchConstraints":{"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],)"
       R"("operations":["CREATE"],"resources":["pods"]}]},"reinvocationPolicy":"Never","mutations":[)"
       R"({"patchType":"JSONPatch","jsonPatch":{"expression":"[]"}}]})"},
      {"mutatingadmissionpolicybindings", R"("spec":{"policyName":"p"})"},
      {"resourceslices",
       R"("spec":{"driver":"made.io","nodeName":"n","pool":{"name":"p","resourceSliceCount":1}})"},
      {"events.k8s.io/events",
       R"("eventTime":"2026-01-01T00:00:00.000000Z","reportingController":"made.io/c","reportingInstance":"i",)"
       R"("action":"a","reason":"r","type":"Normal","regarding":{"namespace":"default"})"},
      {"ingressclasses", R"("spec":{"controller":"made.io/c"})"},
      {"ingresses", R"("spec":{"defaultBackend":{"service":{"name":"s","port":{"number":80}}}})"},
      {"endpointslices", R"("addressType":"IPv4")"},
      {"servicecidrs", R"("spec":{"cidrs":["10.9.0.0/24"]})"},
      {"persistentvolumes",
       R"("spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"hostPath":{"path":"/x"}})"},
      {"persistentvolumeclaims",
       R"("spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}})"},
      {"storageclasses", R"("provisioner":"made.io/p")"},
      {"volumeattributesclasses", R"("driverName":"made.io","parameters":{"a":"b"})"},
      {"volumeattachments",
       R"("spec":{"attacher":"made.io","nodeName":"n","source":{"persistentVolumeName":"v"}})"},
      {"csistoragecapacities", R"("storageClassName":"c")"},
      {"ipaddresses", R"("spec":{"parentRef":{"resource":"services","namespace":"n","name":"s"}})"},
  };
  for (std::string_view name : {"deployments", "replicasets", "statefulsets", "daemonsets"}) {
    specs[std::string(name)] =
        R"("spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},)"
        R"("spec":{"containers":[{"name":"c","image":"i"}]}}})";
  }
  for (const rest::ApiGroupInfo& group : registry_->groups()) {
    for (const rest::ApiGroupVersion& version : group.versions) {
      for (const Resource& resource : version.resources) {
        if (!resource.subresource.empty() || resource.deleter == nullptr) continue;
        std::string ns = resource.namespaced ? "default" : "";
        std::string name = "made";
        if (resource.gvr.resource == "ipaddresses") name = "10.0.0.200";
        if (resource.gvr.resource == "apiservices") name = "v9.made.io";
        std::string text = R"({"metadata":{"name":")" + name + "\"}";
        for (const std::string& key :
             {resource.gvr.group + "/" + resource.gvr.resource, resource.gvr.resource}) {
          auto spec = specs.find(key);
          if (spec == specs.end()) continue;
          text += "," + spec->second;
          break;
        }
        auto request = context(ns);
        auto created =
            sync_wait(resource.creater->create(request, "", shaped(resource, text + "}"), options()));
        ASSERT_TRUE(created.has_value()) << line_of(resource) << ": " << created.error().message;
        EXPECT_EQ((*created)->name, name);
        auto read = sync_wait(resource.getter->get(request, name, {}));
        ASSERT_TRUE(read.has_value()) << line_of(resource);
        EXPECT_EQ((*read)->json.view(), (*created)->json.view()) << line_of(resource);
        auto listed = sync_wait(resource.lister->list(request, {}));
        ASSERT_TRUE(listed.has_value()) << line_of(resource) << listed.error().message;
        EXPECT_TRUE(std::ranges::any_of(listed->items, [&](auto& item) { return item->name == name; }));
        auto removed = sync_wait(resource.deleter->remove(request, name, {}));
        ASSERT_TRUE(removed.has_value()) << line_of(resource) << removed.error().message;
      }
    }
  }
}

TEST_F(BuiltinRegistryTest, NamespacesEndWhenTheyAreFinalized) {
  ASSERT_TRUE(create("", "namespaces", "", R"({"metadata":{"name":"n"}})").has_value());
  auto removed = remove("", "namespaces", "", "n");
  ASSERT_TRUE(removed.has_value()) << removed.error().message;
  EXPECT_FALSE(removed->deleted);
  std::string_view text = removed->object->json.view();
  EXPECT_NE(text.find(R"("phase":"Terminating")"), text.npos) << text;
  EXPECT_NE(text.find("deletionTimestamp"), text.npos) << text;

  auto inside = create("", "configmaps", "n", R"({"metadata":{"name":"late"}})");
  ASSERT_FALSE(inside.has_value());
  EXPECT_EQ(inside.error().code, 403);

  auto finalized = put(row("", "namespaces", "finalize"), "", "n", R"({"metadata":{"name":"n"},"spec":{}})");
  ASSERT_TRUE(finalized.has_value()) << finalized.error().message;
  EXPECT_EQ(get("", "namespaces", "", "n").error().code, 404);
  EXPECT_EQ(create("", "configmaps", "n", R"({"metadata":{"name":"late"}})").error().code, 404);
}

TEST_F(BuiltinRegistryTest, ScaleChangesReplicas) {
  ASSERT_TRUE(create("apps", "deployments", "default", R"({"metadata":{"name":"d"},"spec":{"selector":
      {"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c",
      "image":"i"}]}}}})")
                  .has_value());
  auto scaled = put(row("apps", "deployments", "scale"), "default", "d", R"({"spec":{"replicas":4}})");
  ASSERT_TRUE(scaled.has_value()) << scaled.error().message;
  std::string text((*get("apps", "deployments", "default", "d"))->json.view());
  EXPECT_NE(text.find(R"("replicas":4)"), text.npos) << text;
  EXPECT_NE(text.find(R"("generation":2)"), text.npos) << text;
  EXPECT_NE(text.find(R"("subresource":"scale")"), text.npos) << text;
}

TEST_F(BuiltinRegistryTest, PodsAreBoundOnceAndGivenTime) {
  ASSERT_TRUE(create("", "pods", "default",
                     R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}})")
                  .has_value());
  auto bound = create("", "pods", "default",
                      R"({"metadata":{"name":"p"},"target":{"kind":"Node","name":"n1"}})", "binding", "p");
  ASSERT_TRUE(bound.has_value()) << bound.error().message;
  auto again = create("", "pods", "default",
                      R"({"metadata":{"name":"p"},"target":{"kind":"Node","name":"n2"}})", "binding", "p");
  EXPECT_EQ(again.error().message,
            "Operation cannot be fulfilled on pods/binding \"p\": pod p is already assigned to node \"n1\"");
  auto ending = remove("", "pods", "default", "p");
  ASSERT_TRUE(ending.has_value()) << ending.error().message;
  EXPECT_FALSE(ending->deleted);
  EXPECT_NE(ending->object->json.view().find(R"("deletionGracePeriodSeconds":30)"), std::string_view::npos);
}

TEST_F(BuiltinRegistryTest, PodsAreEvictedAsBudgetsAllow) {
  auto evict = [&](std::string name) {
    return create("", "pods", "default", R"({"metadata":{"name":")" + name + R"("}})", "eviction", name);
  };
  auto made = create("policy", "poddisruptionbudgets", "default",
                     R"({"metadata":{"name":"b"},"spec":{"selector":{"matchLabels":{"a":"b"}}}})");
  ASSERT_TRUE(made.has_value());
  for (std::string name : {"p", "q"}) {
    std::string pod = R"({"metadata":{"name":")" + name + R"(","labels":{"a":"b"}},"spec":{"nodeName":"n",
        "containers":[{"name":"c","image":"i"}]},"status":{"phase":"Running",
        "conditions":[{"type":"Ready","status":"True"}]}})";
    ASSERT_TRUE(create("", "pods", "default", pod).has_value());
    ASSERT_TRUE(put(row("", "pods", "status"), "default", name, pod).has_value());
  }
  EXPECT_EQ(create("", "pods", "default",
                   R"({"metadata":{"name":"p"},"deleteOptions":{"propagationPolicy":"x"}})", "eviction", "p")
                .error()
                .code,
            422);
  EXPECT_EQ(evict("p").error().code, 429) << "the budget's controller has not seen it";
  std::string status = R"({"metadata":{"name":"b","resourceVersion":")" + std::to_string((*made)->revision) +
                       R"("},"status":{"observedGeneration":1,"disruptionsAllowed":1,"currentHealthy":2}})";
  ASSERT_TRUE(put(row("policy", "poddisruptionbudgets", "status"), "default", "b", status).has_value());
  auto evicted = evict("p");
  ASSERT_TRUE(evicted.has_value()) << evicted.error().message;
  std::string pod((*get("", "pods", "default", "p"))->json.view());
  EXPECT_NE(pod.find(R"("reason":"EvictionByEvictionAPI")"), pod.npos) << pod;
  EXPECT_NE(pod.find("deletionTimestamp"), pod.npos) << pod;
  std::string budget((*get("policy", "poddisruptionbudgets", "default", "b"))->json.view());
  EXPECT_NE(budget.find(R"("reason":"InsufficientPods")"), budget.npos) << budget;
  EXPECT_NE(budget.find(R"("disruptedPods":{"p":)"), budget.npos) << budget;
  EXPECT_EQ(evict("q").error().code, 429);
}

TEST_F(BuiltinRegistryTest, AdminAccessToDevicesNeedsTheNamespacesLeave) {
  constexpr std::string_view kSpec =
      R"("spec":{"devices":{"requests":[{"name":"r","exactly":{"deviceClassName":"c","adminAccess":true}}]}})";
  std::string claim = R"({"metadata":{"name":"c"},)" + std::string(kSpec) + "}";
  std::string claim_template = R"({"metadata":{"name":"c"},"spec":{)" + std::string(kSpec) + "}}";
  EXPECT_EQ(
      create("resource.k8s.io", "resourceclaims", "default", claim).error().message,
      "ResourceClaim.resource.k8s.io \"c\" is invalid: spec.devices.requests[0].adminAccess: Forbidden: "
      "admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the "
      "containing namespace");
  EXPECT_EQ(create("resource.k8s.io", "resourceclaimtemplates", "default", claim_template).error().code, 422);
  ASSERT_TRUE(create("", "namespaces", "",
                     R"({"metadata":{"name":"lab","labels":{"resource.kubernetes.io/admin-access":"true"}}})")
                  .has_value());
  EXPECT_TRUE(create("resource.k8s.io", "resourceclaims", "lab", claim).has_value());
  EXPECT_TRUE(create("resource.k8s.io", "resourceclaimtemplates", "lab", claim_template).has_value());
}

TEST_F(BuiltinRegistryTest, ServicesHaveAddressesOfTheirOwn) {
  std::set<std::string> addresses;
  for (int i = 0; i < 20; ++i) {
    auto made = create("", "services", "default",
                       R"({"metadata":{"name":"s)" + std::to_string(i) +
                           R"("},"spec":{"type":"NodePort","ports":[{"port":80}]}})");
    ASSERT_TRUE(made.has_value()) << made.error().message;
    auto object = json::parse((*made)->json.view()).value();
    std::string address(std::as_const(object.root).string_at({"spec", "clusterIP"}));
    EXPECT_TRUE(addresses.insert(address).second) << address;
    EXPECT_TRUE(get("networking.k8s.io", "ipaddresses", "", address).has_value());
  }
  auto removed = remove("", "services", "default", "s0");
  ASSERT_TRUE(removed.has_value());
  auto object = json::parse(removed->object->json.view()).value();
  std::string address(std::as_const(object.root).string_at({"spec", "clusterIP"}));
  EXPECT_EQ(get("networking.k8s.io", "ipaddresses", "", address).error().code, 404);
}

TEST_F(BuiltinRegistryTest, EventsHaveTwoForms) {
  auto made = create("events.k8s.io", "events", "default", R"({"metadata":{"name":"e"},"eventTime":
      "2026-01-01T00:00:00.000000Z","reportingController":"k","reportingInstance":"i","action":"a","reason":"r",
      "type":"Normal","note":"n","regarding":{"kind":"Pod","name":"p","namespace":"default"}})");
  ASSERT_TRUE(made.has_value()) << made.error().message;
  std::string text((*get("", "events", "default", "e"))->json.view());
  EXPECT_NE(text.find(R"("message":"n")"), text.npos) << text;
  EXPECT_NE(text.find(R"("apiVersion":"events.k8s.io/v1","time")"), text.npos) << text;
  auto request = context("default");
  rest::ListOptions options;
  options.fields = selector::FieldSelector::parse("regarding.name=p").value();
  auto listed = sync_wait(row("events.k8s.io", "events").lister->list(request, options));
  ASSERT_TRUE(listed.has_value()) << listed.error().message;
  ASSERT_EQ(listed->items.size(), 1);
  EXPECT_NE(listed->items[0]->json.view().find(R"("note":"n")"), std::string_view::npos);
}

TEST_F(BuiltinRegistryTest, AsksWhoTheUserIs) {
  auto review = create("authentication.k8s.io", "selfsubjectreviews", "", "{}");
  ASSERT_TRUE(review.has_value()) << review.error().message;
  EXPECT_NE((*review)->json.view().find(R"("userInfo":{"username":"admin"})"), std::string_view::npos);
  EXPECT_EQ(create("authorization.k8s.io", "selfsubjectaccessreviews", "", "{}").error().code, 501);
}

}  // namespace
}  // namespace pedalion::registry::builtin
