#include "pedalion/client/informer/lister_watcher.h"

#include <utility>

namespace pedalion::client::informer {
namespace {

class ServerEvents final : public EventSource {
 public:
  explicit ServerEvents(api::Watch watch) : watch_(std::move(watch)) {}
  Task<Result<std::optional<api::WatchEvent>>> next() override { return watch_.next(); }

 private:
  api::Watch watch_;
};

class ServerListerWatcher final : public ListerWatcher {
 public:
  explicit ServerListerWatcher(api::ResourceClient resource) : resource_(std::move(resource)) {}
  Loop& loop() override { return resource_.client().loop(); }
  Task<Result<api::ObjectList>> list(api::ListOptions options) override {
    return resource_.list(std::move(options));
  }
  Task<Result<std::unique_ptr<EventSource>>> watch(api::WatchOptions options) override {
    CO_TRY(auto watch, co_await resource_.watch(std::move(options)));
    co_return std::make_unique<ServerEvents>(std::move(watch));
  }

 private:
  api::ResourceClient resource_;
};

}  // namespace

std::unique_ptr<ListerWatcher> make_lister_watcher(api::ResourceClient resource) {
  return std::make_unique<ServerListerWatcher>(std::move(resource));
}

}  // namespace pedalion::client::informer
