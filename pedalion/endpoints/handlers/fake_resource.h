#pragma once
// A resource without a store, for the tests of handlers: it remembers what it was asked and answers what it
// was told.
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/endpoints/handlers/call.h"
#include "pedalion/watchcache/subscription.h"

namespace pedalion::endpoints::testing {

using namespace registry::rest;

/// As a decoder would make it. `json` holds a metadata member.
inline ObjectPtr object_of(std::string json, storage::Revision revision = 0) {
  auto object = std::make_shared<watchcache::Object>();
  object->revision = revision;
  object->metadata_offset = static_cast<std::uint32_t>(json.find("\"metadata\""));
  object->json = Bytes(std::move(json));
  return object;
}

inline ObjectPtr config_map(const std::string& name, const std::string& value = "v",
                            storage::Revision revision = 7) {
  return object_of(R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":")" + name +
                       R"(","namespace":"n","resourceVersion":")" + std::to_string(revision) +
                       R"("},"data":{"k":")" + value + R"("}})",
                   revision);
}

/// Every capability. The members that end in _asked are what the last call brought along.
class FakeResource final : public Getter,
                           public Lister,
                           public Watcher,
                           public Creater,
                           public Updater,
                           public Deleter,
                           public CollectionDeleter,
                           public Connecter {
 public:
  Task<Result<ObjectPtr>> get(RequestContext&, std::string name, GetOptions options) override {
    name_asked = std::move(name);
    get_asked = std::move(options);
    co_return object;
  }
  Task<Result<ObjectList>> list(RequestContext&, ListOptions options) override {
    list_asked = std::move(options);
    co_return objects;
  }
  Task<Result<std::unique_ptr<watchcache::Subscription>>> watch(RequestContext&,
                                                                ListOptions options) override {
    list_asked = std::move(options);
    if (subscription == nullptr) co_return std::unexpected(object.error());
    co_return std::move(subscription);
  }
  Task<Result<ObjectPtr>> create(RequestContext&, std::string name, json::Document given,
                                 WriteOptions options) override {
    name_asked = std::move(name);
    written = json::to_string(given.root);
    write_asked = std::move(options);
    co_return object;
  }
  /// Asks `make` once for each of `current`, as after as many conflicts.
  Task<Result<UpdateResult>> update(RequestContext&, std::string name, MakeObject make, WriteOptions options,
                                    CreateIfMissing missing, FieldTracking tracking) override {
    name_asked = std::move(name);
    write_asked = std::move(options);
    missing_asked = missing;
    tracking_asked = tracking;
    for (const ObjectPtr& one : current) {
      CO_TRY(json::Document made, make(one.get()));
      written = json::to_string(made.root);
      all_written.push_back(written);
    }
    if (!object) co_return std::unexpected(object.error());
    co_return UpdateResult{.object = *object, .created = created};
  }
  Task<Result<DeleteResult>> remove(RequestContext&, std::string name, DeleteOptions options) override {
    name_asked = std::move(name);
    delete_asked = std::move(options);
    co_return deleted;
  }
  Task<Result<ObjectList>> remove_collection(RequestContext&, DeleteOptions options,
                                             ListOptions list) override {
    delete_asked = std::move(options);
    list_asked = std::move(list);
    co_return objects;
  }
  Task<http::Response> connect(RequestContext&, std::string name, std::string subpath,
                               http::Request request) override {
    name_asked = std::move(name);
    co_return http::Response(200, "text/plain", request.method + " " + subpath);
  }

  Result<ObjectPtr> object = config_map("a");
  Result<ObjectList> objects = ObjectList{};
  Result<DeleteResult> deleted = DeleteResult{};
  std::unique_ptr<watchcache::Subscription> subscription;  // null: watching fails as getting does
  std::vector<ObjectPtr> current = {config_map("a")};
  bool created = false;

  std::string name_asked, written;
  std::vector<std::string> all_written;
  GetOptions get_asked;
  ListOptions list_asked;
  WriteOptions write_asked;
  DeleteOptions delete_asked;
  CreateIfMissing missing_asked = CreateIfMissing::kByStrategy;
  FieldTracking tracking_asked = FieldTracking::kUpdate;
};

/// A body that comes in pieces of a few bytes.
class PiecewiseBody final : public http::BodyReader {
 public:
  explicit PiecewiseBody(std::string text) : text_(std::move(text)) {}
  Task<Result<Bytes>> read() override {
    constexpr std::size_t kPiece = 1000;
    std::string piece = text_.substr(0, kPiece);
    text_.erase(0, kPiece);
    co_return Bytes(std::move(piece));
  }

 private:
  std::string text_;
};

/// Calls handlers in process.
class Caller {
 public:
  explicit Caller(const char* kind = "ConfigMap", const char* resource_name = "configmaps") {
    static const scheme::Scheme kScheme;
    environment = std::make_unique<Environment>(Environment{.scheme = kScheme});
    resource.gvr = {"", "v1", resource_name};
    resource.kind = {"", "v1", kind};
    resource.type = kScheme.type(resource.kind);
    resource.namespaced = true;
    resource.getter = &fake;
    resource.lister = &fake;
    resource.watcher = &fake;
    resource.creater = &fake;
    resource.updater = &fake;
    resource.deleter = &fake;
    resource.collection_deleter = &fake;
    resource.connecter = &fake;
  }

  using HeaderList = std::vector<std::pair<std::string, std::string>>;

  http::Response send(VerbHandler handler, const std::string& method, const std::string& target,
                      const HeaderList& headers = {}, std::string body = "") {
    http::Request request;
    request.method = method;
    request.target = target;
    for (const auto& [name, value] : headers) request.headers.add(name, value);
    if (!body.empty()) request.body = std::make_unique<PiecewiseBody>(std::move(body));
    auto info = parse_request_info(method, target);
    context = RequestContext{.ns = info.ns, .user_agent = user_agent};
    return sync_wait(handler(Call{request, info, context, resource, *environment}));
  }

  FakeResource fake;
  Resource resource;
  std::unique_ptr<Environment> environment;
  std::string user_agent = "tester/1.0";
  RequestContext context;  // of the last call
};

/// The whole body, pulled `budget` bytes at a time when it is a stream; stops where nothing is there yet.
inline std::string text_of(http::Response& response, std::size_t budget = 100) {
  std::vector<Bytes> pieces = response.chunks;
  using Pull = http::BodyStream::Pull;
  while (response.stream && response.stream->pull(pieces, budget) == Pull::kMore) {
  }
  std::string text;
  for (const Bytes& piece : pieces) text += piece.view();
  return text;
}

}  // namespace pedalion::endpoints::testing
