// Lists the pods of a namespace, or of all: verbs on a ready-made kind.
#include <iostream>

#include "common.h"
#include "pedalion/client/api/kinds.h"

using namespace pedalion::client;

int main(int argc, char** argv) {
  auto session = examples::open_session();
  auto pods = api::Api<api::Pod>(session->client()).in_namespace(argc > 1 ? argv[1] : "");
  auto list = examples::or_fail(session->wait([&] { return pods.list(); }));
  for (const api::Pod& pod : list.items) {
    std::cout << pod.namespace_() << "/" << pod.name() << " " << pod.text({"status", "phase"}) << " on "
              << pod.text({"spec", "nodeName"}) << "\n";
  }
  std::cout << list.items.size() << " pods\n";
}
