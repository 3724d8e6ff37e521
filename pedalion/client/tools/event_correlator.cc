#include "pedalion/client/tools/event_correlator.h"

#include <charconv>
#include <initializer_list>

namespace pedalion::client::tools {
namespace {
using namespace std::chrono_literals;

constexpr std::size_t kSimilar = 10;  // messages that are told apart …
constexpr auto kSimilarFor = 600s;    // … until there was none for this long
constexpr int kBurst = 25;            // events of a source about an object …
constexpr double kRefill = 1. / 300;  // … and how many come back in a second

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string key;
  for (std::string_view part : parts) (key += part) += '\0';
  return key;
}

/// Who says it, and about what.
std::string source_key(const Event& event) {
  const ObjectReference& of = event.involved;
  return joined({event.component, event.host, of.kind, of.namespace_name, of.name, of.uid, of.api_version});
}
std::string similar_key(const Event& event) { return joined({source_key(event), event.type, event.reason}); }
std::string same_key(const Event& event) {
  return joined({similar_key(event), event.involved.field_path, event.message});
}

}  // namespace

std::string event_name(const ObjectReference& involved, meta::Instant now) {
  char hex[16];
  const std::int64_t nanos = now.seconds * 1'000'000'000 + now.nanos;
  return involved.name + "." + std::string(hex, std::to_chars(hex, hex + sizeof hex, nanos, 16).ptr);
}

EventCorrelator::Decision EventCorrelator::correlate(Event event, TimePoint now) {
  std::string key = same_key(event);
  const std::string group = similar_key(event);
  Similar& similar = similar_.get(group, [&] { return Similar{{}, now}; });
  if (now - similar.last > kSimilarFor) similar.messages.clear();
  similar.messages.insert(event.message);
  similar.last = now;
  if (similar.messages.size() >= kSimilar) {
    similar.messages.erase(similar.messages.begin());
    event.message = "(combined from similar events): " + event.message;
    key = group;
  }

  Decision decision;
  Seen& seen = seen_.get(key, [] { return Seen(); });
  if (seen.count > 0) {
    decision.repeat = true;
    event.name = seen.name;
    event.first = seen.first;
    event.count = seen.count + 1;
  }
  seen = {event.count, event.name, event.first};
  rest::RateLimiter& source =
      sources_.get(source_key(event), [&] { return rest::RateLimiter(kRefill, kBurst, now); });
  decision.skip = !source.try_take(now);
  decision.event = std::move(event);
  return decision;
}

}  // namespace pedalion::client::tools
