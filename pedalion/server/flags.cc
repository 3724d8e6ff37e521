#include "pedalion/server/flags.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <ostream>

#include "pedalion/apimachinery/meta/time.h"

namespace pedalion::server {
namespace {

const Flag* find_flag(std::string_view name) {
  auto flags = all_flags();
  auto found = std::ranges::find(flags, name, &Flag::name);
  return found == flags.end() ? nullptr : &*found;
}

Status invalid(const Flag& flag, std::string_view value, std::string_view why) {
  return Status(400, "BadRequest",
                "invalid argument \"" + std::string(value) + "\" for \"--" + std::string(flag.name) +
                    "\" flag: " + std::string(why));
}

bool is_true(std::string_view value) {
  return value == "true" || value == "1" || value == "t" || value == "T" || value == "True" ||
         value == "TRUE";
}
bool is_false(std::string_view value) {
  return value == "false" || value == "0" || value == "f" || value == "F" || value == "False" ||
         value == "FALSE";
}

template <class Number>
bool parses_as(std::string_view text) {
  Number number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

Result<void> check_value(const Flag& flag, const std::string& value) {
  switch (flag.type) {
    case FlagType::kBool:
      if (!is_true(value) && !is_false(value))
        return std::unexpected(invalid(flag, value, "must be true or false"));
      break;
    case FlagType::kInt:
      if (!parses_as<std::int64_t>(value))
        return std::unexpected(invalid(flag, value, "must be a whole number"));
      break;
    case FlagType::kDouble:
      if (!parses_as<double>(value)) return std::unexpected(invalid(flag, value, "must be a number"));
      break;
    case FlagType::kDuration:
      if (auto parsed = meta::parse_go_duration(value); !parsed)
        return std::unexpected(invalid(flag, value, parsed.error().message));
      break;
    case FlagType::kString:
    case FlagType::kList:
    case FlagType::kRepeated:
      break;
  }
  return {};
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    auto comma = text.find(',');
    if (comma != 0) parts.emplace_back(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return parts;
}

/// One word of a command line, as Go's flags read it: -v=3 is --v=3, a bool never takes the next word.
struct Word {
  std::string_view name;
  std::optional<std::string_view> value;
};

Result<Word> read_word(std::string_view text) {
  std::string_view name = text;
  if (name.starts_with("--")) {
    name.remove_prefix(2);
  } else if (name.starts_with('-')) {
    name.remove_prefix(1);
  } else {
    return std::unexpected(Status(400, "BadRequest", "unexpected argument: " + std::string(text)));
  }
  auto equals = name.find('=');
  if (equals == std::string_view::npos) return Word{name, std::nullopt};
  return Word{name.substr(0, equals), name.substr(equals + 1)};
}

using GivenValues = std::map<std::string_view, std::vector<std::string>>;

Result<GivenValues> read_all(std::span<const std::string> arguments) {
  GivenValues given;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    TRY(Word word, read_word(arguments[i]));
    const Flag* flag = find_flag(word.name);
    if (flag == nullptr) {
      return std::unexpected(Status(400, "BadRequest", "unknown flag: --" + std::string(word.name)));
    }
    if (!word.value && flag->type == FlagType::kBool) word.value = "true";
    if (!word.value && ++i == arguments.size()) {
      return std::unexpected(
          Status(400, "BadRequest", "flag needs an argument: --" + std::string(word.name)));
    }
    given[flag->name].emplace_back(word.value ? *word.value : std::string_view(arguments[i]));
  }
  return given;
}

}  // namespace

Result<FlagValues> FlagValues::parse(std::span<const std::string> arguments) {
  TRY(auto raw, read_all(arguments));
  FlagValues values;
  for (const Flag& flag : all_flags()) {
    std::string name(flag.name);
    const auto& given = raw[flag.name];
    values.given_[name] = !given.empty();
    for (const auto& value : given) TRY_OK(check_value(flag, value));
    if (flag.type == FlagType::kList) {
      auto& parts = values.values_[name];
      for (const auto& value : given) std::ranges::move(split_list(value), std::back_inserter(parts));
      if (given.empty()) parts = split_list(flag.default_value);
    } else if (flag.type == FlagType::kRepeated) {
      values.values_[name] = given;
    } else {
      values.values_[name] = {given.empty() ? std::string(flag.default_value) : given.back()};
    }
  }
  return values;
}

bool FlagValues::is_set(std::string_view name) const { return given_.find(name)->second; }
const std::string& FlagValues::text(std::string_view name) const {
  return values_.find(name)->second.front();
}
bool FlagValues::boolean(std::string_view name) const { return is_true(text(name)); }
std::int64_t FlagValues::integer(std::string_view name) const { return std::stoll(text(name)); }
double FlagValues::number(std::string_view name) const { return std::stod(text(name)); }
std::chrono::nanoseconds FlagValues::duration(std::string_view name) const {
  return meta::parse_go_duration(text(name)).value_or(std::chrono::nanoseconds(0));
}
const std::vector<std::string>& FlagValues::list(std::string_view name) const {
  return values_.find(name)->second;
}

void FlagValues::set_default(std::string_view name, std::string value) {
  if (!is_set(name)) values_.find(name)->second = {std::move(value)};
}

std::vector<std::string> FlagValues::without_effect() const {
  std::vector<std::string> names;
  for (const Flag& flag : all_flags()) {
    if (flag.effect == FlagEffect::kNoneYet && is_set(flag.name)) names.emplace_back(flag.name);
  }
  return names;
}

void print_flags(std::ostream& out) {
  auto print = [&](FlagEffect effect) {
    for (const Flag& flag : all_flags()) {
      if (flag.effect != effect) continue;
      out << "  --" << flag.name;
      if (!flag.default_value.empty()) out << "=" << flag.default_value;
      if (!flag.help.empty()) out << "\n        " << flag.help;
      out << "\n";
    }
  };
  out << "Flags:\n";
  print(FlagEffect::kYes);
  out << "\nAccepted for kube-apiserver's sake, without effect yet:\n";
  print(FlagEffect::kNoneYet);
}

}  // namespace pedalion::server
