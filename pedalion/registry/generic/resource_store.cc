// Reading: gets, lists and watches, all answered by the cache.
#include "pedalion/registry/generic/resource_store.h"

#include <algorithm>

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/validation.h"
#include "pedalion/registry/generic/metadata.h"
#include "pedalion/registry/generic/read_options.h"

namespace pedalion::registry::generic {
namespace {

watchcache::CacheOptions cache_options(const ResourceConfig& config,
                                       const watchcache::JsonObjectDecoder& decoder) {
  watchcache::CacheOptions options;
  options.prefix = config.key_prefix;
  options.field_names = decoder.labels();
  options.resource_text = config.group_resource().text();
  return options;
}

/// `"x" is not a known field selector: only "metadata.name", "metadata.namespace"`.
Status unknown_field(const ResourceConfig& config, std::string_view field) {
  if (std::size_t at = config.unknown_field_text.find('$'); at != std::string_view::npos) {
    return meta::bad_request(std::string(config.unknown_field_text).replace(at, 1, field));
  }
  if (!config.names_known_fields || !config.fields.empty())
    return meta::bad_request("field label not supported: " + std::string(field));
  return meta::bad_request(meta::go_quoted(field) +
                           " is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
}

}  // namespace

ResourceStore::ResourceStore(storage::Store& store, const admission::Chain& admission, ResourceConfig config,
                             const Strategy& strategy)
    : store_(store),
      admission_(admission),
      config_(std::move(config)),
      main_{&strategy, {}},
      decoder_(config_.fields),
      cache_(watchcache::Cache::create(store, decoder_, cache_options(config_, decoder_))) {}

ResourceStore::~ResourceStore() = default;

std::string ResourceStore::key_of(std::string_view ns, std::string_view name) const {
  std::string key = config_.key_prefix;
  if (config_.namespaced) {
    key += ns;
    key += '/';
  }
  return key += name;
}

Result<std::string> ResourceStore::checked_key(const rest::RequestContext& context,
                                               std::string_view name) const {
  if (config_.namespaced && context.ns.empty())
    return std::unexpected(meta::bad_request("Namespace parameter required."));
  if (name.empty()) return std::unexpected(meta::bad_request("Name parameter required."));
  for (const std::string& problem : meta::path_segment_name_problems(name)) {
    return std::unexpected(
        meta::bad_request("Name parameter invalid: " + meta::go_quoted(name) + ": " + problem));
  }
  return key_of(context.ns, name);
}

Result<watchcache::Selection> ResourceStore::selection_of(const rest::RequestContext& context,
                                                          rest::ListOptions& options) const {
  for (const auto& requirement : options.fields.requirements()) {
    bool known = requirement.field == "metadata.name" || requirement.field == "metadata.namespace" ||
                 std::ranges::find(decoder_.labels(), requirement.field) != decoder_.labels().end();
    if (!known) return std::unexpected(unknown_field(config_, requirement.field));
  }
  watchcache::Selection selection;
  selection.prefix = config_.key_prefix;
  if (config_.namespaced && !context.ns.empty()) selection.prefix += context.ns + "/";
  bool one_place = !config_.namespaced || !context.ns.empty();
  if (const auto* name = options.fields.exact_match("metadata.name");
      name != nullptr && one_place && !name->empty() && meta::path_segment_name_problems(*name).empty()) {
    selection.prefix += *name;
    selection.single = true;
  }
  selection.labels = std::move(options.labels);
  selection.fields = std::move(options.fields);
  return selection;
}

Task<Result<rest::ObjectPtr>> ResourceStore::get(rest::RequestContext& context, std::string name,
                                                 rest::GetOptions options) {
  CO_TRY(std::string key, checked_key(context, name));
  CO_TRY(auto freshness, freshness_of(options.resource_version));
  CO_TRY(auto object, co_await cache_->get(std::move(key), freshness));
  if (!object) co_return std::unexpected(meta::not_found(config_.group_resource(), name));
  co_return object;
}

Task<Result<rest::ObjectList>> ResourceStore::list(rest::RequestContext& context, rest::ListOptions options) {
  CO_TRY(Page page, page_of(options));
  CO_TRY(auto selection, selection_of(context, options));
  std::string prefix =
      selection.single ? selection.prefix.substr(0, selection.prefix.rfind('/') + 1) : selection.prefix;
  watchcache::ListQuery query{
      .selection = std::move(selection), .freshness = page.freshness, .limit = page.limit};
  if (page.continued) query.start_after = prefix + page.start_after;
  auto found = co_await cache_->list(std::move(query));
  if (!found) {
    if (found.error().code == 410) co_return std::unexpected(expired_page(page));
    co_return std::unexpected(std::move(found).error());
  }
  rest::ObjectList list;
  list.revision = found->revision;
  if (found->more && !found->items.empty()) {
    std::string last = found->items.back()->key.substr(prefix.size());
    list.continue_token =
        encode_continue_token({.revision = static_cast<std::int64_t>(found->revision), .start = last + '\0'});
    list.remaining_item_count = found->remaining;
  }
  list.items = std::move(found->items);
  co_return list;
}

Task<Result<std::unique_ptr<watchcache::Subscription>>> ResourceStore::watch(rest::RequestContext& context,
                                                                             rest::ListOptions options) {
  watchcache::WatchQuery query;
  auto freshness = freshness_of(options.resource_version);
  if (!freshness) {
    // As kube-apiserver words it for watches: an error that nobody made a Status of.
    constexpr std::string_view kPrefix = "invalid resource version: ";
    co_return std::unexpected(Status(500, "", freshness.error().message.substr(kPrefix.size())));
  }
  query.freshness = *freshness;
  CO_TRY(query.selection, selection_of(context, options));
  query.bookmarks = options.allow_watch_bookmarks;
  query.send_initial_events = options.send_initial_events;
  query.timeout = std::chrono::seconds(options.timeout_seconds.value_or(0));
  co_return co_await cache_->watch(std::move(query));
}

Task<Result<rest::ObjectPtr>> ResourceStore::current(std::string key) {
  return cache_->get(std::move(key), watchcache::Freshness{});
}

void ResourceStore::note_write(storage::Revision revision) {
  storage::Revision last = written_.load();
  while (last < revision && !written_.compare_exchange_weak(last, revision)) {
  }
}

Bytes ResourceStore::encode(const Strategy& strategy, json::Document& object) const {
  strategy.canonicalize(object);
  order_metadata(object);
  return Bytes(json::to_string(object.root));
}

rest::ObjectPtr ResourceStore::shared_form(const std::string& key, Bytes bytes,
                                           storage::Revision revision) const {
  auto object = decoder_.decode(key, bytes, revision);
  return object ? *std::move(object) : nullptr;
}

rest::ObjectPtr ResourceStore::stored_form(const std::string& key, Bytes bytes,
                                           storage::Revision revision) const {
  auto cached = cache_->peek(key);
  return cached && cached->revision == revision ? cached : shared_form(key, std::move(bytes), revision);
}

Task<Result<rest::UpdateResult>> ResourceStore::update(rest::RequestContext& context, std::string name,
                                                       rest::MakeObject make, rest::WriteOptions options,
                                                       rest::CreateIfMissing missing,
                                                       rest::FieldTracking tracking) {
  return update_through(main_, context, std::move(name), std::move(make), std::move(options), missing,
                        tracking);
}

}  // namespace pedalion::registry::generic
