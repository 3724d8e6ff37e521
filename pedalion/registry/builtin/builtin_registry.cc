#include "pedalion/registry/builtin/builtin_registry.h"

#include <algorithm>
#include <cctype>
#include <deque>
#include <map>

#include "pedalion/admission/plugins/plugins.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/registry/builtin/admin_access.h"
#include "pedalion/registry/builtin/admission_cluster.h"
#include "pedalion/registry/builtin/kinds/index/index.h"
#include "pedalion/registry/builtin/printers/printers.h"
#include "pedalion/registry/builtin/stored_resource.h"
#include "pedalion/registry/builtin/subresources/pod_doors.h"
#include "pedalion/registry/builtin/subresources/scale.h"
#include "pedalion/registry/builtin/subresources/token.h"
#include "pedalion/registry/builtin/virtuals/component_statuses.h"
#include "pedalion/registry/builtin/virtuals/connecters.h"
#include "pedalion/registry/builtin/virtuals/reviews.h"
#include "pedalion/registry/generic/admitted_creater.h"
#include "pedalion/registry/generic/resource_store.h"

namespace pedalion::registry::builtin {

using catalog::ResourceFacts;
using catalog::Subresource;
using catalog::SubVerbs;
using conversion::Capabilities;
using conversion::VersionView;
using rest::Resource;

namespace {

std::vector<std::string> words_of(std::string_view list) {
  std::vector<std::string> words;
  while (!list.empty()) {
    std::string_view word = list.substr(0, list.find(','));
    words.emplace_back(word);
    list.remove_prefix(std::min(list.size(), word.size() + 1));
  }
  return words;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& letter : out) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return out;
}

void attach(Resource& row, const Capabilities& capabilities, catalog::Verbs verbs) {
  row.getter = capabilities.getter;
  row.lister = capabilities.lister;
  if (verbs == catalog::Verbs::kGetList) return;
  row.watcher = capabilities.watcher;
  row.creater = capabilities.creater;
  row.updater = capabilities.updater;
  row.deleter = capabilities.deleter;
  if (verbs == catalog::Verbs::kAll) row.collection_deleter = capabilities.collection_deleter;
}

}  // namespace

struct BuiltinRegistry::Rep {
  Rep(storage::Store& store, const scheme::Scheme& scheme, Options options)
      : store(store), scheme(scheme), options(std::move(options)) {}

  Result<void> build();
  Result<void> add_allocators();
  rest::ApiGroupVersion build_version(const catalog::GroupFacts& group, std::string_view version);
  void add_resource(const catalog::GroupFacts& group, std::string_view version, const ResourceFacts& facts,
                    std::vector<Resource>& rows);
  Resource row_of(std::string_view group, std::string_view version, const ResourceFacts& facts);
  /// To and from the other version that the kind is served in; empty when there is none.
  managedfields::Convert convert_of(const meta::GroupVersionKind& kind) const;
  rest::Creater* admitted(const Resource& row, rest::Creater& inner);
  void fill_virtual(Resource& row);
  void add_subresource(const Resource& parent, const ResourceFacts& facts, const Subresource& sub,
                       StoredResource& stored, std::vector<Resource>& rows);
  void fill_read_write(Resource& row, const Resource& parent, StoredResource& stored);
  void fill_connect(Resource& row, const Resource& parent, const Subresource& sub);
  void fill_create(Resource& row, const Resource& parent, StoredResource& stored);
  Capabilities seen(const Resource& row, const Capabilities& stored, const StoredResource& resource);
  StoredResource& stored_for(std::string_view group, std::string_view resource);
  StoredResource* find_stored(std::string_view group, std::string_view resource) const;

  /// Keeps what a row points to.
  template <class Thing, class... Arguments>
  Thing* keep(Arguments&&... arguments) {
    auto made = std::make_shared<Thing>(std::forward<Arguments>(arguments)...);
    kept.push_back(made);
    return made.get();
  }

  storage::Store& store;
  const scheme::Scheme& scheme;
  const Options options;
  admission::Chain admission;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<StoredResource>, std::less<>> stored;
  std::deque<std::shared_ptr<void>> kept;  // destroyed before `stored`
  std::vector<rest::ApiGroupInfo> groups;
};

/// Events of both groups are those of the core group; all else is stored in its group's first version.
StoredResource& BuiltinRegistry::Rep::stored_for(std::string_view group, std::string_view resource) {
  if (resource == "events") group = "";
  auto key = std::pair(std::string(group), std::string(resource));
  auto& found = stored[key];
  if (found != nullptr) return *found;
  StoredSetup setup;
  setup.store = &store;
  setup.admission = &admission;
  setup.scheme = &scheme;
  setup.facts = catalog::find(group, resource);
  setup.group = group;
  for (const catalog::GroupFacts& facts : catalog::groups()) {
    if (facts.group == group) setup.version = words_of(facts.versions).front();
  }
  setup.key_prefix = options.key_prefix;
  if (resource == "events") setup.ttl = options.event_ttl;
  found = StoredResource::create(std::move(setup));
  return *found;
}

StoredResource* BuiltinRegistry::Rep::find_stored(std::string_view group, std::string_view resource) const {
  auto found = stored.find(std::pair(std::string(group), std::string(resource)));
  return found == stored.end() ? nullptr : found->second.get();
}

managedfields::Convert BuiltinRegistry::Rep::convert_of(const meta::GroupVersionKind& kind) const {
  auto known = conversion::conversion_of(scheme, kind);
  if (!known) known = conversion::conversion_from(scheme, kind);
  return known ? conversion::converter(*known) : managedfields::Convert();
}

Resource BuiltinRegistry::Rep::row_of(std::string_view group, std::string_view version,
                                      const ResourceFacts& facts) {
  Resource row;
  row.gvr = {std::string(group), std::string(version), std::string(facts.resource)};
  row.kind = {row.gvr.group, row.gvr.version, std::string(facts.kind)};
  row.type = scheme.type(row.kind);
  row.namespaced = facts.namespaced();
  row.singular_name = facts.singular.empty() ? lower(facts.kind) : std::string(facts.singular);
  row.short_names = words_of(facts.short_names);
  row.categories = words_of(facts.categories);
  row.storage_version_hash = facts.storage_version_hash;
  for (const catalog::FieldLabel& field : facts.fields) row.selectable_fields.emplace_back(field.label);
  row.deprecation_warning = facts.deprecation;
  row.table = printers::find(group, facts.resource);
  auto view = conversion::conversion_of(scheme, row.kind);
  if (view && row.table != nullptr) row.table = keep<conversion::ViewTable>(*std::move(view), *row.table);
  row.convert = convert_of(row.kind);
  return row;
}

/// The stored capabilities as this row's version shows them.
Capabilities BuiltinRegistry::Rep::seen(const Resource& row, const Capabilities& capabilities,
                                        const StoredResource& resource) {
  std::optional<conversion::Conversion> known = conversion::conversion_of(scheme, row.kind);
  if (!known) return capabilities;
  if (row.gvr.group != resource.kind().group) {
    if (const kinds::KindRules* rules = kinds::index::find(row.gvr.group, row.gvr.resource)) {
      known->validate = rules->validate;
      known->validate_update = rules->validate_update;
    }
  }
  meta::GroupResource name{row.gvr.group, row.gvr.resource};
  auto* view = keep<VersionView>(*std::move(known), capabilities, std::move(name), row.subresource,
                                 &resource.reset_fields(row.subresource));
  Capabilities shown;
  if (capabilities.getter != nullptr) shown.getter = view;
  if (capabilities.lister != nullptr) shown.lister = view;
  if (capabilities.watcher != nullptr) shown.watcher = view;
  if (capabilities.creater != nullptr) shown.creater = view;
  if (capabilities.updater != nullptr) shown.updater = view;
  if (capabilities.deleter != nullptr) shown.deleter = view;
  if (capabilities.collection_deleter != nullptr) shown.collection_deleter = view;
  return shown;
}

rest::Creater* BuiltinRegistry::Rep::admitted(const Resource& row, rest::Creater& inner) {
  generic::Posted posted{row.gvr, row.kind, row.subresource, row.type};
  return keep<generic::AdmittedCreater>(admission, std::move(posted), inner);
}

void BuiltinRegistry::Rep::fill_virtual(Resource& row) {
  if (row.gvr.resource == "componentstatuses") {
    auto* statuses = keep<virtuals::ComponentStatuses>(store);
    row.getter = statuses;
    row.lister = statuses;
  } else if (row.gvr.resource == "bindings") {
    row.creater =
        admitted(row, *keep<subresources::BindingCreater>(*stored_for("", "pods").door("binding").updater));
  } else {
    std::shared_ptr<rest::Creater> review =
        virtuals::make_review(row.gvr.resource, *row.type, options.access);
    kept.push_back(review);
    row.creater = admitted(row, *review);
  }
}

void BuiltinRegistry::Rep::fill_read_write(Resource& row, const Resource& parent, StoredResource& resource) {
  if (row.subresource == "scale") {
    Capabilities main = resource.capabilities();
    auto* scale = keep<subresources::ScaleAccess>(
        subresources::Scaled{parent.gvr, parent.type, row.type, main.getter, main.updater});
    row.getter = scale;
    row.updater = scale;
    row.table = nullptr;
    return;
  }
  Capabilities door = seen(row, resource.door(row.subresource), resource);
  row.getter = door.getter;
  row.updater = door.updater;
  row.reset_fields = &resource.reset_fields(row.subresource);
  row.convert = convert_of(row.kind);
}

void BuiltinRegistry::Rep::fill_connect(Resource& row, const Resource& parent, const Subresource& sub) {
  auto getter = [&](std::string_view resource) -> rest::Getter& {
    return *stored_for("", resource).capabilities().getter;
  };
  virtuals::Ends ends{getter("pods"), getter("nodes"), getter("services"), getter("endpoints")};
  if (parent.gvr.resource == "pods") {
    row.connecter = keep<virtuals::PodConnecter>(ends, sub.name);
  } else if (parent.gvr.resource == "nodes") {
    row.connecter = keep<virtuals::NodeProxy>(ends);
  } else {
    row.connecter = keep<virtuals::ServiceProxy>(ends);
  }
  if (sub.verbs == SubVerbs::kGet) row.connect_methods = {"get"};
  if (sub.verbs == SubVerbs::kStream) row.connect_methods = {"create", "get"};
  if (sub.verbs == SubVerbs::kProxy) row.connect_methods = {"create", "delete", "get", "patch", "update"};
}

void BuiltinRegistry::Rep::fill_create(Resource& row, const Resource& parent, StoredResource& resource) {
  if (row.subresource == "binding") {
    row.creater = keep<subresources::BindingCreater>(*resource.door("binding").updater);
  } else if (row.subresource == "eviction") {
    StoredResource& budgets = stored_for("policy", "poddisruptionbudgets");
    Capabilities main = resource.capabilities();
    row.creater = keep<subresources::EvictionCreater>(subresources::Evicted{
        main.getter, main.deleter, resource.door("status").updater, &resource.type(),
        budgets.capabilities().lister, budgets.door("status").updater, &budgets.type()});
  } else {
    row.creater = keep<subresources::TokenCreater>(
        *parent.getter,
        subresources::Bindable{stored_for("", "pods").capabilities().getter,
                               stored_for("", "secrets").capabilities().getter,
                               stored_for("", "nodes").capabilities().getter},
        *row.type, options.access);
  }
}

void BuiltinRegistry::Rep::add_subresource(const Resource& parent, const ResourceFacts& facts,
                                           const Subresource& sub, StoredResource& resource,
                                           std::vector<Resource>& rows) {
  Resource row;
  row.gvr = parent.gvr;
  row.subresource = sub.name;
  row.kind = parent.kind;
  if (!sub.kind.empty()) row.kind.kind = sub.kind;
  if (!sub.api_version.empty()) {
    auto version = meta::GroupVersion::parse(sub.api_version).value();
    row.kind.group = version.group;
    row.kind.version = version.version;
  }
  if (!sub.also_accepts.empty()) row.also_accepts = meta::GroupVersion::parse(sub.also_accepts).value();
  row.type = scheme.type(row.kind);
  row.namespaced = facts.namespaced();
  row.deprecation_warning = parent.deprecation_warning;
  row.table = parent.table;
  switch (sub.verbs) {
    case SubVerbs::kReadWrite:
      fill_read_write(row, parent, resource);
      break;
    case SubVerbs::kUpdate:
      row.updater = resource.door(row.subresource).updater;
      row.patchable = false;
      break;
    case SubVerbs::kCreate:
      fill_create(row, parent, resource);
      row.creater = admitted(row, *row.creater);
      break;
    case SubVerbs::kGet:
    case SubVerbs::kStream:
    case SubVerbs::kProxy:
      fill_connect(row, parent, sub);
      break;
  }
  rows.push_back(std::move(row));
}

void BuiltinRegistry::Rep::add_resource(const catalog::GroupFacts& group, std::string_view version,
                                        const ResourceFacts& facts, std::vector<Resource>& rows) {
  Resource row = row_of(group.group, version, facts);
  if (facts.has(catalog::kNotStored)) {
    fill_virtual(row);
    rows.push_back(std::move(row));
    return;
  }
  StoredResource& resource = stored_for(group.group, facts.resource);
  attach(row, seen(row, resource.capabilities(), resource), facts.verbs);
  row.reset_fields = &resource.reset_fields("");
  rows.push_back(row);
  for (const Subresource& sub : facts.subresources) add_subresource(row, facts, sub, resource, rows);
}

rest::ApiGroupVersion BuiltinRegistry::Rep::build_version(const catalog::GroupFacts& group,
                                                          std::string_view version) {
  rest::ApiGroupVersion built;
  built.group_version = {std::string(group.group), std::string(version)};
  for (const ResourceFacts& facts : group.resources) add_resource(group, version, facts, built.resources);
  return built;
}

Result<void> BuiltinRegistry::Rep::add_allocators() {
  allocation::ServiceRanges ranges;
  ranges.first_node_port = options.first_node_port;
  ranges.last_node_port = options.last_node_port;
  for (const std::string& text : options.service_cluster_ip_ranges) {
    TRY(allocation::AddressRange range, allocation::AddressRange::parse(text));
    ranges.addresses.push_back(std::move(range));
  }
  if (ranges.addresses.empty()) return std::unexpected(meta::bad_request("there is no range of cluster IPs"));
  Capabilities addresses = stored_for("networking.k8s.io", "ipaddresses").capabilities();
  auto* allocator = keep<allocation::ServiceAllocator>(
      store, options.key_prefix, allocation::AddressObjects{addresses.creater, addresses.deleter}, ranges);
  StoredResource& services = stored_for("", "services");
  services.set_allocator(service_allocations(*allocator, services.type()));
  for (std::string_view claims : {"resourceclaims", "resourceclaimtemplates"}) {
    StoredResource& resource = stored_for("resource.k8s.io", claims);
    rest::Getter& namespaces = *stored_for("", "namespaces").capabilities().getter;
    resource.set_allocator(std::make_unique<AdminAccess>(namespaces, resource.kind()));
  }
  return {};
}

Result<void> BuiltinRegistry::Rep::build() {
  auto* cluster = keep<AdmissionCluster>(
      [this](std::string_view group, std::string_view resource) { return find_stored(group, resource); });
  auto* authorizer = keep<AdmissionAuthorizer>(options.access);
  admission::plugins::add_plugins(admission, options.admission_plugins, {*cluster, *authorizer});
  TRY_OK(add_allocators());
  for (const catalog::GroupFacts& group : catalog::groups()) {
    rest::ApiGroupInfo info;
    info.group = group.group;
    for (const std::string& version : words_of(group.versions)) {
      info.versions.push_back(build_version(group, version));
    }
    groups.push_back(std::move(info));
  }
  return {};
}

BuiltinRegistry::BuiltinRegistry(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}
BuiltinRegistry::~BuiltinRegistry() = default;

Result<std::unique_ptr<BuiltinRegistry>> BuiltinRegistry::create(storage::Store& store,
                                                                 const scheme::Scheme& scheme,
                                                                 Options options) {
  auto rep = std::make_unique<Rep>(store, scheme, std::move(options));
  TRY_OK(rep->build());
  return std::unique_ptr<BuiltinRegistry>(new BuiltinRegistry(std::move(rep)));
}

const std::vector<rest::ApiGroupInfo>& BuiltinRegistry::groups() const { return rep_->groups; }

generic::ResourceStore* BuiltinRegistry::store(std::string_view group, std::string_view resource) {
  StoredResource* found = rep_->find_stored(group, resource);
  return found == nullptr ? nullptr : &found->store();
}

admission::Chain& BuiltinRegistry::admission() { return rep_->admission; }

const Resource* BuiltinRegistry::find(std::string_view group, std::string_view resource,
                                      std::string_view subresource) const {
  for (const rest::ApiGroupInfo& info : rep_->groups) {
    if (info.group != group) continue;
    for (const Resource& row : info.versions.front().resources) {
      if (row.gvr.resource == resource && row.subresource == subresource) return &row;
    }
  }
  return nullptr;
}

}  // namespace pedalion::registry::builtin
