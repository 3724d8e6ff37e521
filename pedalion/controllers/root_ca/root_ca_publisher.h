#pragma once
// A ConfigMap kube-root-ca.crt in each namespace: what verifies the server.
#include <memory>
#include <string>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/controllers/controller.h"

namespace pedalion::controllers::root_ca {

/// Does nothing when the context knows no root CA.
std::unique_ptr<Controller> make_root_ca_publisher(const Context& context);

// Pure.
std::string root_ca_object(std::string_view pem);
/// Makes it the one data of a ConfigMap that is there. False: it is that already.
bool publish_in(json::Document& config_map, std::string_view pem);

}  // namespace pedalion::controllers::root_ca
