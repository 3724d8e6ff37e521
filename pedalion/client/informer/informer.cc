#include "pedalion/client/informer/informer.h"

#include <deque>
#include <map>
#include <utility>

#include "pedalion/base/wait_list.h"
#include "pedalion/client/informer/reflector.h"
#include "pedalion/client/informer/store.h"

namespace pedalion::client::informer {
namespace {

ReflectorOptions reflector_options(const InformerOptions& options) {
  ReflectorOptions made{.label_selector = options.label_selector,
                        .field_selector = options.field_selector,
                        .page_size = options.page_size,
                        .watch_list = options.watch_list,
                        .seed = options.seed,
                        .clock = options.clock};
  made.backoff.first = options.first_backoff;
  made.backoff.last = options.last_backoff;
  return made;
}

}  // namespace

struct Informer::Rep final : ReflectorSink {
  Rep(std::unique_ptr<ListerWatcher> given, InformerOptions made)
      : options(std::move(made)),
        source(std::move(given)),
        waking(source->loop()),
        reflector(*source, *this, reflector_options(options)) {}

  api::Object shaped(api::Object object) const {
    return options.transform ? options.transform(std::move(object)) : object;
  }

  void replace(std::vector<api::Object> objects) override {
    if (options.transform) {
      for (api::Object& object : objects) object = options.transform(std::move(object));
    }
    store.replace(std::move(objects), [this](const Store::Change& change) { tell(change, !synced, false); });
    if (!std::exchange(synced, true)) waiting.notify_later(waking);
  }

  void apply(api::WatchEvent event) override {
    if (event.type != api::WatchEvent::Type::kDeleted)
      return tell(store.put(shaped(std::move(event.object))), false, true);
    Store::Change change = store.remove(event.object.namespace_(), event.object.name());
    if (!change.before) return;
    // As it was at its end, which may be newer than what was last seen.
    change.before = shaped(std::move(event.object));
    tell(change, false, true);
  }

  void failed(const Status& error) override {
    if (options.on_error) options.on_error(error);
  }

  /// Handlers that are added meanwhile find the change in the store.
  void tell(const Store::Change& change, bool initial, bool seen) {
    const std::size_t count = handlers.size();
    for (std::size_t i = 0; i < count; ++i) {
      const EventHandler& handler = handlers[i];
      if (!change.before) {
        if (handler.on_add) handler.on_add(change.now, initial);
      } else if (change.now) {
        if (handler.on_update) handler.on_update(change.before, change.now);
      } else if (handler.on_delete) {
        handler.on_delete(change.before, seen);
      }
    }
  }

  InformerOptions options;
  std::unique_ptr<ListerWatcher> source;
  Store store;
  std::deque<EventHandler> handlers;  // each stays where it is
  bool synced = false;
  WaitList waiting;  // for synced
  Timer waking;
  Reflector reflector;
};

Informer::Informer(api::ResourceClient resource, InformerOptions options)
    : Informer(make_lister_watcher(std::move(resource)), std::move(options)) {}
Informer::Informer(std::unique_ptr<ListerWatcher> source, InformerOptions options)
    : rep_(std::make_unique<Rep>(std::move(source), std::move(options))) {}
Informer::~Informer() { stop(); }

void Informer::add_index(std::string name,
                         std::function<void(const api::Object&, std::vector<std::string>&)> keys_of) {
  rep_->store.add_index(std::move(name), std::move(keys_of));
}

bool Informer::has_index(std::string_view name) const { return rep_->store.has_index(name); }

void Informer::add_handler(EventHandler handler) {
  const EventHandler& added = rep_->handlers.emplace_back(std::move(handler));
  if (!added.on_add) return;
  for (const api::Object& object : rep_->store.list()) added.on_add(object, true);
}

void Informer::start() { rep_->reflector.start(); }
void Informer::stop() { rep_->reflector.stop(); }
bool Informer::synced() const { return rep_->synced; }
Task<void> Informer::wait_for_sync() {
  while (!rep_->synced) co_await rep_->waiting.wait();
}

api::Object Informer::get(std::string_view namespace_name, std::string_view name) const {
  return rep_->store.get(namespace_name, name);
}
std::vector<api::Object> Informer::list() const { return rep_->store.list(); }
std::vector<api::Object> Informer::list(std::string_view namespace_name) const {
  return rep_->store.list(namespace_name);
}
std::vector<api::Object> Informer::by_index(std::string_view index, std::string_view key) const {
  return rep_->store.by_index(index, key);
}
std::size_t Informer::size() const { return rep_->store.size(); }
const std::string& Informer::resource_version() const { return rep_->reflector.resource_version(); }

struct InformerFactory::Rep {
  rest::RestClient& client;
  InformerOptions options;
  std::map<std::pair<meta::GroupVersionResource, std::string>, std::unique_ptr<Informer>> informers;
};

InformerFactory::InformerFactory(rest::RestClient& client, InformerOptions options)
    : rep_(std::make_unique<Rep>(client, std::move(options))) {}
InformerFactory::~InformerFactory() = default;

Informer& InformerFactory::of(const meta::GroupVersionResource& resource, std::string_view namespace_name) {
  auto& place = rep_->informers[{resource, std::string(namespace_name)}];
  if (!place) {
    auto client = api::ResourceClient(rep_->client, resource).in_namespace(namespace_name);
    place = std::make_unique<Informer>(std::move(client), rep_->options);
  }
  return *place;
}

void InformerFactory::start() {
  for (auto& [_, informer] : rep_->informers) informer->start();
}
void InformerFactory::stop() {
  for (auto& [_, informer] : rep_->informers) informer->stop();
}
Task<void> InformerFactory::wait_for_sync() {
  // None is ever taken out; one that is added while this waits is waited for, too, or comes before.
  for (auto& [_, informer] : rep_->informers) co_await informer->wait_for_sync();
}

}  // namespace pedalion::client::informer
