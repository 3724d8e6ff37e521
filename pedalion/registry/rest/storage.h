#pragma once
// What a resource can do: one small interface a capability. The installer makes routes of those a resource
// declares.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/base/status.h"
#include "pedalion/base/task.h"
#include "pedalion/http/message.h"
#include "pedalion/registry/rest/context.h"
#include "pedalion/registry/rest/options.h"
#include "pedalion/watchcache/object.h"

namespace pedalion::watchcache {
class Subscription;
}

namespace pedalion::registry::rest {

using watchcache::ObjectPtr;

struct ObjectList {
  std::vector<ObjectPtr> items;  // in storage-key order
  storage::Revision revision = 0;
  std::string continue_token;
  std::optional<std::uint64_t> remaining_item_count;
};

class Getter {
 public:
  virtual ~Getter() = default;
  virtual Task<Result<ObjectPtr>> get(RequestContext& context, std::string name, GetOptions options) = 0;
};

class Lister {
 public:
  virtual ~Lister() = default;
  virtual Task<Result<ObjectList>> list(RequestContext& context, ListOptions options) = 0;
};

class Watcher {
 public:
  virtual ~Watcher() = default;
  /// Fails for what is an HTTP error; what Kubernetes reports inside the stream (410, …) is the stream's
  /// first event.
  virtual Task<Result<std::unique_ptr<watchcache::Subscription>>> watch(RequestContext& context,
                                                                        ListOptions options) = 0;
};

class Creater {
 public:
  virtual ~Creater() = default;
  /// `object`: decoded and normalized for the resource's kind (for a subresource: of the subresource's kind).
  /// `name`: the parent's name for subresources, else empty. Returns what was stored (or, dry run, would have
  /// been).
  virtual Task<Result<ObjectPtr>> create(RequestContext& context, std::string name, json::Document object,
                                         WriteOptions options) = 0;
};

struct UpdateResult {
  ObjectPtr object;
  bool created = false;
};

/// Makes the wanted object from the current one (null when there is none). Called again after a storage
/// conflict. Some makers want the current object's tree, too, where whoever asks has it already: they get it
/// to read, or null, and what they make may borrow its texts.
class MakeObject {
 public:
  using Current = const watchcache::Object*;
  using Tree = const json::Value*;

  template <class Maker>
    requires std::is_invocable_r_v<Result<json::Document>, Maker&, Current>
  MakeObject(Maker maker)
      : make_([made = std::move(maker)](Current current, Tree) mutable { return made(current); }) {}
  template <class Maker>
    requires std::is_invocable_r_v<Result<json::Document>, Maker&, Current, Tree>
  MakeObject(Maker maker) : make_(std::move(maker)) {}

  Result<json::Document> operator()(Current current, Tree tree = nullptr) const {
    return make_(current, tree);
  }

 private:
  std::function<Result<json::Document>(Current, Tree)> make_;
};

/// When the object is missing: as the resource's strategy says, or always (apply), or never (patch).
enum class CreateIfMissing : std::uint8_t { kByStrategy, kAlways, kNever };

/// Who keeps metadata.managedFields: the registry tracks an Update of WriteOptions::field_manager, or the
/// maker of the object (server-side apply) has done it.
enum class FieldTracking : std::uint8_t { kUpdate, kDone };

class Updater {
 public:
  virtual ~Updater() = default;
  virtual Task<Result<UpdateResult>> update(RequestContext& context, std::string name, MakeObject make,
                                            WriteOptions options, CreateIfMissing missing,
                                            FieldTracking tracking) = 0;
};

struct DeleteResult {
  ObjectPtr object;             // the last, or the now terminating, state
  bool deleted = false;         // gone from the store (or, dry run, would be)
  bool returns_object = false;  // the answer is the object, not a Status with its details
};

class Deleter {
 public:
  virtual ~Deleter() = default;
  virtual Task<Result<DeleteResult>> remove(RequestContext& context, std::string name,
                                            DeleteOptions options) = 0;
};

class CollectionDeleter {
 public:
  virtual ~CollectionDeleter() = default;
  /// Returns the objects as they were read before their deletion.
  virtual Task<Result<ObjectList>> remove_collection(RequestContext& context, DeleteOptions options,
                                                     ListOptions list) = 0;
};

/// exec, attach, portforward, proxy, log: the request itself is handed on.
class Connecter {
 public:
  virtual ~Connecter() = default;
  virtual Task<http::Response> connect(RequestContext& context, std::string name, std::string subpath,
                                       http::Request request) = 0;
};

}  // namespace pedalion::registry::rest
