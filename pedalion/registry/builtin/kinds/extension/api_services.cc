// API services: which group-versions there are, and who serves them.
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/extension/rows.h"

namespace pedalion::registry::builtin::kinds::extension {

namespace {

/// What this server serves itself is available at once.
void prepare_create(Filler& object, const rest::RequestContext&) {
  if (static_cast<const Value&>(object.object()).at({"spec", "service"}) != nullptr) return;
  json::Arena& arena = object.arena();
  Value condition = Value::object(arena);
  condition.append_member("type", Value::string("Available"), arena);
  condition.append_member("status", Value::string("True"), arena);
  condition.append_member("lastTransitionTime", Value::string(meta::format_time(meta::now_seconds()), arena),
                          arena);
  condition.append_member("reason", Value::string("Local"), arena);
  condition.append_member("message", Value::string("Local APIServices are always available"), arena);
  Value conditions = Value::array(arena);
  conditions.push_back(condition, arena);
  object.in("status").set("conditions", conditions);
}

void check_service_name(const Field& service) {
  Field name = service.at({"metadata", "name"}), spec = service["spec"];
  std::string wanted = std::string(spec["version"].text()) + "." + std::string(spec["group"].text());
  if (name.text() == wanted || !meta::path_segment_name_problems(name.text()).empty()) return;
  name.invalid(name.text(), "must be `spec.version+\".\"+spec.group`: " + meta::go_quoted(wanted));
}

void check_group_and_version(const Field& spec) {
  Field group = spec["group"], version = spec["version"];
  if (!group.text().empty()) {
    check_name(group, meta::dns_subdomain_problems);
  } else if (version.text() != "v1") {
    group.required("only v1 may have an empty group and it better be legacy kube");
  }
  check_name(version, meta::dns_1035_label_problems);
}

void check_priority(const Field& priority, std::int64_t limit) {
  if (priority.number() > 0 && priority.number() <= limit) return;
  priority.invalid(Value::integer(priority.number()),
                   "must be positive and less than " + std::to_string(limit));
}

std::size_t decoded_size(std::string_view base64) {
  std::size_t padding = base64.ends_with("==") ? 2 : base64.ends_with('=') ? 1 : 0;
  return base64.size() / 4 * 3 - padding;
}

void check_local(const Field& spec) {
  Field bundle = spec["caBundle"], insecure = spec["insecureSkipTLSVerify"];
  if (!bundle.text().empty()) {
    bundle.invalid(std::to_string(decoded_size(bundle.text())) + " bytes",
                   "local APIServices may not have a caBundle");
  }
  if (insecure.flag()) insecure.invalid("local APIServices may not have insecureSkipTLSVerify");
}

void check_remote(const Field& spec) {
  Field service = spec["service"], port = service["port"], insecure = spec["insecureSkipTLSVerify"];
  require_text(service["namespace"]);
  require_text(service["name"]);
  if (port.number() < 1 || port.number() > 65535) {
    port.invalid(Value::integer(port.number()), "port is not valid: must be between 1 and 65535, inclusive");
  }
  if (insecure.flag() && !spec["caBundle"].text().empty()) {
    insecure.invalid("may not be true if caBundle is present");
  }
}

void validate(const Value& object, FieldErrors& errors) {
  Field service(object, errors), spec = service["spec"];
  check_service_name(service);
  check_group_and_version(spec);
  check_priority(spec["groupPriorityMinimum"], 20000);
  check_priority(spec["versionPriority"], 1000);
  if (spec["service"]) {
    check_remote(spec);
  } else {
    check_local(spec);
  }
}

void validate_status_update(const Value& object, const Value&, FieldErrors& errors) {
  static constexpr std::string_view kStates[] = {"True", "False", "Unknown"};
  Field(object, errors).at({"status", "conditions"}).each([](const Field& condition) {
    Field state = condition["status"];
    if (state.text().empty()) {
      state.not_supported(kStates);
    } else {
      check_one_of(state, kStates);
    }
  });
}

}  // namespace

const KindRules kApiServices{.group = "apiregistration.k8s.io",
                             .resource = "apiservices",
                             .prepare_create = prepare_create,
                             .validate = validate,
                             .validate_status_update = validate_status_update};

}  // namespace pedalion::registry::builtin::kinds::extension
