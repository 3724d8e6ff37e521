// `pedalion routes`: the route table, without a server.
#include <iostream>

#include "cmd/pedalion/commands.h"
#include "pedalion/controlplane/api.h"
#include "pedalion/storage/memory/memory_store.h"

namespace pedalion::program {

int routes(Arguments arguments) {
  bool as_json = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto& word = arguments[i];
    if (word == "-ojson" || word == "-o=json" || word == "--output=json") {
      as_json = true;
    } else if ((word == "-o" || word == "--output") && i + 1 < arguments.size() &&
               arguments[i + 1] == "json") {
      as_json = true;
      ++i;
    } else {
      std::cerr << "pedalion routes [-o json]\n";
      return 2;
    }
  }
  auto store = storage::memory::make_store({});
  auto api = controlplane::Api::create(*store, {});
  if (!api) {
    std::cerr << "pedalion: " << api.error().message << "\n";
    return 1;
  }
  const auto& table = (*api)->routes();
  std::cout << (as_json ? endpoints::routes_json(table) : endpoints::routes_text(table));
  return 0;
}

}  // namespace pedalion::program
