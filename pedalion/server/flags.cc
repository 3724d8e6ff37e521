#include "pedalion/server/flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
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

}  // namespace

Result<FlagValues> FlagValues::parse(std::span<const std::string> arguments) {
  CLI::App app;
  app.set_help_flag();
  std::map<std::string, std::vector<std::string>, std::less<>> raw;
  for (const Flag& flag : all_flags()) {
    std::string name(flag.name);
    auto* option = app.add_option("--" + name, raw[name]);
    option->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    if (flag.type == FlagType::kBool) option->expected(0, 1)->default_str("true");
    if (name == "v") app.get_option("--v")->description("");
  }
  // Like Go's flags: -v=3 is --v=3, a bool never takes the next word.
  std::vector<std::string> words;
  for (std::string word : arguments) {
    if (word.starts_with("-") && !word.starts_with("--")) word.insert(0, "-");
    auto name =
        std::string_view(word).substr(0, word.find('=')).substr(std::min<std::size_t>(2, word.size()));
    const Flag* flag = find_flag(name);
    if (flag != nullptr && flag->type == FlagType::kBool && word.find('=') == std::string::npos)
      word += "=true";
    words.push_back(std::move(word));
  }
  std::ranges::reverse(words);
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    return std::unexpected(Status(400, "BadRequest", error.what()));
  }
  FlagValues values;
  for (const Flag& flag : all_flags()) {
    std::string name(flag.name);
    auto& given = raw[name];
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
