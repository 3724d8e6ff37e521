#include "bench/watchers.h"

#include <algorithm>
#include <chrono>

namespace pedalion::bench {

// Counted on the loop, waited for by the main thread.
struct Watchers::State {
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::uint64_t events = 0, awaited = 0;
  int answered = 0, running = 0;
  bool stopping = false;
  std::string problem;
  std::chrono::steady_clock::time_point start;
  Samples samples;
  std::vector<std::unique_ptr<http::BodyReader>> bodies;  // loop only; dropping one ends its watch
};

Watchers::Watchers() : state_(std::make_shared<State>()) {}

Task<void> Watchers::watch(std::shared_ptr<State> state, http::Client* client, http::Request request) {
  auto response = co_await client->send(std::move(request));
  http::BodyReader* body = nullptr;
  {
    std::lock_guard lock(state->mutex);
    ++state->answered;
    if (!response) {
      state->problem = response.error().message;
    } else if (response->status != 200 || !response->body) {
      state->problem = "a watch was answered " + std::to_string(response->status);
    } else {
      body = response->body.get();
      state->bodies.push_back(std::move(response->body));
    }
    state->changed.notify_one();
  }
  while (body != nullptr) {
    auto piece = co_await body->read();
    std::lock_guard lock(state->mutex);
    if (!piece || piece->empty()) {
      if (!state->stopping && state->problem.empty()) {
        state->problem = piece ? "a watch has ended" : "a watch broke off: " + piece.error().message;
      }
      break;
    }
    auto lines = static_cast<std::uint64_t>(std::ranges::count(piece->view(), '\n'));
    auto delay =
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - state->start).count();
    for (std::uint64_t i = 0; i < lines; ++i) state->samples.add(delay);
    state->events += lines;
    if (state->events >= state->awaited) state->changed.notify_one();
  }
  std::lock_guard lock(state->mutex);
  --state->running;
  state->changed.notify_one();
}

Result<std::unique_ptr<Watchers>> Watchers::open(Fleet& fleet, const std::string& collection,
                                                 const std::string& resource_version) {
  auto watchers = std::unique_ptr<Watchers>(new Watchers());
  auto state = watchers->state_;
  const int count = fleet.shape().requests_at_once();
  state->running = count;
  run_on(fleet.loop(), [&] {
    for (int worker = 0; worker < count; ++worker) {
      auto request =
          fleet.request({"GET", collection + "?watch=true&resourceVersion=" + resource_version, {}, {}});
      spawn(watch(state, &fleet.client_of(worker), std::move(request)));
    }
  });
  std::unique_lock lock(state->mutex);
  const bool all = state->changed.wait_for(
      lock, std::chrono::seconds(60), [&] { return state->answered == count || !state->problem.empty(); });
  if (!state->problem.empty()) return std::unexpected(Status(500, "", state->problem));
  if (!all) return std::unexpected(Status(504, "", "not all watches were answered within a minute"));
  return watchers;
}

Watchers::~Watchers() {
  {
    std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  // Their coroutines wait in read(): the fleet's end is what fails those reads.
}

bool Watchers::wait_for(std::uint64_t events) {
  std::unique_lock lock(state_->mutex);
  state_->awaited = events;
  while (state_->events < events && state_->problem.empty()) {
    const auto before = state_->events;
    state_->changed.wait_for(lock, std::chrono::seconds(10));
    if (state_->events == before) return false;
  }
  return state_->problem.empty();
}

std::uint64_t Watchers::events() const {
  std::lock_guard lock(state_->mutex);
  return state_->events;
}

void Watchers::start_clock() {
  std::lock_guard lock(state_->mutex);
  state_->start = std::chrono::steady_clock::now();
}

Samples Watchers::take_samples() {
  std::lock_guard lock(state_->mutex);
  return std::exchange(state_->samples, {});
}

}  // namespace pedalion::bench
