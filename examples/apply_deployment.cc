// Says what a Deployment is to be like, and lets the server find out what has to change: server-side apply
// (KEP-555).
#include <iostream>

#include "common.h"
#include "pedalion/client/api/kinds.h"

using namespace pedalion::client;

int main(int argc, char** argv) {
  if (argc != 4) return std::cerr << "usage: apply_deployment NAMESPACE NAME IMAGE\n", 2;
  const std::string name = argv[2], image = argv[3];
  auto session = examples::open_session();

  api::Deployment wanted(name);
  wanted.set({"spec", "replicas"}, 2)
      .set({"spec", "selector", "matchLabels", "app"}, name)
      .set({"spec", "template", "metadata", "labels", "app"}, name);
  examples::or_fail(wanted.set_json({"spec", "template", "spec", "containers"},
                                    R"([{"name":"main","image":")" + image + R"("}])"));

  api::PatchOptions options;
  options.field_manager = "apply-example";
  auto deployments = api::Api<api::Deployment>(session->client()).in_namespace(argv[1]);
  auto now = examples::or_fail(session->wait([&] { return deployments.apply(name, wanted, options); }));
  std::cout << now.name() << " generation " << now.integer({"metadata", "generation"}) << ", "
            << now.integer({"spec", "replicas"}) << " replicas\n";
}
