#include "pedalion/apimachinery/scheme/scheme.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <stdexcept>
#include <tuple>

#include "pedalion/apimachinery/scheme/api_bundle.h"

namespace pedalion::scheme {
namespace {

/// Registered with every group-version.
constexpr std::string_view kOptionKinds[] = {"CreateOptions", "DeleteOptions", "GetOptions", "ListOptions",
                                             "PatchOptions",  "UpdateOptions", "WatchEvent"};
/// Registered with v1 only, as if they had no version.
constexpr std::string_view kUnversionedKinds[] = {"APIGroup", "APIGroupList", "APIResourceList",
                                                  "APIVersions", "Status"};

/// Kinds of versions that are not served any more but can still be read. Each has its List as well, those
/// that are no objects excepted.
struct RetiredKinds {
  std::string_view group, version;
  std::initializer_list<std::string_view> objects, others;
};
constexpr RetiredKinds kRetired[] = {
    {"apps", "v1beta1", {"ControllerRevision", "Deployment", "StatefulSet"}, {"DeploymentRollback", "Scale"}},
    {"apps",
     "v1beta2",
     {"ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"},
     {"Scale"}},
    {"extensions",
     "v1beta1",
     {"DaemonSet", "Deployment", "Ingress", "NetworkPolicy", "ReplicaSet"},
     {"DeploymentRollback", "Scale"}},
};

bool is_retired(std::string_view group, std::string_view version, std::string_view kind) {
  auto object = kind.ends_with("List") ? kind.substr(0, kind.size() - 4) : kind;
  return std::ranges::any_of(kRetired, [&](const RetiredKinds& kinds) {
    return kinds.group == group && kinds.version == version &&
           (std::ranges::find(kinds.objects, object) != kinds.objects.end() ||
            std::ranges::find(kinds.others, kind) != kinds.others.end());
  });
}

bool holds(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

struct Slot {
  std::string_view group, version, name, text;
  std::atomic<const schema::Package*> loaded = nullptr;
  std::unique_ptr<schema::Package> owned;
  bool loading = false;
};

}  // namespace

struct Scheme::Rep {
  std::vector<std::string> more;             // texts beside the bundle's
  std::vector<std::unique_ptr<Slot>> slots;  // sorted by group and version
  std::mutex loading;                        // guards every slot's `owned` and `loading`

  void add(std::string_view text) {
    auto slot = std::make_unique<Slot>();
    slot->text = text;
    slot->name = schema::head_value(text, "package");
    slot->group = schema::head_value(text, "group");
    slot->version = slot->name.substr(slot->name.find('/') + 1);
    slots.push_back(std::move(slot));
  }

  Slot* by_group(std::string_view group, std::string_view version) const {
    auto wanted = std::tie(group, version);
    auto found = std::lower_bound(slots.begin(), slots.end(), wanted, [](const auto& slot, const auto& key) {
      return std::tie(slot->group, slot->version) < key;
    });
    bool there = found != slots.end() && std::tie((*found)->group, (*found)->version) == wanted;
    return there ? found->get() : nullptr;
  }

  Slot* by_name(std::string_view name) const {
    for (const auto& slot : slots) {
      if (slot->name == name) return slot.get();
    }
    return nullptr;
  }

  const schema::Package& load(Slot& slot) {
    if (const auto* package = slot.loaded.load(std::memory_order_acquire)) return *package;
    std::lock_guard lock(loading);
    return load_locked(slot);
  }

  const schema::Package& load_locked(Slot& slot) {
    if (slot.owned) return *slot.owned;
    if (slot.loading) throw std::logic_error("api/: packages refer to each other in a circle");
    slot.loading = true;
    auto package = schema::Package::read(slot.text, [this](std::string_view name, std::string_view type) {
      Slot* other = by_name(name);
      return other == nullptr ? nullptr : load_locked(*other).find(type);
    });
    slot.loading = false;
    if (!package) throw std::logic_error(package.error().message);
    slot.owned = *std::move(package);
    slot.loaded.store(slot.owned.get(), std::memory_order_release);
    return *slot.owned;
  }
};

Scheme::Scheme() : Scheme(std::vector<std::string>()) {}

Scheme::Scheme(std::vector<std::string> more) : rep_(std::make_unique<Rep>()) {
  std::string_view rest = api_bundle();
  while (!rest.empty()) {
    auto end = rest.find("\npackage ");
    rep_->add(rest.substr(0, end == std::string_view::npos ? end : end + 1));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  rep_->more = std::move(more);
  for (const std::string& text : rep_->more) rep_->add(text);
  std::ranges::sort(rep_->slots, {}, [](const auto& slot) { return std::tie(slot->group, slot->version); });
}

Scheme::~Scheme() = default;

const schema::Package* Scheme::package(std::string_view group, std::string_view version) const {
  Slot* slot = rep_->by_group(group, version);
  return slot == nullptr ? nullptr : &rep_->load(*slot);
}

const schema::Type* Scheme::type(std::string_view group, std::string_view version,
                                 std::string_view kind) const {
  if (const auto* own = package(group, version)) {
    if (const auto* type = own->find(kind); type != nullptr && type->kind != nullptr) return type;
  }
  bool unversioned = group.empty() && version == "v1" && holds(kUnversionedKinds, kind);
  if (!unversioned && !holds(kOptionKinds, kind)) return nullptr;
  return named("meta/v1", kind);
}

bool Scheme::registered(std::string_view group, std::string_view version, std::string_view kind) const {
  return type(group, version, kind) != nullptr || is_retired(group, version, kind);
}

const schema::Type* Scheme::named(std::string_view package, std::string_view name) const {
  Slot* slot = rep_->by_name(package);
  return slot == nullptr ? nullptr : rep_->load(*slot).find(name);
}

std::optional<meta::GroupVersion> Scheme::group_version(std::string_view package) const {
  const Slot* slot = rep_->by_name(package);
  if (slot == nullptr) return std::nullopt;
  return meta::GroupVersion{std::string(slot->group), std::string(slot->version)};
}

std::vector<meta::GroupVersion> Scheme::group_versions() const {
  std::vector<meta::GroupVersion> all;
  for (const auto& slot : rep_->slots) all.push_back({std::string(slot->group), std::string(slot->version)});
  return all;
}

std::vector<std::string_view> Scheme::kinds(const meta::GroupVersion& gv) const {
  std::vector<std::string_view> names;
  if (const auto* own = package(gv.group, gv.version)) {
    for (const auto& kind : own->kinds()) names.push_back(kind.name);
  }
  return names;
}

}  // namespace pedalion::scheme
