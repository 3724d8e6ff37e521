// Priority levels: how many requests are served at once, and how the others wait.
#include <cmath>

#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/flowcontrol/mandatory.h"
#include "pedalion/registry/builtin/kinds/flowcontrol/rows.h"
#include "pedalion/registry/builtin/kinds/go_form.h"

namespace pedalion::registry::builtin::kinds::flowcontrol {

namespace {

constexpr std::int64_t kMaxQueues = 10'000'000;
/// What shuffle sharding deals its hands from.
constexpr int kHashBits = 60;

/// True when the number is positive.
bool check_is_positive(const Field& number) {
  if (number.number() > 0) return true;
  number.invalid(Value::integer(number.number()), "must be positive");
  return false;
}

int entropy_bits(std::int64_t queues, std::int64_t hand_size) {
  return static_cast<int>(std::ceil(std::log2(static_cast<double>(queues)) * static_cast<double>(hand_size)));
}

void check_queuing(const Field& queuing) {
  Field queues = queuing["queues"], hand = queuing["handSize"];
  check_is_positive(queuing["queueLengthLimit"]);
  if (check_is_positive(queues) && queues.number() > kMaxQueues) {
    queues.invalid("must not be greater than " + std::to_string(kMaxQueues));
  }
  if (!check_is_positive(hand)) return;
  std::string deck = std::to_string(queues.number());
  if (hand.number() > queues.number()) {
    hand.invalid("should not be greater than queues (" + deck + ")");
  } else if (entropy_bits(queues.number(), hand.number()) > kHashBits) {
    hand.invalid("required entropy bits of deckSize " + deck + " and handSize " +
                 std::to_string(hand.number()) + " should not be greater than " + std::to_string(kHashBits));
  }
}

void check_response(const Field& response) {
  static constexpr std::string_view kTypes[] = {"Queue", "Reject"};
  Field type = response["type"], queuing = response["queuing"];
  if (type.text() == "Reject") {
    if (queuing) queuing.forbidden("must be nil if limited.limitResponse.type is not Limited");
  } else if (type.text() != "Queue") {
    type.not_supported(kTypes);
  } else if (queuing) {
    check_queuing(queuing);
  } else {
    queuing.required("must not be empty if limited.limitResponse.type is Limited");
  }
}

void check_shares(const Field& shares) {
  if (shares.number() < 0) shares.invalid("must be a non-negative integer");
}

void check_limited(const Field& limited) {
  check_shares(limited["nominalConcurrencyShares"]);
  check_response(limited["limitResponse"]);
  check_range(limited["lendablePercent"], 0, 100);
  Field borrowing = limited["borrowingLimitPercent"];
  if (borrowing.number() < 0) borrowing.invalid("if specified, must be a non-negative integer");
}

void check_exempt(const Field& exempt) {
  check_shares(exempt["nominalConcurrencyShares"]);
  check_range(exempt["lendablePercent"], 0, 100);
}

void check_spec(const Field& spec, bool named_exempt) {
  static constexpr std::string_view kTypes[] = {"Exempt", "Limited"};
  Field type = spec["type"], limited = spec["limited"], exempt = spec["exempt"];
  if (named_exempt != (type.text() == "Exempt")) {
    type.invalid(type.text(), "must be 'Exempt' if and only if `name` is 'exempt'");
  }
  if (type.text() == "Exempt") {
    if (limited) limited.forbidden("must be nil if the type is not Limited");
    if (exempt) check_exempt(exempt);
  } else if (type.text() == "Limited") {
    if (exempt) exempt.forbidden("must be nil if the type is Limited");
    if (limited) {
      check_limited(limited);
    } else {
      limited.required("must not be empty when type is Limited");
    }
  } else {
    type.not_supported(kTypes);
  }
}

/// Of the exempt level, how much it lends may be changed.
void check_mandatory(const Field& spec, std::string_view name) {
  const Value* fixed = mandatory_priority_level_spec(name);
  if (fixed == nullptr) return;
  const GoType kSpec{"flowcontrol/v1", "PriorityLevelConfigurationSpec"};
  std::string of = "spec of '" + std::string(name) + "'";
  if (name != "exempt") {
    bool equal = spec && json::equal(*spec.value(), *fixed);
    if (!equal) invalid_struct(spec, kSpec, of + " must equal the fixed value");
  } else if (spec["type"].text() != "Exempt" || spec["limited"]) {
    invalid_struct(spec, kSpec, of + " except the 'spec.exempt' field must equal the fixed value");
  }
}

void validate(const Value& object, FieldErrors& errors) {
  Field level(object, errors), spec = level["spec"];
  std::string_view name = level.at({"metadata", "name"}).text();
  check_spec(spec, name == "exempt");
  check_mandatory(spec, name);
  validate_status(object, object, errors);
}

}  // namespace

const KindRules kPriorityLevels{.group = "flowcontrol.apiserver.k8s.io",
                                .resource = "prioritylevelconfigurations",
                                .validate = validate,
                                .validate_status_update = validate_status};

}  // namespace pedalion::registry::builtin::kinds::flowcontrol
