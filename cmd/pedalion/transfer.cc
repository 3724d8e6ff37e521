// `pedalion storage export` and `import`: from one kind of store to another by way of a file.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <optional>

#include "cmd/pedalion/commands.h"
#include "pedalion/storage/embedded/embedded_store.h"
#include "pedalion/storage/embedded/maintenance.h"
#include "pedalion/storage/etcd3/loader/loader.h"
#include "pedalion/storage/transfer/transfer.h"

namespace pedalion::program {
namespace {

constexpr std::string_view kUsage = R"(pedalion storage export FILE STORE
pedalion storage import FILE STORE

Writes everything that a store holds to FILE, in the order in which it was written, or creates in a store what FILE
holds. FILE may be - for standard output or input. Stop the servers first. STORE is one of:

  --data-dir DIR                 the embedded store of a server
  --etcd-servers URL,…           etcd; with --etcd-cafile, --etcd-certfile, --etcd-keyfile

  --etcd-prefix PREFIX           only keys below it (default /registry)
  --event-ttl SECONDS            import: how long events are kept from now (default 3600)
)";

struct Wanted {
  std::string file;
  std::map<std::string, std::string, std::less<>> flags{
      {"--data-dir", ""},     {"--etcd-servers", ""},         {"--etcd-cafile", ""},  {"--etcd-certfile", ""},
      {"--etcd-keyfile", ""}, {"--etcd-prefix", "/registry"}, {"--event-ttl", "3600"}};
  const std::string& operator[](std::string_view name) const { return flags.find(name)->second; }
};

std::optional<Wanted> parse(Arguments arguments) {
  Wanted wanted;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string word = arguments[i], value;
    if (!word.starts_with("--")) {
      if (!wanted.file.empty()) return std::nullopt;
      wanted.file = word;
      continue;
    }
    if (auto equals = word.find('='); equals != word.npos) {
      value = word.substr(equals + 1);
      word.resize(equals);
    } else if (i + 1 < arguments.size()) {
      value = arguments[++i];
    }
    auto flag = wanted.flags.find(word);
    if (flag == wanted.flags.end()) return std::nullopt;
    flag->second = value;
  }
  bool one_store = wanted["--data-dir"].empty() != wanted["--etcd-servers"].empty();
  bool ttl = !wanted["--event-ttl"].empty() &&
             wanted["--event-ttl"].find_first_not_of("0123456789") == std::string::npos;
  if (wanted.file.empty() || !one_store || !ttl) return std::nullopt;
  return wanted;
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= list.size();) {
    std::size_t end = std::min(list.find(',', begin), list.size());
    parts.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

Result<std::unique_ptr<storage::Store>> open_store(bool exporting, const Wanted& wanted) {
  if (!wanted["--etcd-servers"].empty()) {
    storage::etcd3::Etcd3Options options;
    options.endpoints = split(wanted["--etcd-servers"]);
    options.ca_file = wanted["--etcd-cafile"];
    options.certificate_file = wanted["--etcd-certfile"];
    options.key_file = wanted["--etcd-keyfile"];
    options.compaction_interval = {};
    return storage::etcd3::loader::open(options);
  }
  storage::embedded::EmbeddedOptions options;
  options.directory = storage::embedded::store_directory(wanted["--data-dir"]);
  if (exporting && !std::filesystem::exists(options.directory + "/db")) {
    return std::unexpected(Status(500, "", "there is no store in " + wanted["--data-dir"]));
  }
  return storage::embedded::EmbeddedStore::open(std::move(options));
}

Result<storage::transfer::Summary> run(bool exporting, const Wanted& wanted) {
  TRY(std::unique_ptr<storage::Store> store, open_store(exporting, wanted));
  const std::string prefix = wanted["--etcd-prefix"] + "/";
  bool standard = wanted.file == "-";
  if (exporting) {
    std::ofstream file;
    if (!standard) file.open(wanted.file, std::ios::binary | std::ios::trunc);
    if (!standard && !file) return std::unexpected(Status(500, "", "cannot write " + wanted.file));
    return storage::transfer::export_store(*store, prefix, standard ? std::cout : file);
  }
  std::ifstream file;
  if (!standard) file.open(wanted.file, std::ios::binary);
  if (!standard && !file) return std::unexpected(Status(500, "", "cannot read " + wanted.file));
  return storage::transfer::import_store(*store, standard ? std::cin : file, prefix + "events/",
                                         std::chrono::seconds(std::stol(wanted["--event-ttl"])));
}

}  // namespace

int transfer(std::string_view command, Arguments arguments) {
  auto wanted = parse(arguments);
  if (!wanted) {
    std::cerr << kUsage;
    return 2;
  }
  bool exporting = command == "export";
  auto summary = run(exporting, *wanted);
  if (!summary) {
    std::cerr << "pedalion storage " << command << ": " << summary.error().message << "\n";
    return 1;
  }
  std::cerr << fmt::format("{} {} keys, {} bytes; revision {}\n", exporting ? "Exported" : "Imported",
                           summary->keys, summary->bytes, summary->revision);
  return 0;
}

}  // namespace pedalion::program
