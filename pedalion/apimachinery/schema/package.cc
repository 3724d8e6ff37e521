#include "pedalion/apimachinery/schema/package.h"

#include "pedalion/apimachinery/schema/package_reader.h"

namespace pedalion::schema {

Result<std::unique_ptr<Package>> Package::read(std::string_view text, const Resolver& resolver) {
  std::unique_ptr<Package> package(new Package());
  PackageReader reader(*package, resolver);
  TRY_OK(reader.read(text));
  return package;
}

const Type* Package::find(std::string_view name) const {
  if (index_.empty()) return nullptr;
  std::size_t mask = index_.size() - 1;
  for (std::size_t slot = field_name_hash(name) & mask;; slot = (slot + 1) & mask) {
    if (index_[slot] == 0) return nullptr;
    const Named& named = named_[index_[slot] - 1u];
    if (named.name == name) return named.type;
  }
}

std::string_view head_value(std::string_view text, std::string_view word) {
  while (!text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    if (line.empty()) break;
    if (line.starts_with(word) && line.size() > word.size() && line[word.size()] == ' ') {
      auto value = line.substr(word.size() + 1);
      return value == "\"\"" ? std::string_view() : value;
    }
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return {};
}

}  // namespace pedalion::schema
