#pragma once
// What the server does with a pod before it is judged.
#include "pedalion/registry/builtin/kinds/kind_rules.h"

namespace pedalion::registry::builtin::kinds::pods {

/// A new pod: its first status, what its labels put into its terms, what its annotations say of AppArmor.
void prepare_new(Filler& pod, const rest::RequestContext& context);
void prepare_update(Filler& pod, const Value& old);
void prepare_status_update(Filler& pod, const Value& old);

/// Takes from a pod's spec, or a template's, what belongs to features that are off.
void drop_disabled(Value& spec);

}  // namespace pedalion::registry::builtin::kinds::pods
