// Keeps all pods at hand, by the node they are on: an informer with an index.
#include <iostream>
#include <memory>

#include "common.h"
#include "pedalion/client/api/kinds.h"
#include "pedalion/client/informer/informer.h"

using namespace pedalion;
using namespace pedalion::client;

Task<void> print(rest::RestClient& client) {
  informer::Informer pods(api::ResourceClient(client, api::Pod::resource()));
  pods.add_index("node", [](const api::Object& pod, std::vector<std::string>& keys) {
    keys.emplace_back(pod.parse().root.string_at({"spec", "nodeName"}));
  });
  pods.start();
  co_await pods.wait_for_sync();

  api::Api<api::Node> nodes(client);
  auto list = co_await nodes.list();
  if (!list) examples::fail(list.error());
  for (const api::Node& node : list->items) {
    std::cout << node.name() << ":";
    for (const api::Object& pod : pods.by_index("node", node.name())) std::cout << " " << pod.name();
    std::cout << "\n";
  }
  std::cout << pods.by_index("node", "").size() << " on no node\n";
}

int main() {
  auto session = examples::open_session();
  session->wait([&] { return print(session->client()); });
}
