#include "pedalion/controllers/service_account/service_account_controller.h"

#include "pedalion/controllers/namespace_objects.h"

namespace pedalion::controllers::service_account {

std::unique_ptr<Controller> make_service_account_controller(const Context& context) {
  return keep_in_each_namespace(
      context, {.controller = "serviceaccount-controller",
                .resource = {"", "v1", "serviceaccounts"},
                .name = "default",
                .object = R"({"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default"}})",
                .repair = {}});
}

}  // namespace pedalion::controllers::service_account
