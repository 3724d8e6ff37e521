#include "pedalion/controllers/namespace_objects.h"

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/client/api/dynamic_client.h"
#include "pedalion/controllers/keyed_worker.h"

namespace pedalion::controllers {
namespace {

using client::api::Object;

const meta::GroupVersionResource kNamespaces{"", "v1", "namespaces"};
constexpr int kWorkers = 2;

client::informer::InformerOptions only(const std::string& name) {
  client::informer::InformerOptions options;
  options.field_selector = "metadata.name=" + name;
  return options;
}

class NamespaceObjectController final : public Controller {
 public:
  NamespaceObjectController(const Context& context, NamespaceObject wanted)
      : wanted_(std::move(wanted)),
        client_(context.client, wanted_.resource),
        namespaces_(context.informers.of(kNamespaces)),
        present_(client_, only(wanted_.name)),
        worker_(
            context.loop, wanted_.controller, kWorkers,
            [this](std::string name) { return sync(std::move(name)); }, [this] { return ready(); }) {
    auto look = [this](const Object& object) { worker_.add(std::string(object.name())); };
    namespaces_.add_handler({.on_add = [look](const Object& object, bool) { look(object); },
                             .on_update = [look](const Object&, const Object& now) { look(now); },
                             .on_delete = {}});
    auto look_at_its = [this](const Object& object) { worker_.add(std::string(object.namespace_())); };
    present_.add_handler({.on_add = {},
                          .on_update = [look_at_its](const Object&, const Object& now) { look_at_its(now); },
                          .on_delete = [look_at_its](const Object& last, bool) { look_at_its(last); }});
    present_.start();
  }

 private:
  Task<void> ready() {
    co_await namespaces_.wait_for_sync();
    co_await present_.wait_for_sync();
  }

  Task<Result<void>> sync(std::string name) {
    auto space = namespaces_.get({}, name);
    if (!space || space.parse().root.string_at({"status", "phase"}) != "Active") co_return Result<void>();
    auto there = client_.in_namespace(name);
    auto present = present_.get(name, wanted_.name);
    Result<Object> written = Object();
    if (!present) {
      written = co_await there.create(Bytes(wanted_.object));
    } else if (wanted_.repair) {
      auto object = present.parse();
      if (wanted_.repair(object)) {
        written = co_await there.update(wanted_.name, Bytes(json::to_string(object.root)));
      }
    }
    // It is there, or its namespace has begun to end.
    bool fine = written || written.error().reason == "AlreadyExists" || written.error().code == 404 ||
                written.error().code == 403;
    if (!fine) co_return std::unexpected(std::move(written).error());
    co_return Result<void>();
  }

  NamespaceObject wanted_;
  client::api::ResourceClient client_;
  client::informer::Informer& namespaces_;
  client::informer::Informer present_;
  KeyedWorker worker_;  // the last member: it uses all others
};

}  // namespace

std::unique_ptr<Controller> keep_in_each_namespace(const Context& context, NamespaceObject wanted) {
  return std::make_unique<NamespaceObjectController>(context, std::move(wanted));
}

}  // namespace pedalion::controllers
