#pragma once
// The command-line flags, under kube-apiserver's names: which there are, what they hold, and which have an
// effect yet.
#include <chrono>
#include <iosfwd>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/base/status.h"

namespace pedalion::server {

/// kList: parts between commas, and given several times adds up. kRepeated: adds up, whole.
enum class FlagType : std::uint8_t { kBool, kInt, kDouble, kString, kDuration, kList, kRepeated };
enum class FlagEffect : std::uint8_t {
  kYes,
  kNoneYet,  // taken, so that command lines written for kube-apiserver work; --help says that it does nothing
};

struct Flag {
  std::string_view name;  // without the dashes
  FlagType type = FlagType::kString;
  std::string_view default_value;
  FlagEffect effect = FlagEffect::kYes;
  std::string_view help;
};

/// Every flag of `pedalion serve`.
std::span<const Flag> all_flags();

/// The flags of one command line: given ones, and defaults for the rest.
class FlagValues {
 public:
  /// Fails (400, text for the terminal) on an unknown flag, a value of the wrong type, or a word that is no
  /// flag.
  static Result<FlagValues> parse(std::span<const std::string> arguments);

  bool is_set(std::string_view name) const;
  /// The typed accessors require a flag of that type.
  const std::string& text(std::string_view name) const;
  bool boolean(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  double number(std::string_view name) const;
  std::chrono::nanoseconds duration(std::string_view name) const;
  const std::vector<std::string>& list(std::string_view name) const;
  /// Sets a flag as if it had been given, unless it was.
  void set_default(std::string_view name, std::string value);
  /// Names of the given flags that have no effect yet.
  std::vector<std::string> without_effect() const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::map<std::string, bool, std::less<>> given_;
};

/// --help: every flag with its default; those without effect apart.
void print_flags(std::ostream& out);

}  // namespace pedalion::server
