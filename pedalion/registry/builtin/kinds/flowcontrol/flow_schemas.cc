// Flow schemas: which requests go to which priority level.
#include <algorithm>

#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/flowcontrol/mandatory.h"
#include "pedalion/registry/builtin/kinds/flowcontrol/rows.h"
#include "pedalion/registry/builtin/kinds/go_form.h"

namespace pedalion::registry::builtin::kinds::flowcontrol {

namespace {

constexpr std::int64_t kMaxPrecedence = 10000;

void check_precedence(const Field& precedence, std::string_view name) {
  Value shown = Value::integer(precedence.number());
  if (precedence.number() <= 0) precedence.invalid(shown, "must be a positive value");
  if (precedence.number() > kMaxPrecedence) {
    precedence.invalid(shown, "must not be greater than " + std::to_string(kMaxPrecedence));
  }
  if (precedence.number() == 1 && name != "exempt") {
    precedence.invalid(shown, "only the schema named 'exempt' may have matchingPrecedence 1");
  }
}

void check_service_account(const Field& account) {
  Field name = account["name"], ns = account["namespace"];
  if (require_text(name) && name.text() != "*") check_name(name, meta::dns_subdomain_problems);
  if (require_text(ns, "must specify namespace for service account")) {
    check_name(ns, meta::dns_label_problems);
  }
}

struct SubjectKind {
  std::string_view kind, member;
};
/// In the order in which kube-apiserver looks for what does not belong.
constexpr SubjectKind kSubjects[] = {
    {"ServiceAccount", "serviceAccount"}, {"User", "user"}, {"Group", "group"}};

void check_subject(const Field& subject) {
  static constexpr std::string_view kKinds[] = {"Group", "ServiceAccount", "User"};
  auto kind = std::ranges::find(kSubjects, subject["kind"].text(), &SubjectKind::kind);
  if (kind == std::end(kSubjects)) return subject["kind"].not_supported(kKinds);
  Field named = subject[kind->member];
  if (!named) {
    named.required(std::string(kind->member) + " is required when subject kind is '" +
                   std::string(kind->kind) + "'");
  } else if (kind->kind == "ServiceAccount") {
    check_service_account(named);
  } else {
    require_text(named["name"]);
  }
  for (const SubjectKind& other : kSubjects) {
    if (other.kind == kind->kind || !subject[other.member]) continue;
    subject[other.member].forbidden(std::string(other.member) + " is forbidden when subject kind is not '" +
                                    std::string(other.kind) + "'");
  }
}

bool has_wildcard(const Field& list) {
  bool found = false;
  list.each([&](const Field& item) { found = found || item.text() == "*"; });
  return found;
}

/// What a list of a rule stands for, for its errors.
struct ListWords {
  std::string_view when_empty, others;
};

/// There is something in the list, and nothing besides a wildcard. True when what it has is to be judged.
bool check_list(const Field& list, const ListWords& words) {
  if (list.empty()) {
    list.required(words.when_empty);
    return false;
  }
  if (!has_wildcard(list)) return true;
  if (list.size() > 1) {
    list.invalid("if '*' is present, must not specify other " + std::string(words.others));
  }
  return false;
}

void check_verbs(const Field& verbs) {
  static constexpr std::string_view kVerbs[] = {"create", "delete", "deletecollection", "get",  "list",
                                                "patch",  "proxy",  "update",           "watch"};
  if (!check_list(verbs, {"verbs must contain at least one value", "verbs"})) return;
  bool known = true;
  verbs.each([&](const Field& verb) {
    known = known && std::ranges::find(kVerbs, verb.text()) != std::end(kVerbs);
  });
  if (!known) verbs.not_supported(*verbs.value(), kVerbs);
}

void check_namespaces(const Field& rule) {
  Field namespaces = rule["namespaces"];
  if (namespaces.empty() && rule["clusterScope"].flag()) return;
  bool judged = check_list(
      namespaces,
      {"resource rules that are not cluster scoped must supply at least one namespace", "namespaces"});
  if (!judged) return;
  namespaces.each([](const Field& ns) {
    for (const std::string& problem : meta::dns_label_problems(ns.text())) {
      ns.invalid("each member of this list must be '*' or a DNS-1123 label; " + problem);
    }
  });
}

void check_resource_rule(const Field& rule) {
  check_verbs(rule["verbs"]);
  check_list(rule["apiGroups"], {"resource rules must supply at least one api group", "api groups"});
  check_list(rule["resources"], {"resource rules must supply at least one resource", "resources"});
  check_namespaces(rule);
}

std::string_view path_problem(std::string_view path) {
  if (path.empty()) return "must not be empty";
  if (path == "/") return {};
  if (!path.starts_with('/')) return "must start with slash";
  if (path.find(' ') != path.npos) return "must not contain white-space";
  if (path.find("//") != path.npos) return "must not contain double slash";
  auto wildcards = std::ranges::count(path, '*');
  if (wildcards > 1 || (wildcards == 1 && !path.ends_with("/*"))) {
    return "wildcard can only do suffix matching";
  }
  return {};
}

void check_non_resource_rule(const Field& rule) {
  check_verbs(rule["verbs"]);
  Field paths = rule["nonResourceURLs"];
  if (!check_list(paths, {"nonResourceURLs must contain at least one value", "non-resource URLs"})) return;
  paths.each([](const Field& path) {
    std::string_view problem = path_problem(path.text());
    if (!problem.empty()) path.invalid(path.text(), problem);
  });
}

void check_rule(const Field& rule) {
  Field subjects = rule["subjects"];
  if (subjects.empty()) subjects.required("subjects must contain at least one value");
  subjects.each(check_subject);
  if (rule["resourceRules"].empty() && rule["nonResourceRules"].empty()) {
    rule.required("at least one of resourceRules and nonResourceRules has to be non-empty");
  }
  rule["resourceRules"].each(check_resource_rule);
  rule["nonResourceRules"].each(check_non_resource_rule);
}

void validate(const Value& object, FieldErrors& errors) {
  static constexpr std::string_view kMethods[] = {"ByNamespace", "ByUser"};
  Field schema(object, errors), spec = schema["spec"], method = spec["distinguisherMethod"];
  std::string_view name = schema.at({"metadata", "name"}).text();
  check_precedence(spec["matchingPrecedence"], name);
  if (method && std::ranges::find(kMethods, method["type"].text()) == std::end(kMethods)) {
    // The whole struct is shown at its type.
    not_supported_struct(method.reported_at(method.path().child("type")),
                         {"flowcontrol/v1", "FlowDistinguisherMethod"}, kMethods);
  }
  Field level = spec["priorityLevelConfiguration"]["name"];
  if (require_text(level, "must reference a priority level")) check_name(level, meta::dns_subdomain_problems);
  spec["rules"].each(check_rule);
  const Value* fixed = mandatory_flow_schema_spec(name);
  if (fixed != nullptr && (!spec || !json::equal(*spec.value(), *fixed))) {
    invalid_struct(spec, {"flowcontrol/v1", "FlowSchemaSpec"},
                   "spec of '" + std::string(name) + "' must equal the fixed value");
  }
  validate_status(object, object, errors);
}

}  // namespace

const KindRules kFlowSchemas{.group = "flowcontrol.apiserver.k8s.io",
                             .resource = "flowschemas",
                             .validate = validate,
                             .validate_status_update = validate_status};

}  // namespace pedalion::registry::builtin::kinds::flowcontrol
