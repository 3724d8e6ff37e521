// Nodes.
#include <algorithm>
#include <set>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/addresses.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/core/rows.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/resource_names.h"

namespace pedalion::registry::builtin::kinds::core {

namespace {

constexpr std::string_view kTaintsAnnotation = "scheduler.alpha.kubernetes.io/taints";
constexpr std::string_view kAvoidPodsAnnotation = "scheduler.alpha.kubernetes.io/preferAvoidPods";

/// Dynamic kubelet configuration is gone: new nodes have none, old ones keep theirs.
void drop_config(Filler& object, bool keep_source, bool keep_status) {
  Value* spec = object.find("spec");
  if (spec != nullptr && !keep_source) spec->erase("configSource");
  Value* status = object.find("status");
  if (status != nullptr && !keep_status) status->erase("config");
}

void prepare_node(Filler& object, const rest::RequestContext&) { drop_config(object, false, false); }

void prepare_node_update(Filler& object, const Value& old) {
  drop_config(object, old.at({"spec", "configSource"}) != nullptr, old.at({"status", "config"}) != nullptr);
}

void check_taint_effect(const Field& effect) {
  static constexpr std::string_view kEffects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute"};
  require_one_of(effect, kEffects);
}

/// Joined, as Kubernetes shows what is wrong with a taint's value.
void check_taint_value(const Field& value) {
  std::string all;
  for (const std::string& problem : meta::label_value_problems(value.text())) {
    all += (all.empty() ? "" : ";") + problem;
  }
  if (!all.empty()) value.invalid(value.text(), all);
}

void check_taints(const Field& taints) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  taints.each([&](const Field& taint) {
    check_name(taint["key"], meta::qualified_name_problems);
    check_taint_value(taint["value"]);
    check_taint_effect(taint["effect"]);
    if (!seen.emplace(taint["effect"].text(), taint["key"].text()).second) {
      duplicate_struct(taint, {"core/v1", "Taint"}, "taints must be unique by key and effect pair");
    }
  });
}

/// Reports an annotation that holds no JSON; nothing when it is absent or empty.
std::optional<json::Document> annotation_json(const Field& annotations, std::string_view key,
                                              const FieldPath& reported_at) {
  std::string_view text = annotations.entry(key).text();
  if (text.empty()) return std::nullopt;
  auto parsed = json::parse(text);
  if (parsed) return *std::move(parsed);
  annotations.reported_at(reported_at).invalid(key, parsed.error().message);
  return std::nullopt;
}

void check_annotations(const Field& node) {
  Field annotations = node.at({"metadata", "annotations"});
  auto taints = annotation_json(annotations, kTaintsAnnotation, annotations.path());
  if (taints) check_taints(Field(&taints->root, annotations.path().child(kTaintsAnnotation), node.errors()));
  auto avoided = annotation_json(annotations, kAvoidPodsAnnotation, annotations.path().child("AvoidPods"));
  if (!avoided) return;
  Field entries(avoided->root.find("preferAvoidPods"), annotations.path().child(kAvoidPodsAnnotation),
                node.errors());
  entries.each([](const Field& entry) {
    Field controller = entry.at({"podSignature", "podController"});
    Field shown = entry.reported_at(entry.path().child("PodSignature"));
    if (!controller) return shown.required();
    Field flag = controller["controller"];
    if (flag && !flag.flag()) {
      flag.reported_at(shown.path().child("PodController").child("Controller"))
          .invalid("must point to a controller");
    }
  });
}

void check_amounts(const Field& node) {
  for (std::string_view list : {"capacity", "allocatable"}) {
    Field amounts = node.at({"status", list});
    amounts.each_entry([&](std::string_view name, const Field& amount) {
      check_resource_amount(name, amount.reported_at(amounts.path().child(name)));
    });
  }
}

void check_pod_cidrs(const Field& blocks) {
  blocks.each([](const Field& block) { check_cidr(block, AddressForm::kLegacy); });
  if (blocks.size() < 2) return;
  if (!are_dual_stack_cidrs(blocks) || blocks.size() > 2) {
    blocks.invalid("may specify no more than one CIDR for each IP family");
  }
  std::set<std::string_view> seen;
  blocks.each([&](const Field& block) {
    if (!seen.insert(block.text()).second) block.duplicate();
  });
}

void check_metadata_and_taints(const Field& node) {
  // Taints are reported in metadata: so does Kubernetes.
  check_taints(node.at({"spec", "taints"}).reported_at(FieldPath("metadata").child("taints")));
}

void validate_node(const Value& object, FieldErrors& errors) {
  Field node(object, errors);
  check_annotations(node);
  check_metadata_and_taints(node);
  check_amounts(node);
  check_pod_cidrs(node.at({"spec", "podCIDRs"}));
}

void check_config_map_source(const Field& source, bool in_status) {
  for (std::string_view member : {"uid", "resourceVersion"}) {
    bool present = !source[member].text().empty();
    if (in_status && !present) source[member].required(std::string(member) + " must be set in status");
    if (!in_status && present) source[member].forbidden(std::string(member) + " must not be set in spec");
  }
  struct Part {
    std::string_view member;
    meta::NameRule rule;
  };
  static constexpr Part kParts[] = {{"namespace", meta::dns_label_problems},
                                    {"name", meta::dns_subdomain_problems},
                                    {"kubeletConfigKey", meta::config_map_key_problems}};
  for (const Part& part : kParts) {
    Field field = source[part.member];
    if (require_text(field, std::string(part.member) + " must be set")) check_name(field, part.rule);
  }
}

void check_config_source(const Field& source, bool in_status) {
  if (!source) return;
  if (source["configMap"]) return check_config_map_source(source["configMap"], in_status);
  invalid_struct(source, {"core/v1", "NodeConfigSource"}, "exactly one reference subfield must be non-nil");
}

void check_kept(const Field& node, const Field& old) {
  Field blocks = node.at({"spec", "podCIDRs"}), before = old.at({"spec", "podCIDRs"});
  constexpr std::string_view kBlocks = "node updates may not change podCIDR except from \"\" to valid";
  if (!before.empty() && before.size() != blocks.size()) {
    blocks.forbidden(kBlocks);
  } else {
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (before.item(i).text() != blocks.item(i).text()) blocks.forbidden(kBlocks);
    }
  }
  Field provider = node.at({"spec", "providerID"});
  std::string_view provider_before = old.at({"spec", "providerID"}).text();
  if (!provider_before.empty() && provider_before != provider.text()) {
    provider.forbidden("node updates may not change providerID except from \"\" to valid");
  }
}

void check_addresses_differ(const Field& addresses) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  addresses.each([&](const Field& address) {
    if (!seen.emplace(address["type"].text(), address["address"].text()).second) {
      duplicate_struct(address, {"core/v1", "NodeAddress"});
    }
  });
}

void validate_node_update(const Value& object, const Value& old, FieldErrors& errors) {
  Field node(object, errors), before(old, errors);
  check_annotations(node);
  check_amounts(node);
  check_addresses_differ(node.at({"status", "addresses"}));
  check_kept(node, before);
  check_config_source(node.at({"spec", "configSource"}), false);
  for (std::string_view use : {"assigned", "active", "lastKnownGood"}) {
    check_config_source(node.at({"status", "config", use}), true);
  }
  check_metadata_and_taints(node);
  Field external = node.at({"spec", "externalID"});
  if (external.text() != before.at({"spec", "externalID"}).text()) external.forbidden("may not be updated");
}

/// The main door judges the whole node once more after that.
void validate_main_update(const Value& object, const Value& old, FieldErrors& errors) {
  validate_node(object, errors);
  validate_node_update(object, old, errors);
}

void warn_of_node(const Value& object, Warnings& warnings) {
  if (object.at({"spec", "configSource"}) != nullptr) {
    warnings.push_back("spec.configSource: the feature has been removed");
  }
  if (!object.string_at({"spec", "externalID"}).empty()) {
    warnings.push_back("spec.externalID: this field is deprecated, and is unused by Kubernetes");
  }
  std::size_t index = 0;
  for (const Value& block : items_at(object, {"spec", "podCIDRs"})) {
    warn_of_cidr(FieldPath("spec").child("podCIDRs").index(index++), block.string_or(), warnings);
  }
}

}  // namespace

constinit const KindRules kNodes = {.group = "",
                                    .resource = "nodes",
                                    .prepare_create = prepare_node,
                                    .prepare_update = prepare_node_update,
                                    .validate = validate_node,
                                    .validate_update = validate_main_update,
                                    .update_judged_alone = true,
                                    .validate_status_update = validate_node_update,
                                    .warn = warn_of_node};

}  // namespace pedalion::registry::builtin::kinds::core
