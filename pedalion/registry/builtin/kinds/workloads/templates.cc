#include "pedalion/registry/builtin/kinds/workloads/templates.h"

#include <algorithm>

#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/selectors.h"

namespace pedalion::registry::builtin::kinds::workloads {
namespace {

bool is_empty(const Field& selector) {
  return selector["matchLabels"].empty() && selector["matchExpressions"].empty();
}

bool holds(const Field& requirement, const Value* label) {
  std::string_view op = requirement["operator"].text();
  if (op == "Exists") return label != nullptr;
  if (op == "DoesNotExist") return label == nullptr;
  bool among = false;
  requirement["values"].each(
      [&](const Field& value) { among = among || (label != nullptr && label->string_or() == value.text()); });
  return op == "In" ? among : !among;
}

bool is_percent(std::string_view text) {
  return text.size() > 1 && text.back() == '%' &&
         text.substr(0, text.size() - 1).find_first_not_of("0123456789") == text.npos;
}

}  // namespace

bool selects(const Field& selector, const Field& labels) {
  if (!selector) return false;
  auto label = [&](std::string_view name) {
    return labels.value() == nullptr ? nullptr : labels.value()->find(name);
  };
  bool all = true;
  selector["matchLabels"].each_entry([&](std::string_view key, const Field& value) {
    const Value* found = label(key);
    all = all && found != nullptr && found->string_or() == value.text();
  });
  selector["matchExpressions"].each(
      [&](const Field& requirement) { all = all && holds(requirement, label(requirement["key"].text())); });
  return all;
}

bool check_selector(const Field& selector, std::string_view owner) {
  if (!selector) {
    selector.required();
    return true;
  }
  check_label_selector(selector);
  if (is_empty(selector)) selector.invalid("empty selector is invalid for " + std::string(owner));
  if (is_valid_label_selector(selector.value())) return true;
  selector.invalid("invalid label selector");
  return false;
}

void check_match(const Field& selector, const Field& pod_template) {
  Field labels = pod_template["metadata"]["labels"];
  if (selector && is_empty(selector)) return;
  if (selects(selector, labels)) return;
  labels.invalid(labels ? *labels.value() : Value(), "`selector` does not match template `labels`");
}

void check_runs_always(const Field& pod_template, std::string_view owner) {
  static constexpr std::string_view kAlways[] = {"Always"};
  Field spec = pod_template["spec"];
  if (spec["restartPolicy"].text() != "Always") spec["restartPolicy"].not_supported(kAlways);
  if (spec["activeDeadlineSeconds"]) {
    spec["activeDeadlineSeconds"].forbidden("activeDeadlineSeconds in " + std::string(owner) +
                                            " is not Supported");
  }
}

void check_amount_or_percent(const Field& amount) {
  if (!amount) return;
  if (amount.value()->is_string()) {
    if (!is_percent(amount.text())) {
      amount.invalid(amount.text(),
                     "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  "
                     "or '93%', regex used "
                     "for validation is '[0-9]+%')");
    }
    return;
  }
  check_non_negative(amount);
}

void check_at_most_all(const Field& amount) {
  if (!amount || !amount.value()->is_string() || !is_percent(amount.text())) return;
  std::string_view digits = amount.text().substr(0, amount.text().size() - 1);
  if (digits.size() > 9 || std::stoi(std::string(digits)) > 100)
    amount.invalid(amount.text(), "must not be greater than 100%");
}

bool is_none(const Field& amount) {
  if (!amount) return true;
  if (!amount.value()->is_string()) return amount.number() == 0;
  return is_percent(amount.text()) && amount.text().find_first_not_of("0%") == std::string_view::npos;
}

void check_counters(const Field& status, std::initializer_list<std::string_view> names) {
  for (std::string_view name : names) check_non_negative(status[name]);
}

void check_at_most(const Field& status, std::initializer_list<std::string_view> names, std::string_view bound,
                   std::string_view text) {
  for (std::string_view name : names) {
    if (status[name].number() > status[bound].number()) {
      status[name].invalid(Value::integer(status[name].number()),
                           "cannot be greater than " + std::string(text));
    }
  }
}

void check_collisions(const Field& status, const Field& old) {
  Field count = status["collisionCount"], before = old["collisionCount"];
  if (count.number() < before.number())
    count.invalid(Value::integer(count.number()), "cannot be decremented");
}

}  // namespace pedalion::registry::builtin::kinds::workloads
