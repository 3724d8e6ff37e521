#include "pedalion/storage/embedded/tool.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <charconv>
#include <filesystem>
#include <optional>
#include <vector>

#include "pedalion/storage/embedded/check.h"
#include "pedalion/storage/embedded/maintenance.h"

namespace pedalion::storage::embedded {
namespace {

constexpr std::string_view kUsage = R"(pedalion storage COMMAND --data-dir DIR [ARGUMENTS]

Looks after the embedded store in DIR; stop the server first.

  check [--drop-damaged-tail]   read everything and say whether it is whole; the flag first gives up what was written
                                after the first damaged place (acknowledged writes may be lost)
  backup TARGET                 copy the store to TARGET, a directory that does not exist
  restore BACKUP                make DIR, which must be empty or absent, a copy of BACKUP
  compact [--revision N]        forget history up to revision N (default: all of it) and give back its space

To move to another kind of store: pedalion storage export, pedalion storage import.
)";

struct Arguments {
  std::string command, directory, positional;
  Revision revision = 0;
  bool drop_damaged_tail = false;
};

bool parse_revision(std::string_view text, Revision& revision) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), revision);
  return error == std::errc() && end == text.data() + text.size() && revision > 0;
}

/// No value: wrong usage, which `err` has been told of.
std::optional<Arguments> parse(std::span<const std::string> given, std::ostream& err) {
  std::vector<std::string> words;
  for (const std::string& word : given) {
    std::size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
    words.push_back(word.substr(0, equals));
    if (equals != std::string::npos) words.push_back(word.substr(equals + 1));
  }
  Arguments arguments;
  for (std::size_t index = 0; index < words.size(); ++index) {
    const std::string& word = words[index];
    bool has_value = index + 1 < words.size();
    if (word == "--drop-damaged-tail") {
      arguments.drop_damaged_tail = true;
    } else if (word == "--data-dir" && has_value) {
      arguments.directory = words[++index];
    } else if (word == "--revision" && has_value) {
      if (!parse_revision(words[++index], arguments.revision)) {
        fmt::print(err, "pedalion storage: --revision wants a positive number, not \"{}\"\n", words[index]);
        return std::nullopt;
      }
    } else if (word.starts_with("-") || !arguments.positional.empty()) {
      fmt::print(err, "pedalion storage: what is \"{}\"?\n", word);
      return std::nullopt;
    } else {
      (arguments.command.empty() ? arguments.command : arguments.positional) = word;
    }
  }
  return arguments;
}

int fail(const Status& status, std::ostream& err) {
  fmt::print(err, "pedalion storage: {}\n", status.message);
  return 1;
}

int run_check(const Arguments& arguments, std::ostream& out, std::ostream& err) {
  auto recovery = arguments.drop_damaged_tail ? Recovery::kDropDamagedTail : Recovery::kStrict;
  std::string directory = store_directory(arguments.directory);
  if (std::error_code ignored; !std::filesystem::exists(directory + "/db", ignored)) {
    return fail(Status(500, "", fmt::format("there is no store in {}", arguments.directory)), err);
  }
  auto report = check(directory, recovery);
  if (!report) return fail(report.error(), err);
  fmt::print(out,
             "revision   {}\ncompacted  {}\nkeys       {}\nrecords    {}\nvalues     {} bytes\non disk    {} "
             "bytes\n",
             report->last, report->compacted, report->keys, report->records, report->value_bytes,
             report->disk_bytes);
  for (const std::string& problem : report->problems) fmt::print(out, "problem: {}\n", problem);
  if (report->problem_count > report->problems.size()) {
    fmt::print(out, "… and {} more\n", report->problem_count - report->problems.size());
  }
  fmt::print(out, "{}\n",
             report->problem_count == 0 ? "The store is whole." : "The store is damaged: restore a backup.");
  return report->problem_count == 0 ? 0 : 1;
}

int run_backup(const Arguments& arguments, std::ostream& out, std::ostream& err) {
  auto done = backup(store_directory(arguments.directory), arguments.positional);
  if (!done) return fail(done.error(), err);
  fmt::print(out, "Backed up to {}.\n", arguments.positional);
  return 0;
}

int run_restore(const Arguments& arguments, std::ostream& out, std::ostream& err) {
  auto done = restore(arguments.positional, arguments.directory);
  if (!done) return fail(done.error(), err);
  fmt::print(out, "Restored {} into {}.\n", arguments.positional, arguments.directory);
  return 0;
}

int run_compact(const Arguments& arguments, std::ostream& out, std::ostream& err) {
  auto done = compact(store_directory(arguments.directory), arguments.revision);
  if (!done) return fail(done.error(), err);
  fmt::print(out, "Compacted to revision {}: {} bytes on disk, {} before.\n", done->revision,
             done->bytes_after, done->bytes_before);
  return 0;
}

struct Command {
  std::string_view name;
  bool wants_positional;
  int (*run)(const Arguments&, std::ostream&, std::ostream&);
};
constexpr Command kCommands[] = {{"check", false, run_check},
                                 {"backup", true, run_backup},
                                 {"restore", true, run_restore},
                                 {"compact", false, run_compact}};

}  // namespace

int storage_command(std::span<const std::string> arguments, std::ostream& out, std::ostream& err) {
  if (arguments.size() == 1 && (arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help")) {
    out << kUsage;
    return 0;
  }
  auto parsed = parse(arguments, err);
  if (!parsed) return 2;
  for (const Command& command : kCommands) {
    if (command.name != parsed->command) continue;
    if (parsed->directory.empty() || command.wants_positional == parsed->positional.empty()) break;
    return command.run(*parsed, out, err);
  }
  err << kUsage;
  return 2;
}

}  // namespace pedalion::storage::embedded
