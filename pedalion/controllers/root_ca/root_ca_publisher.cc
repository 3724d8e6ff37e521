#include "pedalion/controllers/root_ca/root_ca_publisher.h"

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/controllers/namespace_objects.h"

namespace pedalion::controllers::root_ca {
namespace {

constexpr std::string_view kName = "kube-root-ca.crt", kKey = "ca.crt";
constexpr std::string_view kAnnotation = "kubernetes.io/description";
constexpr std::string_view kDescription =
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such "
    "as "
    "the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of "
    "Kubernetes clusters.";

}  // namespace

std::string root_ca_object(std::string_view pem) {
  json::Arena arena;
  auto root = json::Value::object(arena);
  root.set("apiVersion", json::Value::string("v1"), arena);
  root.set("kind", json::Value::string("ConfigMap"), arena);
  auto& metadata = root.object_at("metadata", arena);
  metadata.set("name", json::Value::string(kName), arena);
  metadata.object_at("annotations", arena).set(kAnnotation, json::Value::string(kDescription), arena);
  root.object_at("data", arena).set(kKey, json::Value::string(pem), arena);
  return json::to_string(root);
}

bool publish_in(json::Document& config_map, std::string_view pem) {
  auto& [arena, root] = config_map;
  const auto* data = root.find("data");
  bool good = data != nullptr && data->size() == 1 && data->string_at({kKey}) == pem;
  if (good && !root.string_at({"metadata", "annotations", kAnnotation}).empty()) return false;
  root.set("data", json::Value::object(arena), arena).set(kKey, json::Value::string(pem, arena), arena);
  auto& annotations = root.object_at("metadata", arena).object_at("annotations", arena);
  annotations.set(kAnnotation, json::Value::string(kDescription), arena);
  return true;
}

std::unique_ptr<Controller> make_root_ca_publisher(const Context& context) {
  if (context.root_ca.empty()) return std::make_unique<Controller>();
  return keep_in_each_namespace(context,
                                {.controller = "root-ca-certificate-publisher-controller",
                                 .resource = {"", "v1", "configmaps"},
                                 .name = std::string(kName),
                                 .object = root_ca_object(context.root_ca),
                                 .repair = [pem = std::string(context.root_ca)](json::Document& present) {
                                   return publish_in(present, pem);
                                 }});
}

}  // namespace pedalion::controllers::root_ca
