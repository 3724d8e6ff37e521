#include "pedalion/client/informer/reflector.h"

#include <utility>

namespace pedalion::client::informer {
namespace {
using namespace std::chrono_literals;

constexpr auto kShortestTimeout = 300s;  // of a watch; at most twice that
constexpr auto kGrace = 30s;             // in which a server ends what has had its time
constexpr auto kShortWatch = 1s;
constexpr int kFailedWatches = 5;  // in a row: what is watched may be out of order where a list is not

bool expired(const Status& error) {
  return error.code == 410 || error.has_reason("Expired") || error.has_reason("Gone");
}

/// The server does not know this resource version yet.
bool from_the_future(const Status& error) {
  if (error.details() != nullptr) {
    for (const StatusCause& cause : error.details()->causes) {
      if (cause.reason == "ResourceVersionTooLarge") return true;
    }
  }
  return error.code == 504 && error.message.contains("Too large resource version");
}

/// It may go better in a while with the very same request.
bool passing(const Status& error) { return error.code == 429 || (error.code >= 500 && error.code != 501); }

/// What was under way ended without an answer of the server; `error` says how.
Status broken_off(std::string message) { return {502, "", std::move(message)}; }
bool is_broken_off(const Status& error) { return error.code == 502; }

std::uint64_t seed_of(const ReflectorOptions& options) {
  if (options.seed != 0) return options.seed;
  return static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
}
}  // namespace

Reflector::Reflector(ListerWatcher& source, ReflectorSink& sink, ReflectorOptions options)
    : source_(source),
      sink_(sink),
      options_(std::move(options)),
      random_(static_cast<std::uint32_t>(seed_of(options_)) | 1),
      backoff_(options_.backoff, seed_of(options_) + 1),
      watchdog_(source.loop()) {}

void Reflector::start() {
  if (state_ != State::kStopped) return;
  state_ = begin();
  job_ = Job(run());
}

void Reflector::stop() {
  {
    Job ended = std::move(job_);
  }
  watchdog_.stop();
  watch_.reset();
  state_ = State::kStopped;
}

Task<void> Reflector::run() {
  for (;;) {
    switch (state_) {
      case State::kListingByWatch:
        state_ = co_await list_by_watch();
        break;
      case State::kListing:
        state_ = co_await list();
        break;
      case State::kWatching:
        state_ = co_await watch();
        break;
      case State::kBackingOff:
        state_ = co_await back_off();
        break;
      case State::kStopped:
        co_return;
    }
  }
}

Reflector::State Reflector::wait_then(State next) {
  watch_.reset();
  after_backoff_ = next;
  return State::kBackingOff;
}

Task<Reflector::State> Reflector::back_off() {
  watchdog_.stop();
  co_await sleep_for(source_.loop(), backoff_.next(now()));
  co_return after_backoff_;
}

std::chrono::seconds Reflector::random_timeout() {
  return std::chrono::duration_cast<std::chrono::seconds>(rest::jittered(kShortestTimeout, 1, random_));
}

/// Begins anew where nothing came of what `timeout` was given to.
void Reflector::watch_over(std::chrono::seconds timeout) {
  watchdog_.start(timeout + kGrace, [this] {
    {
      Job stuck = std::move(job_);
    }
    sink_.failed(Status(504, "Timeout", "the server neither answered nor ended the request in time"));
    state_ = wait_then(state_ == State::kWatching ? State::kWatching : begin());
    job_ = Job(run());
  });
}

/// Whether `error` says that version_ cannot be had; the next try asks for none. Only once.
bool Reflector::version_unusable(const Status& error) {
  if (!expired(error) && !from_the_future(error)) return false;
  return !std::exchange(version_lost_, true);
}

Task<Reflector::State> Reflector::list_by_watch() {
  api::WatchOptions options{.resource_version = version_lost_ ? "" : version_,
                            .resource_version_match = "NotOlderThan",
                            .allow_bookmarks = true,
                            .send_initial_events = true};
  Result<std::vector<api::Object>> objects;
  if (auto opened = co_await open_watch(std::move(options)); opened) {
    objects = co_await read_initial();
  } else {
    objects = std::unexpected(std::move(opened).error());
  }
  if (objects) {
    version_lost_ = false;
    failed_watches_ = 0;
    sink_.replace(*std::move(objects));
    co_return State::kWatching;
  }
  watch_.reset();
  sink_.failed(objects.error());
  if (version_unusable(objects.error())) co_return State::kListingByWatch;
  // A stream that broke off is not worth a second try where a list may do.
  const bool again = passing(objects.error()) && !is_broken_off(objects.error());
  if (again && ++failed_watches_ < kFailedWatches) co_return wait_then(State::kListingByWatch);
  failed_watches_ = 0;
  co_return State::kListing;
}

Task<Result<void>> Reflector::open_watch(api::WatchOptions options) {
  options.label_selector = options_.label_selector;
  options.field_selector = options_.field_selector;
  options.timeout = random_timeout();
  watch_over(options.timeout);
  events_ = 0;
  CO_TRY(watch_, co_await source_.watch(std::move(options)));
  co_return Result<void>();
}

Task<Result<std::optional<api::WatchEvent>>> Reflector::next_event() {
  auto event = co_await watch_->next();
  if (!event) co_return std::unexpected(broken_off(std::move(event.error().message)));
  co_return event;
}

Task<Result<std::vector<api::Object>>> Reflector::read_initial() {
  std::vector<api::Object> objects;
  for (;;) {
    CO_TRY(auto event, co_await next_event());
    if (!event) co_return std::unexpected(broken_off("the watch ended before all that is there had come"));
    ++events_;
    if (event->type == api::WatchEvent::Type::kError) co_return std::unexpected(std::move(event->error));
    if (event->type != api::WatchEvent::Type::kBookmark) {
      objects.push_back(std::move(event->object));
    } else if (event->initial_events_end) {
      version_ = event->object.resource_version();
      co_return objects;
    }
  }
}

Task<Reflector::State> Reflector::list() {
  watch_over(random_timeout());
  auto objects = co_await read_pages();
  if (objects) {
    version_lost_ = false;
    sink_.replace(*std::move(objects));
    co_return State::kWatching;
  }
  sink_.failed(objects.error());
  if (version_unusable(objects.error())) co_return State::kListing;
  co_return wait_then(begin());
}

Task<Result<std::vector<api::Object>>> Reflector::read_pages() {
  std::vector<api::Object> objects;
  api::ListOptions options{.label_selector = options_.label_selector,
                           .field_selector = options_.field_selector};
  options.resource_version = version_lost_ ? "" : version_.empty() ? "0" : version_;
  options.limit = options_.page_size;
  for (;;) {
    auto page = co_await source_.list(options);
    if (!page && expired(page.error()) && !options.continue_token.empty()) {
      // What the first page saw is gone: all at once, as it is now.
      objects.clear();
      options.continue_token.clear();
      options.limit = 0;
      continue;
    }
    if (!page) co_return std::unexpected(std::move(page).error());
    watch_over(random_timeout());
    for (api::Object& object : page->items) objects.push_back(std::move(object));
    if (page->continue_token.empty()) {
      version_ = std::move(page->resource_version);
      co_return objects;
    }
    options.continue_token = std::move(page->continue_token);
    options.resource_version.clear();  // it is in the token
  }
}

Task<Reflector::State> Reflector::watch() {
  const TimePoint began = now();
  Result<void> ended;
  if (!watch_) ended = co_await open_watch({.resource_version = version_, .allow_bookmarks = true});
  if (ended) ended = co_await read_events();
  watch_.reset();
  if (events_ > 0) failed_watches_ = 0;
  co_return after_watch(ended ? nullptr : &ended.error(), events_ == 0 && now() - began < kShortWatch);
}

Task<Result<void>> Reflector::read_events() {
  for (;;) {
    CO_TRY(auto event, co_await next_event());
    if (!event) co_return Result<void>();
    if (event->type == api::WatchEvent::Type::kError) co_return std::unexpected(std::move(event->error));
    ++events_;
    if (auto version = event->object.resource_version(); !version.empty()) version_ = version;
    if (event->type != api::WatchEvent::Type::kBookmark) sink_.apply(*std::move(event));
  }
}

Reflector::State Reflector::after_watch(const Status* error, bool short_watch) {
  if (error != nullptr) sink_.failed(*error);
  const bool broke_off = error == nullptr || is_broken_off(*error);
  if (broke_off && !short_watch) return State::kWatching;
  if (error == nullptr)
    sink_.failed(broken_off("very short watch: it ended within a second, and nothing came"));
  const bool again = broke_off || passing(*error);
  if (again && ++failed_watches_ < kFailedWatches) return wait_then(State::kWatching);
  failed_watches_ = 0;
  return wait_then(begin());
}

}  // namespace pedalion::client::informer
