#pragma once
// How a webhook is called: by a URL or a service (apiserver's util/webhook).
#include "pedalion/registry/builtin/kinds/field.h"

namespace pedalion::registry::builtin::kinds {

/// https, a host, and nothing but a path.
void check_webhook_url(const Field& url);
/// The service's parts. What is wrong with its name is reported at `at_name`, with its namespace at
/// `at_namespace`: kube-apiserver mixes the two up for admission.
void check_webhook_service(const Field& service, std::string_view at_name, std::string_view at_namespace);

}  // namespace pedalion::registry::builtin::kinds
