#include "pedalion/endpoints/handlers/watch_stream.h"

#include "pedalion/apimachinery/meta/status_codec.h"
#include "pedalion/endpoints/handlers/protobuf_forms.h"

namespace pedalion::endpoints {
namespace {

using watchcache::ObjectPtr;
using watchcache::WatchEvent;

constexpr std::string_view kTypes[] = {"ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"};
std::string_view type_text(WatchEvent::Type type) { return kTypes[static_cast<std::size_t>(type)]; }

/// What stands before the object of a JSON frame, and behind it.
std::string_view opening(WatchEvent::Type type) {
  static constexpr std::string_view kOpenings[] = {
      R"({"type":"ADDED","object":)", R"({"type":"MODIFIED","object":)", R"({"type":"DELETED","object":)",
      R"({"type":"BOOKMARK","object":)", R"({"type":"ERROR","object":)"};
  return kOpenings[static_cast<std::size_t>(type)];
}
constexpr std::string_view kClosing = "}\n";

/// An empty object of the kind that tells a revision.
ObjectPtr bookmark_object(const meta::GroupVersionKind& kind, const WatchEvent& event) {
  std::string version = kind.group.empty() ? kind.version : kind.group + "/" + kind.version;
  std::string text = "{\"kind\":\"" + kind.kind + "\",\"apiVersion\":\"" + version + "\",";
  auto offset = static_cast<std::uint32_t>(text.size());
  text += "\"metadata\":{\"resourceVersion\":\"" + std::to_string(event.revision) + "\"";
  if (event.initial_events_end) text += R"(,"annotations":{"k8s.io/initial-events-end":"true"})";
  auto object = std::make_shared<watchcache::Object>();
  object->revision = event.revision;
  object->metadata_offset = offset;
  object->json = Bytes(text + "}}");
  return object;
}

class WatchStream final : public http::BodyStream {
 public:
  WatchStream(std::unique_ptr<watchcache::Subscription> subscription, const Environment& environment,
              const registry::rest::Resource& resource, const Form& form, IncludeObject include)
      : subscription_(std::move(subscription)),
        environment_(environment),
        resource_(resource),
        form_(form),
        include_(include) {}

  Pull pull(std::vector<Bytes>& out, std::size_t budget) override {
    WatchEvent event;
    for (std::size_t taken = 0; taken < budget;) {
      switch (subscription_->next(event)) {
        case watchcache::Subscription::Next::kPending:
          return Pull::kPending;
        case watchcache::Subscription::Next::kEnd:
          return Pull::kEnd;
        case watchcache::Subscription::Next::kEvent:
          taken += write(event, out);
      }
    }
    return Pull::kMore;
  }
  void on_ready(std::function<void()> ready) override { subscription_->on_ready(std::move(ready)); }
  void drain() override { subscription_->drain(); }

 private:
  /// Returns about how many bytes it has written.
  std::size_t write(const WatchEvent& event, std::vector<Bytes>& out) {
    return form_.media == Media::kProtobuf ? write_protobuf(event, out) : write_json(event, out);
  }

  std::size_t write_json(const WatchEvent& event, std::vector<Bytes>& out) {
    Bytes object = json_of(event);
    std::size_t size = object.size();
    auto begin = opening(event.type);
    out.push_back(Bytes::of_static(begin));
    out.push_back(std::move(object));
    out.push_back(Bytes::of_static(kClosing));
    return begin.size() + size + kClosing.size();
  }

  std::size_t write_protobuf(const WatchEvent& event, std::vector<Bytes>& out) {
    bool is_whole = event.type != WatchEvent::Type::kError && form_.transform == Transform::kNone;
    auto object = is_whole ? whole_object(event) : document(json_of(event).view());
    if (!object) return write_failure(event, object.error(), out);
    std::string head = protobuf_frame_head(type_text(event.type), object->size());
    std::size_t size = head.size() + object->size();
    out.emplace_back(std::move(head));
    out.push_back(*std::move(object));
    return size;
  }

  Result<Bytes> whole_object(const WatchEvent& event) {
    ObjectPtr object = object_of(event);
    TRY(EncodedObject encoded, event.object ? environment_.encoded->get(object, *resource_.type)
                                            : encode_object(*object, *resource_.type));
    return std::move(encoded.whole);
  }

  static Result<Bytes> document(std::string_view json) {
    TRY(std::string bytes, protobuf_of(json));
    return Bytes(std::move(bytes));
  }

  /// The failure takes the event's place.
  std::size_t write_failure(const WatchEvent& event, Status failure, std::vector<Bytes>& out) {
    if (event.type == WatchEvent::Type::kError) return 0;
    WatchEvent error;
    error.type = WatchEvent::Type::kError;
    error.error = std::move(failure);
    return write_protobuf(error, out);
  }

  ObjectPtr object_of(const WatchEvent& event) const {
    return event.object ? event.object : bookmark_object(resource_.kind, event);
  }

  Bytes json_of(const WatchEvent& event) {
    if (event.type == WatchEvent::Type::kError) return Bytes(meta::status_json(event.error));
    ObjectPtr object = object_of(event);
    if (form_.transform == Transform::kNone) return object->json;
    std::string text;
    if (form_.transform == Transform::kPartial) {
      append_partial(*object, form_.version, text);
    } else {
      ListMeta meta{.resource_version = std::to_string(object->revision)};
      auto columns =
          std::exchange(columns_written_, true) ? ColumnDefinitions::kNull : ColumnDefinitions::kWritten;
      append_table(resource_, {object}, meta, form_.version, include_, columns, text);
    }
    return Bytes(std::move(text));
  }

  const std::unique_ptr<watchcache::Subscription> subscription_;
  const Environment& environment_;
  const registry::rest::Resource& resource_;
  const Form form_;
  const IncludeObject include_;
  bool columns_written_ = false;
};

}  // namespace

std::unique_ptr<http::BodyStream> watch_stream(std::unique_ptr<watchcache::Subscription> subscription,
                                               const Environment& environment,
                                               const registry::rest::Resource& resource, const Form& form,
                                               IncludeObject include) {
  return std::make_unique<WatchStream>(std::move(subscription), environment, resource, form, include);
}

}  // namespace pedalion::endpoints
