#include "pedalion/client/api/watch.h"

#include "pedalion/apimachinery/json/cursor.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/status_codec.h"

namespace pedalion::client::api {
namespace {

using Type = WatchEvent::Type;

constexpr std::size_t kFrameBytes = 16 << 20;

std::optional<Type> type_of(std::string_view text) {
  if (text == "ADDED") return Type::kAdded;
  if (text == "MODIFIED") return Type::kModified;
  if (text == "DELETED") return Type::kDeleted;
  if (text == "BOOKMARK") return Type::kBookmark;
  if (text == "ERROR") return Type::kError;
  return std::nullopt;
}

Status unreadable(std::string_view frame, std::string_view why) {
  Status status(500, "InternalError", "unable to decode an event from the watch stream: " + std::string(why));
  status.mutable_details().causes.push_back({"ClientWatchDecoding", std::string(frame.substr(0, 256)), ""});
  return status;
}

/// {"type":"ADDED","object":{…}}, in any order.
Result<WatchEvent> read_event(std::string_view frame) {
  json::Cursor cursor(frame);
  json::ScannedText type;
  std::string_view object;
  bool read = cursor.for_each_member([&](const json::ScannedText& key) {
    if (key.raw == "type") return cursor.string(type);
    auto begin = cursor.offset();
    if (!cursor.skip_value()) return false;
    if (key.raw == "object") object = cursor.since(begin);
    return true;
  });
  if (!read || object.empty()) return std::unexpected(unreadable(frame, "it is no event"));
  auto known = type_of(type.raw);
  if (!known)
    return std::unexpected(unreadable(frame, "got invalid watch event type: " + std::string(type.raw)));
  WatchEvent event;
  event.type = *known;
  if (event.type == Type::kError) {
    auto document = json::parse(object);
    if (!document) return std::unexpected(unreadable(frame, document.error().message));
    event.error = meta::status_from_json(document->root, 500);
    return event;
  }
  TRY(event.object, Object::read(Bytes(std::string(object))));
  if (event.type == Type::kBookmark && object.contains("k8s.io/initial-events-end")) {
    auto document = json::parse(object);
    event.initial_events_end = document && document->root.string_at({"metadata", "annotations",
                                                                     "k8s.io/initial-events-end"}) == "true";
  }
  return event;
}

}  // namespace

struct Watch::Rep {
  rest::Stream stream;
  std::string waiting;     // read, not yet taken …
  std::size_t taken = 0;   // … but for this much of its beginning
  std::size_t looked = 0;  // up to here there is no end of a frame
  bool ended = false;

  /// The next whole frame; empty: more has to be read.
  std::string_view frame() {
    while (true) {
      auto end = waiting.find('\n', std::max(looked, taken));
      if (end == std::string::npos) {
        looked = waiting.size();
        return {};
      }
      auto whole = std::string_view(waiting).substr(taken, end - taken);
      taken = end + 1;
      if (whole.find_first_not_of(" \t\r") != std::string_view::npos) return whole;
    }
  }
  void append(std::string_view piece) {
    waiting.erase(0, taken);
    looked = looked > taken ? looked - taken : 0;
    taken = 0;
    waiting += piece;
  }
};

Watch::Watch(rest::Stream stream) : rep_(std::make_unique<Rep>()) { rep_->stream = std::move(stream); }
Watch::Watch(Watch&&) noexcept = default;
Watch& Watch::operator=(Watch&&) noexcept = default;
Watch::~Watch() = default;

bool Watch::ready() const { return rep_->waiting.find('\n', rep_->taken) != std::string::npos; }

Task<Result<std::optional<WatchEvent>>> Watch::next() {
  Rep& rep = *rep_;
  while (true) {
    if (auto frame = rep.frame(); !frame.empty()) {
      CO_TRY(WatchEvent event, read_event(frame));
      co_return std::optional(std::move(event));
    }
    if (rep.ended) {
      bool cut = rep.waiting.find_first_not_of(" \t\r", rep.taken) != std::string::npos;
      if (cut) co_return std::unexpected(unreadable(rep.waiting, "unexpected EOF"));
      co_return std::optional<WatchEvent>();
    }
    CO_TRY(Bytes piece, co_await rep.stream.body->read());
    rep.ended = piece.empty();
    if (rep.waiting.size() - rep.taken + piece.size() > kFrameBytes && !piece.view().contains('\n'))
      co_return std::unexpected(unreadable(rep.waiting, "a frame is longer than 16 MiB"));
    rep.append(piece.view());
  }
}

}  // namespace pedalion::client::api
