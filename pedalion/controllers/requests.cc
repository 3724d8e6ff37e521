#include "pedalion/controllers/requests.h"

#include <algorithm>

#include "pedalion/apimachinery/json/parse.h"

namespace pedalion::controllers {

client::rest::Request get_request(client::rest::RestClient& client,
                                  const meta::GroupVersionResource& resource,
                                  std::string_view namespace_name) {
  auto request = client.get();
  request.group_version(resource.group_version());
  if (!namespace_name.empty()) request.in_namespace(namespace_name);
  request.resource(resource.resource);
  return request;
}

Task<Result<json::Document>> fetch(client::rest::Request request) {
  CO_TRY(auto response, co_await request.send());
  co_return json::parse(response.body.view());
}

bool is_namespace_ending(const Status& status) {
  const auto* details = status.details();
  return details != nullptr && std::ranges::any_of(details->causes, [](const auto& cause) {
           return cause.reason == "NamespaceTerminating";
         });
}

}  // namespace pedalion::controllers
