#include "pedalion/client/api/dynamic_client.h"

#include "pedalion/apimachinery/json/cursor.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/errors.h"

namespace pedalion::client::api {
namespace {

constexpr std::int64_t kPage = 500;

void add_param(rest::Request& request, std::string_view name, std::string_view value) {
  if (!value.empty()) request.param(name, value);
}

void add_options(rest::Request& request, const ListOptions& options) {
  add_param(request, "labelSelector", options.label_selector);
  add_param(request, "fieldSelector", options.field_selector);
  add_param(request, "resourceVersion", options.resource_version);
  add_param(request, "resourceVersionMatch", options.resource_version_match);
  add_param(request, "continue", options.continue_token);
  if (options.limit > 0) request.param("limit", std::to_string(options.limit));
}

void add_options(rest::Request& request, const WatchOptions& options) {
  request.param("watch", "true");
  add_param(request, "labelSelector", options.label_selector);
  add_param(request, "fieldSelector", options.field_selector);
  add_param(request, "resourceVersion", options.resource_version);
  add_param(request, "resourceVersionMatch", options.resource_version_match);
  if (options.timeout.count() > 0) request.param("timeoutSeconds", std::to_string(options.timeout.count()));
  if (options.allow_bookmarks) request.param("allowWatchBookmarks", "true");
  if (options.send_initial_events) request.param("sendInitialEvents", "true");
}

void add_options(rest::Request& request, const WriteOptions& options) {
  if (options.dry_run) request.param("dryRun", "All");
  add_param(request, "fieldManager", options.field_manager);
  add_param(request, "fieldValidation", options.field_validation);
}

std::string_view text_of(Propagation propagation) {
  switch (propagation) {
    case Propagation::kDefault:
      return "";
    case Propagation::kOrphan:
      return "Orphan";
    case Propagation::kBackground:
      return "Background";
    case Propagation::kForeground:
      return "Foreground";
  }
  return "";
}

Bytes body_of(const DeleteOptions& options) {
  json::Arena arena;
  auto text = [&](std::string_view value) { return json::Value::string(value); };
  json::Value body = json::Value::object(arena, 6);
  body.set("kind", text("DeleteOptions"), arena);
  body.set("apiVersion", text("v1"), arena);
  if (options.grace_period_seconds)
    body.set("gracePeriodSeconds", json::Value::integer(*options.grace_period_seconds), arena);
  if (options.propagation != Propagation::kDefault)
    body.set("propagationPolicy", text(text_of(options.propagation)), arena);
  if (!options.uid.empty()) body.object_at("preconditions", arena).set("uid", text(options.uid), arena);
  if (!options.resource_version.empty())
    body.object_at("preconditions", arena).set("resourceVersion", text(options.resource_version), arena);
  if (options.dry_run) {
    json::Value all = json::Value::array(arena, 1);
    all.push_back(text("All"), arena);
    body.set("dryRun", all, arena);
  }
  return Bytes(json::to_string(body));
}

/// What a list says of itself, and where its items lie.
struct ListScan {
  std::string api_version, kind, resource_version, continue_token;
  std::int64_t remaining = 0;
  std::vector<std::string_view> items;
};

bool take_text(json::Cursor& cursor, std::string& out) {
  if (cursor.peek() != '"') return cursor.skip_value();
  json::ScannedText text;
  if (!cursor.string(text)) return false;
  json::unescape(text.raw, out);
  return true;
}

bool scan_list_metadata(json::Cursor& cursor, ListScan& scan) {
  return cursor.for_each_member([&](const json::ScannedText& key) {
    if (key.raw == "resourceVersion") return take_text(cursor, scan.resource_version);
    if (key.raw == "continue") return take_text(cursor, scan.continue_token);
    if (key.raw != "remainingItemCount") return cursor.skip_value();
    std::string_view number;
    if (!cursor.scalar(number)) return false;
    scan.remaining = std::strtoll(std::string(number).c_str(), nullptr, 10);
    return true;
  });
}

bool scan_list(std::string_view text, ListScan& scan) {
  json::Cursor cursor(text);
  cursor.skip_space();
  return cursor.for_each_member([&](const json::ScannedText& key) {
    if (key.raw == "apiVersion") return take_text(cursor, scan.api_version);
    if (key.raw == "kind") return take_text(cursor, scan.kind);
    if (key.raw == "metadata" && cursor.peek() == '{') return scan_list_metadata(cursor, scan);
    if (key.raw != "items" || cursor.peek() != '[') return cursor.skip_value();
    return cursor.for_each_element([&] {
      auto begin = cursor.offset();
      if (!cursor.skip_value()) return false;
      scan.items.push_back(cursor.since(begin));
      return true;
    });
  });
}

Result<ObjectList> read_list(const Bytes& body) {
  ListScan scan;
  if (!scan_list(body.view(), scan))
    return std::unexpected(Status(422, "Invalid", "what the server sent is no list in JSON"));
  if (scan.kind.ends_with("List")) scan.kind.resize(scan.kind.size() - 4);
  ObjectList list{std::move(scan.resource_version), std::move(scan.continue_token), scan.remaining, {}};
  list.items.reserve(scan.items.size());
  for (std::string_view item : scan.items) {
    TRY(Object object, Object::read_item(item, scan.api_version, scan.kind));
    list.items.push_back(std::move(object));
  }
  return list;
}

Task<Result<Object>> object_of(rest::Request request) {
  CO_TRY(rest::Response response, co_await request.send());
  co_return Object::read(std::move(response.body));
}

}  // namespace

ResourceClient ResourceClient::in_namespace(std::string_view name) const {
  ResourceClient made = *this;
  made.namespace_ = name;
  return made;
}

rest::Request ResourceClient::request(rest::Request base, std::string_view name,
                                      std::string_view subresource) const {
  base.group_version(resource_.group_version());
  if (!namespace_.empty()) base.in_namespace(namespace_);
  base.resource(resource_.resource);
  if (!name.empty()) base.name(name);
  if (!subresource.empty()) base.subresource(subresource);
  return base;
}

Task<Result<Object>> ResourceClient::get(std::string name, GetOptions options) const {
  auto get = request(client_->get(), "", "").name(name);
  add_param(get, "resourceVersion", options.resource_version);
  return object_of(std::move(get));
}

Task<Result<ObjectList>> ResourceClient::list(ListOptions options) const {
  auto get = request(client_->get(), "", "");
  add_options(get, options);
  return list_of(std::move(get));
}

Task<Result<ObjectList>> ResourceClient::list_of(rest::Request get) {
  CO_TRY(rest::Response response, co_await get.send());
  co_return read_list(response.body);
}

Task<Result<void>> ResourceClient::for_each_page(ListOptions options,
                                                 std::function<bool(ObjectList&&)> visit) const {
  return pages_of(*this, std::move(options), std::move(visit));
}

Task<Result<void>> ResourceClient::pages_of(ResourceClient self, ListOptions options,
                                            std::function<bool(ObjectList&&)> visit) {
  if (options.limit == 0) options.limit = kPage;
  while (true) {
    CO_TRY(ObjectList page, co_await self.list(options));
    options.continue_token = page.continue_token;
    // A token says which version and in which way: the server refuses both beside it.
    options.resource_version.clear();
    options.resource_version_match.clear();
    if (!visit(std::move(page)) || options.continue_token.empty()) co_return Result<void>();
  }
}

Task<Result<Watch>> ResourceClient::watch(WatchOptions options) const {
  auto get = request(client_->get(), "", "");
  add_options(get, options);
  return watch_of(std::move(get));
}

Task<Result<Watch>> ResourceClient::watch_of(rest::Request get) {
  CO_TRY(rest::Stream stream, co_await get.stream());
  co_return Watch(std::move(stream));
}

Task<Result<Object>> ResourceClient::create(Bytes object, WriteOptions options, std::string name,
                                            std::string subresource) const {
  auto post = request(client_->post(), name, subresource);
  add_options(post, options);
  return object_of(std::move(post.body(std::move(object))));
}

Task<Result<Object>> ResourceClient::update(std::string name, Bytes object, WriteOptions options,
                                            std::string subresource) const {
  auto put = request(client_->put(), "", subresource).name(name);
  add_options(put, options);
  return object_of(std::move(put.body(std::move(object))));
}

Task<Result<Object>> ResourceClient::patch(std::string name, rest::PatchType type, Bytes patch,
                                           PatchOptions options, std::string subresource) const {
  auto send = request(client_->patch(type), "", subresource).name(name);
  add_options(send, options);
  if (options.force) send.param("force", *options.force ? "true" : "false");
  return object_of(std::move(send.body(std::move(patch), rest::content_type_of(type))));
}

Task<Result<Object>> ResourceClient::apply(std::string name, Bytes configuration, PatchOptions options,
                                           std::string subresource) const {
  return patch(std::move(name), rest::PatchType::kApply, std::move(configuration), std::move(options),
               std::move(subresource));
}

Task<Result<Object>> ResourceClient::remove(std::string name, DeleteOptions options) const {
  auto send = request(client_->delete_(), "", "").name(name);
  return object_of(std::move(send.body(body_of(options))));
}

Task<Result<void>> ResourceClient::remove_all(DeleteOptions options, ListOptions selection) const {
  auto send = request(client_->delete_(), "", "");
  add_options(send, selection);
  return done_of(std::move(send.body(body_of(options))));
}

Task<Result<void>> ResourceClient::done_of(rest::Request request) {
  CO_TRY_OK(co_await request.send());
  co_return Result<void>();
}

}  // namespace pedalion::client::api
