#include "pedalion/registry/builtin/allocation/service_shape.h"

#include <algorithm>

#include "pedalion/registry/builtin/kinds/kind_rules.h"
#include "pedalion/registry/builtin/kinds/networking/service_facts.h"

namespace pedalion::registry::builtin::allocation {

using json::Value;
using kinds::Field;

namespace {

const Value* spec_of(const Value* service, std::string_view field) {
  return service == nullptr ? nullptr : service->at({"spec", field});
}

std::size_t size_of(const Value* list) { return list == nullptr ? 0 : list->size(); }

bool equal_lists(const Value* a, const Value* b) {
  if (size_of(a) == 0 || size_of(b) == 0) return size_of(a) == size_of(b);
  return json::equal(*a, *b);
}

/// One service's shaping.
class Shaping {
 public:
  Shaping(Filler& service, const Value* old, const ServiceRanges& ranges, meta::FieldErrors& errors)
      : service_(service), spec_(service.in("spec")), old_(old), ranges_(ranges), errors_(errors) {}

  void run() {
    if (spec_.text("type") == "ExternalName" || keeps_preference()) return;
    fill_policy();
    kinds::networking::check_cluster_ips(Field(service_.object(), errors_));
    if (!errors_.empty()) return;
    if (old_ != nullptr) shrink_or_refuse();
    check_policy_fits();
    infer_families();
    if (!errors_.empty()) return;
    if (spec_.text("clusterIP") == "None" && spec_.unset("selector")) return fill_unselected();
    check_configured();
    if (errors_.empty()) fill_families();
  }

 private:
  std::string_view policy() const { return spec_.text("ipFamilyPolicy"); }
  bool is_single() const { return policy() == "SingleStack"; }
  std::size_t count(std::string_view list) { return size_of(spec_.find(list)); }
  bool same(std::string_view list) { return equal_lists(spec_.find(list), spec_of(old_, list)); }
  bool has_range(std::string_view family) const {
    return std::ranges::any_of(
        ranges_.addresses, [&](const AddressRange& range) { return family_text(range.family()) == family; });
  }
  std::string_view primary() const { return family_text(ranges_.addresses.front().family()); }
  Field field(std::string_view name) { return Field(service_.object(), errors_)["spec"][name]; }

  /// A service that prefers two families is not changed when the cluster gets a second, or loses it.
  bool keeps_preference() {
    if (old_ == nullptr || policy() != "PreferDualStack") return false;
    std::string_view before = old_->string_at({"spec", "ipFamilyPolicy"});
    return old_->string_at({"spec", "type"}) == spec_.text("type") &&
           (before.empty() || before == "PreferDualStack") && same("clusterIPs") && same("ipFamilies");
  }

  void fill_policy() {
    if (spec_.find("ipFamilyPolicy") != nullptr) return;
    const Value* before = spec_of(old_, "ipFamilyPolicy");
    bool unselected = spec_.text("clusterIP") == "None" && spec_.unset("selector");
    // Nothing is known of the endpoints that somebody else will write: they may be of both families.
    spec_.set("ipFamilyPolicy", before != nullptr ? json::deep_copy(*before, spec_.arena())
                                : unselected      ? Value::string("RequireDualStack")
                                                  : Value::string("SingleStack"));
  }

  /// An update to one family gives the second up; anything less clear is refused.
  void shrink_or_refuse() {
    struct Part {
      std::string_view list, what;
    };
    for (Part part : {Part{"clusterIPs", "cluster IP"}, Part{"ipFamilies", "IP family"}}) {
      std::size_t now = count(part.list), before = size_of(spec_of(old_, part.list));
      if (is_single()) {
        if (now > 1 && same(part.list)) spec_.find(part.list)->erase_at(1);
      } else if (now > 0 && now < before) {
        field("ipFamilyPolicy")
            .invalid(policy(), "must be 'SingleStack' to release the secondary " + std::string(part.what));
      }
    }
  }

  void check_policy_fits() {
    if (!is_single()) return;
    constexpr std::string_view kNeeds = "must be 'RequireDualStack' or 'PreferDualStack' when multiple ";
    if (count("clusterIPs") == 2) {
      field("ipFamilyPolicy").invalid(policy(), std::string(kNeeds) + "cluster IPs are specified");
    }
    if (count("ipFamilies") == 2) {
      field("ipFamilyPolicy").invalid(policy(), std::string(kNeeds) + "IP families are specified");
    }
  }

  void add_family(std::string_view family) {
    if (spec_.find("ipFamilies") == nullptr) spec_.set("ipFamilies", Value::array(spec_.arena()));
    spec_.find("ipFamilies")->push_back(Value::string(family), spec_.arena());
  }

  void infer_families() {
    for (std::size_t i = count("ipFamilies"); i < count("clusterIPs"); ++i) {
      Value& list = *spec_.find("clusterIPs");
      if (list.items()[0].string_or() == "None") return;
      auto family = family_of(list.items()[i].string_or());
      std::string_view name = family ? family_text(*family) : "unknown";
      if (has_range(name)) {
        add_family(name);
      } else {
        Field(service_.object(), errors_)["spec"]["clusterIPs"].item(i).invalid(
            list, std::string(name) + " is not configured on this cluster");
      }
    }
  }

  void add_other_family() {
    std::string_view first = spec_.find("ipFamilies")->items()[0].string_or();
    add_family(first == "IPv4" ? "IPv6" : "IPv4");
  }

  /// Headless and without a selector: any family may be named, the cluster's or not.
  void fill_unselected() {
    if (count("ipFamilies") == 0) add_family(primary());
    if (count("ipFamilies") < 2 && !is_single()) add_other_family();
  }

  void check_configured() {
    if (policy() == "RequireDualStack" && ranges_.addresses.size() < 2) {
      field("ipFamilyPolicy").invalid(policy(), "this cluster is not configured for dual-stack services");
    }
    field("ipFamilies").each([&](const Field& family) {
      if (!has_range(family.text())) family.invalid(family.text(), "not configured on this cluster");
    });
  }

  void fill_families() {
    if (count("ipFamilies") == 0) add_family(primary());
    if (!is_single() && count("ipFamilies") == 1 && ranges_.addresses.size() == 2) add_other_family();
  }

  Filler& service_;
  Filler spec_;
  const Value* old_;
  const ServiceRanges& ranges_;
  meta::FieldErrors& errors_;
};

}  // namespace

bool needs_addresses(Filler& spec) {
  return spec.text("type") != "ExternalName" && spec.text("clusterIP") != "None";
}

bool needs_node_ports(Filler& spec) {
  std::string_view type = spec.text("type");
  if (type == "NodePort") return true;
  const Value* wanted = spec.find("allocateLoadBalancerNodePorts");
  return type == "LoadBalancer" && (wanted == nullptr || wanted->bool_or(true));
}

void shape_addresses(Filler& service, const Value* old, const ServiceRanges& ranges,
                     meta::FieldErrors& errors) {
  if (!ranges.addresses.empty()) Shaping(service, old, ranges, errors).run();
}

}  // namespace pedalion::registry::builtin::allocation
