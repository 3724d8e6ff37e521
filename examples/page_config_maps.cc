// Reads a long list without ever holding all of it: page by page.
#include <iostream>

#include "common.h"
#include "pedalion/client/api/kinds.h"

using namespace pedalion::client;

int main(int argc, char** argv) {
  if (argc != 3) return std::cerr << "usage: page_config_maps NAMESPACE PAGE\n", 2;
  auto session = examples::open_session();
  api::ResourceClient config_maps(session->client(), api::ConfigMap::resource());
  std::size_t pages = 0, objects = 0, bytes = 0;
  examples::or_fail(session->wait([&] {
    return config_maps.in_namespace(argv[1]).for_each_page({.limit = std::atoi(argv[2])},
                                                           [&](api::ObjectList&& page) {
                                                             ++pages;
                                                             objects += page.items.size();
                                                             for (const api::Object& object : page.items)
                                                               bytes += object.json().size();
                                                             return true;  // and on to the next one
                                                           });
  }));
  std::cout << objects << " objects in " << pages << " pages, " << bytes << " bytes\n";
}
