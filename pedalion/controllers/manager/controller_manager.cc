#include "pedalion/controllers/manager/controller_manager.h"

#include <future>
#include <optional>

#include "pedalion/client/informer/informer.h"
#include "pedalion/controllers/manager/api_event_sink.h"
#include "pedalion/controllers/manager/controller_table.h"
#include "pedalion/http/client.h"

namespace pedalion::controllers::manager {
namespace {

/// Who wrote which field is of no use to a controller, and is much.
client::api::Object without_managed_fields(client::api::Object object) {
  if (object.json().view().find("\"managedFields\"") == std::string_view::npos) return object;
  auto tree = object.parse();
  auto* metadata = tree.root.find("metadata");
  if (metadata == nullptr || !metadata->erase("managedFields")) return object;
  auto smaller = client::api::Object::of(tree.root);
  return smaller ? std::move(*smaller) : object;
}

client::informer::InformerOptions informer_options() {
  client::informer::InformerOptions options;
  options.transform = without_managed_fields;
  return options;
}

}  // namespace

/// All but the first two live on the loop, and are made and destroyed there.
struct ControllerManager::Rep {
  ControllerManagerOptions options;
  std::unique_ptr<Loop> loop = http::make_loop_thread("controllers");

  struct OnLoop {
    OnLoop(Loop& loop, std::unique_ptr<client::rest::RestClient> made, std::string_view root_ca)
        : client(std::move(made)),
          informers(*client, informer_options()),
          events(*client),
          context{loop, *client, informers, events, root_ca} {}
    std::unique_ptr<client::rest::RestClient> client;
    client::informer::InformerFactory informers;
    ApiEventSink events;
    Context context;
    std::vector<std::unique_ptr<Controller>> controllers;
  };
  std::unique_ptr<OnLoop> on_loop;

  /// Runs `work` on the loop, and waits for it.
  void run(std::move_only_function<void()> work) const {
    std::promise<void> done;
    loop->post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
};

ControllerManager::ControllerManager(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}

Result<std::unique_ptr<ControllerManager>> ControllerManager::start(const Connect& connect,
                                                                    ControllerManagerOptions options) {
  TRY(auto chosen, chosen_controllers(options.controllers));
  auto rep = std::make_unique<Rep>();
  rep->options = std::move(options);
  std::optional<Status> problem;
  rep->run([&] {
    auto client = connect(*rep->loop);
    if (!client) {
      problem = std::move(client).error();
      return;
    }
    rep->on_loop = std::make_unique<Rep::OnLoop>(*rep->loop, std::move(*client), rep->options.root_ca);
    for (const auto* entry : chosen) rep->on_loop->controllers.push_back(entry->make(rep->on_loop->context));
    rep->on_loop->informers.start();
  });
  if (problem) return std::unexpected(std::move(*problem));
  return std::unique_ptr<ControllerManager>(new ControllerManager(std::move(rep)));
}

ControllerManager::~ControllerManager() {
  rep_->run([this] {
    if (!rep_->on_loop) return;
    rep_->on_loop->informers.stop();
    rep_->on_loop->controllers.clear();
    rep_->on_loop.reset();
  });
}

}  // namespace pedalion::controllers::manager
