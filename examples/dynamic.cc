// Lists objects of any kind by what people call it (`po`, `deployments.apps`): discovery, and objects as
// values.
#include <iostream>

#include "common.h"
#include "pedalion/client/api/discovery.h"
#include "pedalion/client/api/dynamic_client.h"

using namespace pedalion::client;

int main(int argc, char** argv) {
  if (argc < 2) return std::cerr << "usage: dynamic RESOURCE [NAMESPACE]\n", 2;
  auto session = examples::open_session();
  auto& client = session->client();
  api::RestMapper mapper(examples::or_fail(session->wait([&] { return api::discover(client); })));
  const auto* resource = examples::or_fail(mapper.for_resource(argv[1]));

  auto objects = api::ResourceClient(client, resource->resource);
  if (resource->namespaced && argc > 2) objects = objects.in_namespace(argv[2]);
  auto list = examples::or_fail(session->wait([&] { return objects.list(); }));
  for (const api::Object& object : list.items)
    std::cout << object.kind() << " " << api::key_of(object) << " " << object.uid() << "\n";
  std::cout << list.items.size() << " of " << resource->kind.kind << "\n";
}
