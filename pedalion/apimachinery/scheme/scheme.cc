#include "pedalion/apimachinery/scheme/scheme.h"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>

#include "pedalion/apimachinery/scheme/api_bundle.h"
#include "pedalion/apimachinery/scheme/package_loader.h"

namespace pedalion::scheme {
namespace {

/// Groups whose name is not their package's with ".k8s.io".
constexpr std::pair<std::string_view, std::string_view> kGroups[] = {
    {"core", ""}, {"apps", "apps"}, {"batch", "batch"}, {"autoscaling", "autoscaling"}, {"policy", "policy"},
    {"rbac", "rbac.authorization.k8s.io"}, {"flowcontrol", "flowcontrol.apiserver.k8s.io"},
    {"apiserverinternal", "internal.apiserver.k8s.io"}};

std::string group_of(std::string_view package) {
  auto base = package.substr(0, package.find('/'));
  for (auto [name, group] : kGroups) {
    if (name == base) return std::string(group);
  }
  return std::string(base) + ".k8s.io";
}

}  // namespace

struct Scheme::Rep {
  struct Package {
    std::string_view name, text;
    std::string group, version;
    std::unique_ptr<LoadedPackage> loaded;
  };

  // Recursive: loading a package loads those it refers to. Guards `loaded` of all packages.
  std::recursive_mutex mutex;
  std::map<std::string_view, Package> packages;

  const LoadedPackage* load(std::string_view name) {
    std::lock_guard lock(mutex);
    auto found = packages.find(name);
    if (found == packages.end()) return nullptr;
    Package& package = found->second;
    if (!package.loaded) {
      package.loaded = std::make_unique<LoadedPackage>(package.name, package.text);
      package.loaded->resolve([this](std::string_view other, std::string_view type) -> const schema::Type* {
        const LoadedPackage* there = load(other);
        return there == nullptr ? nullptr : there->find(type);
      });
    }
    return package.loaded.get();
  }

  std::string_view package_of(std::string_view group, std::string_view version) const {
    for (const auto& [name, package] : packages) {
      if (package.group == group && package.version == version) return name;
    }
    return {};
  }
};

Scheme::Scheme() : rep_(std::make_unique<Rep>()) {
  constexpr std::string_view kHead = "package ";
  std::string_view rest = api_bundle();
  while (!rest.empty()) {
    auto end = rest.find("\npackage ");
    auto text = rest.substr(0, end == std::string_view::npos ? end : end + 1);
    auto name = text.substr(kHead.size(), text.find('\n') - kHead.size());
    rep_->packages[name] = {name, text, group_of(name), std::string(name.substr(name.find('/') + 1)), nullptr};
    rest.remove_prefix(text.size());
  }
}

Scheme::~Scheme() = default;

const schema::Type* Scheme::type(std::string_view group, std::string_view version, std::string_view kind) const {
  auto package = rep_->package_of(group, version);
  return package.empty() ? nullptr : named(package, kind);
}

const schema::Type* Scheme::named(std::string_view package, std::string_view name) const {
  const LoadedPackage* loaded = rep_->load(package);
  return loaded == nullptr ? nullptr : loaded->find(name);
}

std::vector<meta::GroupVersion> Scheme::group_versions() const {
  std::vector<meta::GroupVersion> all;
  for (const auto& [name, package] : rep_->packages) all.push_back({package.group, package.version});
  return all;
}

std::vector<std::string_view> Scheme::kinds(const meta::GroupVersion& gv) const {
  auto package = rep_->package_of(gv.group, gv.version);
  return package.empty() ? std::vector<std::string_view>() : rep_->load(package)->kinds();
}

}  // namespace pedalion::scheme
