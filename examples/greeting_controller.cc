// A controller of a kind of one's own: each Greeting gets, as its status, what its spec asks for. The kind is
// served by greeting_server. Ends when so many greetings have been answered.
#include <iostream>

#include "common.h"
#include "pedalion/base/signal.h"
#include "pedalion/client/api/kinds.h"
#include "pedalion/client/informer/informer.h"
#include "pedalion/client/tools/work_queue.h"

using namespace pedalion;
using namespace pedalion::client;

using Greeting = api::KindOf<"examples.pedalion.dev", "v1", "greetings", "Greeting">;

/// What is to be, from what is: nothing else decides.
std::string answer_of(const json::Value& greeting) {
  return "Hello, " + std::string(greeting.string_at({"spec", "to"})) + "!";
}

class Controller {
 public:
  explicit Controller(rest::RestClient& client)
      : greetings_(client), informer_(greetings_.untyped()), queue_(client.loop()) {
    auto enqueue = [this](const api::Object& object) { queue_.add(api::key_of(object)); };
    informer_.add_handler({.on_add = [=](const api::Object& object, bool) { enqueue(object); },
                           .on_update = [=](const api::Object&, const api::Object& now) { enqueue(now); }});
  }

  Task<void> run(int count) {
    informer_.start();
    co_await informer_.wait_for_sync();
    while (count > 0) {
      auto key = co_await queue_.next();
      if (!key) break;
      auto outcome = co_await reconcile(*key);
      if (outcome) {
        queue_.forget(*key);
        count -= *outcome ? 1 : 0;
      } else {
        std::cerr << *key << ": " << outcome.error().message << "\n";
        queue_.add_rate_limited(*key);
      }
      queue_.done(*key);
    }
  }

 private:
  /// Whether there was something to do.
  Task<Result<bool>> reconcile(std::string key) {
    auto slash = key.find('/');
    api::Object object = informer_.get(key.substr(0, slash), key.substr(slash + 1));
    if (!object) co_return false;  // gone since
    json::Document seen = object.parse();
    std::string answer = answer_of(seen.root);
    if (seen.root.string_at({"status", "answer"}) == answer) co_return false;
    Greeting changed;
    changed.set({"metadata", "resourceVersion"}, object.resource_version()).set({"status", "answer"}, answer);
    auto in_namespace = greetings_.in_namespace(object.namespace_());
    CO_TRY_OK(
        co_await in_namespace.patch(std::string(object.name()), rest::PatchType::kMerge, changed.json()));
    std::cout << "answered " << key << std::endl;
    co_return true;
  }

  api::Api<Greeting> greetings_;
  informer::Informer informer_;
  tools::WorkQueue queue_;
};

Task<void> run(rest::RestClient& client, int count) {
  Controller controller(client);
  co_await controller.run(count);
}

int main(int argc, char** argv) {
  if (argc != 2) return std::cerr << "usage: greeting_controller COUNT\n", 2;
  auto session = examples::open_session();
  session->wait([&] { return run(session->client(), std::atoi(argv[1])); });
}
