#include "pedalion/registry/builtin/kinds/devices/node_choice.h"

#include "pedalion/registry/builtin/kinds/checks.h"

namespace pedalion::registry::builtin::kinds::devices {

void NodeChoice::count(std::string_view member) {
  chosen_ += (count_++ == 0 ? "`" : ", `") + std::string(member) + "`";
}

void NodeChoice::name(std::string_view when_empty) {
  Field name = owner_["nodeName"];
  if (!name) return;
  if (name.text().empty()) return name.invalid(when_empty);
  count("nodeName");
  check_name(name, meta::dns_subdomain_problems);
}

void NodeChoice::selector(void (*check)(const Field&)) {
  Field selector = owner_["nodeSelector"];
  if (!selector) return;
  count("nodeSelector");
  check(selector);
}

void NodeChoice::switch_on(std::string_view member) {
  Field value = owner_[member];
  if (!value) return;
  if (!value.flag()) return value.invalid("must be either unset or set to true");
  count(member);
}

void NodeChoice::require_one(std::string_view when_none, std::string_view when_several) const {
  if (count_ == 0) owner_.required(when_none);
  if (count_ > 1) owner_.invalid("{" + chosen_ + "}", when_several);
}

}  // namespace pedalion::registry::builtin::kinds::devices
