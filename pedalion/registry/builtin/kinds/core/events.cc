// Events, of the core group and of events.k8s.io. Both are judged in the core group's form, in which they are
// stored; the younger version asks for more.
#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/core/rows.h"
#include "pedalion/registry/builtin/kinds/go_form.h"

namespace pedalion::registry::builtin::kinds::core {

namespace {

void limit_length(const Field& field, std::size_t limit) {
  if (field.text().size() <= limit) return;
  // The value is long: it is not shown.
  field.invalid("", "can have at most " + std::to_string(limit) + " characters");
}

/// What an event with a time of its own must say of who saw what.
void check_report(const Field& event, std::string_view controller_name) {
  Field controller = event["reportingComponent"].reported_at(FieldPath(controller_name));
  require_text(controller);
  check_name(controller, meta::qualified_name_problems);
  for (std::string_view member : {"reportingInstance", "action", "reason"}) {
    require_text(event[member]);
    limit_length(event[member], 128);
  }
  limit_length(event["message"], 1024);
}

bool has_event_time(const Field& event) { return !event["eventTime"].text().empty(); }

void check_event(const Field& event, std::string_view controller_name) {
  Field about = event.at({"involvedObject", "namespace"});
  std::string_view own = event.at({"metadata", "namespace"}).text();
  bool timed = has_event_time(event), matches = own == about.text();
  if (about.text().empty()) matches = own.empty() || own == "default" || (timed && own == "kube-system");
  if (timed && !about.text().empty()) matches = true;
  if (!matches) about.invalid(about.text(), "does not match event.namespace");
  if (timed) check_report(event, controller_name);
  check_name(event.at({"metadata", "namespace"}).reported_at(FieldPath("namespace")),
             meta::dns_subdomain_problems);
}

void validate_event(const Value& object, FieldErrors& errors) {
  check_event(Field(object, errors), "reportingComponent");
}

void check_series(const Field& series) {
  if (!series) return;
  Field count = series["count"], seen = series["lastObservedTime"];
  if (count.number() < 2) count.invalid("", "should be at least 2");
  require_text(seen);
}

void validate_new_event(const Value& object, FieldErrors& errors) {
  Field event(object, errors);
  check_event(event, "reportingController");
  check_series(event["series"]);
  if (!has_event_time(event)) event["eventTime"].required();
  std::string_view type = event["type"].text();
  if (type != "Normal" && type != "Warning") {
    event["type"].invalid("", "has invalid value: " + std::string(type));
  }
  constexpr std::string_view kUnset = "needs to be unset";
  for (std::string_view time : {"firstTimestamp", "lastTimestamp"}) {
    if (!event[time].text().empty()) event[time].invalid("", kUnset);
  }
  if (event["count"].number() != 0) event["count"].invalid("", kUnset);
  Field source = event["source"];
  if (!source["component"].text().empty() || !source["host"].text().empty()) source.invalid("", kUnset);
}

void validate_new_event_update(const Value& object, const Value& old, FieldErrors& errors) {
  Field event(object, errors), before(old, errors);
  check_event(event, "reportingController");
  if (!same(event["series"], before["series"])) check_series(event["series"]);
  constexpr GoType kReference{"core/v1", "ObjectReference"}, kSource{"core/v1", "EventSource"};
  check_immutable_struct(event["involvedObject"], before["involvedObject"], kReference);
  for (std::string_view member : {"reason", "message"}) check_immutable(event[member], before[member]);
  check_immutable_struct(event["source"], before["source"], kSource);
  for (std::string_view member :
       {"firstTimestamp", "lastTimestamp", "count", "reason", "type", "eventTime", "action"}) {
    check_immutable(event[member], before[member]);
  }
  check_immutable_struct(event["related"], before["related"], kReference);
  check_immutable(event["reportingComponent"].reported_at(FieldPath("reportingController")),
                  before["reportingComponent"]);
  check_immutable(event["reportingInstance"], before["reportingInstance"]);
}

}  // namespace

constinit const KindRules kEvents = {.group = "", .resource = "events", .validate = validate_event};
constinit const KindRules kNewEvents = {.group = "events.k8s.io",
                                        .resource = "events",
                                        .validate = validate_new_event,
                                        .validate_update = validate_new_event_update,
                                        .update_judged_alone = true};

}  // namespace pedalion::registry::builtin::kinds::core
