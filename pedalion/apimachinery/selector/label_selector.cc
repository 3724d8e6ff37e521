#include "pedalion/apimachinery/selector/label_selector.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/validation.h"

namespace pedalion::selector {
namespace {

using Operator = LabelSelector::Operator;
using Requirement = LabelSelector::Requirement;

constexpr std::size_t kMaxTextBytes = 1 << 16;
constexpr std::string_view kBinaryOperators = "in, notin, =, ==, !=, gt, lt";

enum class Token {
  kEnd,
  kComma,
  kOpen,
  kClose,
  kNot,
  kEquals,
  kDoubleEquals,
  kNotEquals,
  kGreater,
  kLess,
  kWord
};

bool is_special(char c) { return std::string_view("=!(),><").find(c) != std::string_view::npos; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) { advance(); }

  Result<LabelSelector> run() {
    LabelSelector selector;
    if (token_ == Token::kEnd) return selector;
    while (true) {
      if (token_ != Token::kWord && token_ != Token::kNot) {
        return fail("found '" + word_ + "', expected: !, identifier, or 'end of string'");
      }
      TRY(Requirement requirement, parse_requirement());
      selector.add(std::move(requirement));
      if (token_ == Token::kEnd) return selector;
      if (token_ != Token::kComma) return fail("found '" + word_ + "', expected: ',' or 'end of string'");
      advance();
      if (token_ != Token::kWord && token_ != Token::kNot) {
        return fail("found '" + word_ + "', expected: identifier after ','");
      }
    }
  }

 private:
  static std::unexpected<Status> fail(const std::string& text) {
    return std::unexpected(meta::bad_request(text));
  }
  static std::unexpected<Status> fail_requirement(const std::string& text) {
    return std::unexpected(meta::bad_request("unable to parse requirement: " + text));
  }

  void advance() {
    while (!rest_.empty() && is_space(rest_[0])) rest_.remove_prefix(1);
    std::size_t length = 0;
    if (rest_.empty()) {
      token_ = Token::kEnd;
    } else if (is_special(rest_[0])) {
      length = 1;
      switch (rest_[0]) {
        case ',':
          token_ = Token::kComma;
          break;
        case '(':
          token_ = Token::kOpen;
          break;
        case ')':
          token_ = Token::kClose;
          break;
        case '>':
          token_ = Token::kGreater;
          break;
        case '<':
          token_ = Token::kLess;
          break;
        case '!':
          token_ = rest_.starts_with("!=") ? Token::kNotEquals : Token::kNot;
          break;
        default:
          token_ = rest_.starts_with("==") ? Token::kDoubleEquals : Token::kEquals;
          break;
      }
      if (token_ == Token::kNotEquals || token_ == Token::kDoubleEquals) length = 2;
    } else {
      token_ = Token::kWord;
      while (length < rest_.size() && !is_special(rest_[length]) && !is_space(rest_[length])) ++length;
    }
    word_ = rest_.substr(0, length);
    rest_.remove_prefix(length);
  }

  Result<Requirement> parse_requirement() {
    Requirement requirement;
    bool negated = token_ == Token::kNot;
    if (negated) advance();
    if (token_ != Token::kWord) return fail_requirement("found '" + word_ + "', expected: identifier");
    requirement.key = word_;
    auto problems = meta::qualified_name_problems(requirement.key);
    if (!problems.empty()) return key_error(requirement.key, problems);
    advance();
    if (negated || token_ == Token::kEnd || token_ == Token::kComma) {
      if (negated && token_ != Token::kEnd && token_ != Token::kComma) {
        requirement.op = Operator::kDoesNotExist;
        return requirement;  // what follows is the caller's complaint
      }
      requirement.op = negated ? Operator::kDoesNotExist : Operator::kExists;
      return requirement;
    }
    TRY_OK(parse_operator(requirement));
    TRY_OK(check_values(requirement));
    std::ranges::sort(requirement.values);
    return requirement;
  }

  static std::unexpected<Status> key_error(const std::string& key, const std::vector<std::string>& problems) {
    meta::FieldErrors errors;
    for (const auto& problem : problems)
      errors.push_back(meta::FieldError::invalid(meta::FieldPath("key"), key, problem));
    return fail_requirement(meta::aggregate_text(errors));
  }

  Result<void> parse_operator(Requirement& requirement) {
    bool set = token_ == Token::kWord && (word_ == "in" || word_ == "notin");
    switch (token_) {
      case Token::kEquals:
      case Token::kDoubleEquals:
        requirement.op = Operator::kIn;
        requirement.equality = true;
        break;
      case Token::kNotEquals:
        requirement.op = Operator::kNotIn;
        requirement.equality = true;
        break;
      case Token::kGreater:
        requirement.op = Operator::kGreaterThan;
        break;
      case Token::kLess:
        requirement.op = Operator::kLessThan;
        break;
      default:
        if (!set)
          return fail_requirement("found '" + word_ + "', expected: " + std::string(kBinaryOperators));
        requirement.op = word_ == "in" ? Operator::kIn : Operator::kNotIn;
    }
    advance();
    if (set) return parse_set(requirement);
    if (token_ == Token::kEnd || token_ == Token::kComma) {
      requirement.values.emplace_back();
    } else if (token_ == Token::kWord) {
      requirement.values.push_back(word_);
      advance();
    } else {
      return fail_requirement("found '" + word_ + "', expected: identifier");
    }
    return {};
  }

  /// Up to the closing parenthesis. Between commas there may be nothing, which is a value too.
  Result<void> parse_values(std::vector<std::string>& values) {
    bool want_value = true;
    while (token_ != Token::kClose) {
      if (token_ == Token::kWord && want_value) {
        values.push_back(word_);
        want_value = false;
      } else if (token_ == Token::kComma) {
        if (want_value) values.emplace_back();
        want_value = true;
      } else {
        return fail_requirement("found '" + word_ + "', expected: ','" +
                                (want_value ? ", or identifier" : " or ')'"));
      }
      advance();
    }
    if (want_value) values.emplace_back();
    return {};
  }

  Result<void> parse_set(Requirement& requirement) {
    if (token_ != Token::kOpen) return fail_requirement("found '" + word_ + "' expected: '('");
    advance();
    if (token_ == Token::kClose) {
      requirement.values.emplace_back();
    } else if (token_ == Token::kWord || token_ == Token::kComma) {
      TRY_OK(parse_values(requirement.values));
    } else {
      return fail_requirement("found '" + word_ + "', expected: ',', ')' or identifier");
    }
    advance();
    auto& values = requirement.values;
    std::ranges::sort(values);
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return {};
  }

  Result<void> check_values(const Requirement& requirement) {
    bool numeric = requirement.op == Operator::kGreaterThan || requirement.op == Operator::kLessThan;
    meta::FieldErrors errors;
    meta::FieldPath values("values");
    for (std::size_t i = 0; i < requirement.values.size(); ++i) {
      const auto& value = requirement.values[i];
      if (numeric) {
        std::int64_t number = 0;
        auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
        if (error != std::errc() || end != value.data() + value.size()) {
          errors.push_back(meta::FieldError::invalid(
              values.index(i), value, "for 'Gt', 'Lt' operators, the value must be an integer"));
        }
        continue;
      }
      for (const auto& problem : meta::label_value_problems(value)) {
        errors.push_back(meta::FieldError::invalid(values.index(i).key(requirement.key), value, problem));
      }
    }
    if (!errors.empty()) return fail_requirement(meta::aggregate_text(errors));
    return {};
  }

  std::string_view rest_;
  Token token_ = Token::kEnd;
  std::string word_;
};

bool has(const std::vector<std::string>& values, std::string_view value) {
  return std::ranges::binary_search(values, value, {},
                                    [](const auto& text) { return std::string_view(text); });
}

bool number_of(std::string_view text, std::int64_t& number) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool holds(const Requirement& requirement, LabelSpan labels) {
  auto found = std::ranges::lower_bound(labels, std::string_view(requirement.key), {},
                                        [](const auto& label) { return label.first; });
  bool present = found != labels.end() && found->first == requirement.key;
  switch (requirement.op) {
    case Operator::kIn:
      return present && has(requirement.values, found->second);
    case Operator::kNotIn:
      return !present || !has(requirement.values, found->second);
    case Operator::kExists:
      return present;
    case Operator::kDoesNotExist:
      return !present;
    case Operator::kGreaterThan:
    case Operator::kLessThan: {
      std::int64_t value = 0, bound = 0;
      if (!present || !number_of(found->second, value) || !number_of(requirement.values[0], bound))
        return false;
      return requirement.op == Operator::kGreaterThan ? value > bound : value < bound;
    }
  }
  return false;
}

std::string joined(const std::vector<std::string>& values) {
  std::string text;
  for (const auto& value : values) text += (&value == &values.front() ? "" : ",") + value;
  return text;
}

}  // namespace

Result<LabelSelector> LabelSelector::parse(std::string_view text) {
  if (text.size() > kMaxTextBytes)
    return std::unexpected(meta::bad_request("the label selector is too long"));
  return Parser(text).run();
}

Result<LabelSelector> LabelSelector::from_object(const json::Value& object) {
  LabelSelector selector;
  if (const auto* labels = object.find("matchLabels")) {
    for (const auto& member : labels->members()) {
      selector.add({std::string(member.key()), Operator::kIn, {std::string(member.value.string_or())}, true});
    }
  }
  if (const auto* expressions = object.find("matchExpressions")) {
    for (const auto& expression : expressions->items()) {
      Requirement requirement;
      requirement.key = expression.string_at({"key"});
      auto op = expression.string_at({"operator"});
      if (op == "In")
        requirement.op = Operator::kIn;
      else if (op == "NotIn")
        requirement.op = Operator::kNotIn;
      else if (op == "Exists")
        requirement.op = Operator::kExists;
      else if (op == "DoesNotExist")
        requirement.op = Operator::kDoesNotExist;
      else
        return std::unexpected(
            meta::bad_request("\"" + std::string(op) + "\" is not a valid label selector operator"));
      if (const auto* values = expression.find("values")) {
        for (const auto& value : values->items()) requirement.values.emplace_back(value.string_or());
      }
      std::ranges::sort(requirement.values);
      selector.add(std::move(requirement));
    }
  }
  return selector;
}

bool LabelSelector::matches(LabelSpan labels) const {
  return std::ranges::all_of(requirements_,
                             [&](const Requirement& requirement) { return holds(requirement, labels); });
}

std::string LabelSelector::text() const {
  std::vector<const Requirement*> sorted;
  for (const auto& requirement : requirements_) sorted.push_back(&requirement);
  std::ranges::sort(sorted, {}, [](const auto* requirement) {
    return std::pair<std::string_view, const Requirement*>(requirement->key, requirement);
  });
  std::string text;
  for (const auto* place : sorted) {
    const Requirement& requirement = *place;
    if (!text.empty()) text += ",";
    switch (requirement.op) {
      case Operator::kIn:
        text += requirement.equality ? requirement.key + "=" + requirement.values[0]
                                     : requirement.key + " in (" + joined(requirement.values) + ")";
        break;
      case Operator::kNotIn:
        text += requirement.equality ? requirement.key + "!=" + requirement.values[0]
                                     : requirement.key + " notin (" + joined(requirement.values) + ")";
        break;
      case Operator::kExists:
        text += requirement.key;
        break;
      case Operator::kDoesNotExist:
        text += "!" + requirement.key;
        break;
      case Operator::kGreaterThan:
        text += requirement.key + ">" + requirement.values[0];
        break;
      case Operator::kLessThan:
        text += requirement.key + "<" + requirement.values[0];
        break;
    }
  }
  return text;
}

}  // namespace pedalion::selector
