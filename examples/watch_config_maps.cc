// Prints what happens to the ConfigMaps of a namespace, until it has seen so many changes: a list, and a
// watch from there, which together miss nothing and repeat nothing.
#include <iostream>

#include "common.h"
#include "pedalion/client/api/kinds.h"

using namespace pedalion;
using namespace pedalion::client;

Task<Result<void>> follow(api::Api<api::ConfigMap> config_maps, int count) {
  CO_TRY(auto list, co_await config_maps.list());
  std::cout << list.items.size() << " there" << std::endl;
  CO_TRY(auto watch, co_await config_maps.watch({.resource_version = list.resource_version}));
  while (count-- > 0) {
    CO_TRY(auto event, co_await watch.next());
    if (!event)
      break;  // the server ended the watch: a program that lives longer begins again, or has an Informer
    if (event->type == api::WatchEvent::Type::kError) co_return std::unexpected(event->error);
    static constexpr const char* kWords[] = {"added", "modified", "deleted", "bookmark"};
    std::cout << kWords[static_cast<int>(event->type)] << " " << event->object->name() << std::endl;
  }
  co_return Result<void>();
}

int main(int argc, char** argv) {
  if (argc != 3) return std::cerr << "usage: watch_config_maps NAMESPACE COUNT\n", 2;
  auto session = examples::open_session();
  auto config_maps = api::Api<api::ConfigMap>(session->client()).in_namespace(argv[1]);
  examples::or_fail(session->wait([&] { return follow(config_maps, std::atoi(argv[2])); }));
}
