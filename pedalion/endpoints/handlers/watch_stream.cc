#include "pedalion/endpoints/handlers/watch_stream.h"

#include "pedalion/apimachinery/meta/status_codec.h"

namespace pedalion::endpoints {
namespace {

using watchcache::ObjectPtr;
using watchcache::WatchEvent;

/// What stands before the object of a frame.
std::string_view opening(WatchEvent::Type type) {
  switch (type) {
    case WatchEvent::Type::kAdded:
      return R"({"type":"ADDED","object":)";
    case WatchEvent::Type::kModified:
      return R"({"type":"MODIFIED","object":)";
    case WatchEvent::Type::kDeleted:
      return R"({"type":"DELETED","object":)";
    case WatchEvent::Type::kBookmark:
      return R"({"type":"BOOKMARK","object":)";
    case WatchEvent::Type::kError:
      return R"({"type":"ERROR","object":)";
  }
  return {};
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
  WatchStream(std::unique_ptr<watchcache::Subscription> subscription,
              const registry::rest::Resource& resource, const Form& form, IncludeObject include)
      : subscription_(std::move(subscription)), resource_(resource), form_(form), include_(include) {}

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
    Bytes object = object_of(event);
    std::size_t size = object.size();
    auto begin = opening(event.type);
    out.push_back(Bytes::of_static(begin));
    out.push_back(std::move(object));
    out.push_back(Bytes::of_static(kClosing));
    return begin.size() + size + kClosing.size();
  }

  Bytes object_of(const WatchEvent& event) {
    if (event.type == WatchEvent::Type::kError) return Bytes(meta::status_json(event.error));
    ObjectPtr object = event.object ? event.object : bookmark_object(resource_.kind, event);
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
  const registry::rest::Resource& resource_;
  const Form form_;
  const IncludeObject include_;
  bool columns_written_ = false;
};

}  // namespace

std::unique_ptr<http::BodyStream> watch_stream(std::unique_ptr<watchcache::Subscription> subscription,
                                               const registry::rest::Resource& resource, const Form& form,
                                               IncludeObject include) {
  return std::make_unique<WatchStream>(std::move(subscription), resource, form, include);
}

}  // namespace pedalion::endpoints
