#pragma once
// Verbs on types of one's own: what Object is to JSON, a T is to the program.
#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/client/api/dynamic_client.h"

namespace pedalion::client::api {

/// What a type says to be one: where it is served, and how it is read and written. Members of T itself:
///
///     static meta::GroupVersionResource resource();
///     static Result<T> from_json(const json::Value& object);
///     json::Value to_json(json::Arena& arena) const;   // with apiVersion and kind
template <class T>
concept Kind = requires(const T& object, const json::Value& value, json::Arena& arena) {
  { T::resource() } -> std::convertible_to<meta::GroupVersionResource>;
  { T::from_json(value) } -> std::same_as<Result<T>>;
  { object.to_json(arena) } -> std::same_as<json::Value>;
};

template <Kind T>
Result<T> read_as(const Object& object) {
  json::Document document = object.parse();
  return T::from_json(document.root);
}

template <Kind T>
Bytes bytes_of(const T& object) {
  json::Arena arena;
  return Bytes(json::to_string(object.to_json(arena)));
}

template <Kind T>
struct TypedList {
  std::string resource_version, continue_token;
  std::vector<T> items;
};

template <Kind T>
struct TypedEvent {
  WatchEvent::Type type = WatchEvent::Type::kAdded;
  std::optional<T> object;       // of kAdded, kModified, kDeleted
  std::string resource_version;  // of all but kError
  Status error;                  // of kError
};

/// A Watch whose objects are Ts.
template <Kind T>
class TypedWatch {
 public:
  explicit TypedWatch(Watch watch) : watch_(std::move(watch)) {}
  /// As Watch::next(); fails with from_json's error, too.
  Task<Result<std::optional<TypedEvent<T>>>> next() {
    CO_TRY(auto event, co_await watch_.next());
    if (!event) co_return std::optional<TypedEvent<T>>();
    TypedEvent<T> made{event->type, {}, std::string(event->object.resource_version()), event->error};
    if (event->type != WatchEvent::Type::kBookmark && event->type != WatchEvent::Type::kError) {
      CO_TRY(T object, read_as<T>(event->object));
      made.object.emplace(std::move(object));
    }
    co_return std::optional(std::move(made));
  }

 private:
  Watch watch_;
};

/// ResourceClient for one type: the same verbs, options and lifetimes. What a T does not hold, an update
/// takes away: types that know only a part of an object should patch or apply.
template <Kind T>
class Api {
 public:
  explicit Api(rest::RestClient& client) : resource_(client, T::resource()) {}
  explicit Api(ResourceClient resource) : resource_(std::move(resource)) {}
  Api in_namespace(std::string_view name) const { return Api(resource_.in_namespace(name)); }

  Task<Result<T>> get(std::string name, GetOptions options = {}) const {
    return typed(resource_.get(std::move(name), std::move(options)));
  }
  Task<Result<TypedList<T>>> list(ListOptions options = {}) const {
    return typed_list(resource_.list(std::move(options)));
  }
  Task<Result<TypedWatch<T>>> watch(WatchOptions options = {}) const {
    return typed_watch(resource_.watch(std::move(options)));
  }
  Task<Result<T>> create(const T& object, WriteOptions options = {}) const {
    return typed(resource_.create(bytes_of(object), std::move(options)));
  }
  Task<Result<T>> update(std::string name, const T& object, WriteOptions options = {},
                         std::string subresource = {}) const {
    return typed(
        resource_.update(std::move(name), bytes_of(object), std::move(options), std::move(subresource)));
  }
  Task<Result<T>> patch(std::string name, rest::PatchType type, Bytes patch, PatchOptions options = {},
                        std::string subresource = {}) const {
    return typed(
        resource_.patch(std::move(name), type, std::move(patch), std::move(options), std::move(subresource)));
  }
  /// Server-side apply of what `configuration` holds; needs options.field_manager.
  Task<Result<T>> apply(std::string name, const T& configuration, PatchOptions options,
                        std::string subresource = {}) const {
    return typed(resource_.apply(std::move(name), bytes_of(configuration), std::move(options),
                                 std::move(subresource)));
  }
  Task<Result<Object>> remove(std::string name, DeleteOptions options = {}) const {
    return resource_.remove(std::move(name), std::move(options));
  }
  const ResourceClient& untyped() const { return resource_; }

 private:
  static Task<Result<T>> typed(Task<Result<Object>> task) {
    CO_TRY(Object object, co_await std::move(task));
    co_return read_as<T>(object);
  }
  static Task<Result<TypedList<T>>> typed_list(Task<Result<ObjectList>> task) {
    CO_TRY(ObjectList list, co_await std::move(task));
    TypedList<T> made{std::move(list.resource_version), std::move(list.continue_token), {}};
    made.items.reserve(list.items.size());
    for (const Object& item : list.items) {
      CO_TRY(T object, read_as<T>(item));
      made.items.push_back(std::move(object));
    }
    co_return made;
  }
  static Task<Result<TypedWatch<T>>> typed_watch(Task<Result<Watch>> task) {
    CO_TRY(Watch watch, co_await std::move(task));
    co_return TypedWatch<T>(std::move(watch));
  }

  ResourceClient resource_;
};

}  // namespace pedalion::client::api
