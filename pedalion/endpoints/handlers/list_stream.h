#pragma once
// A list as a response body: written as the socket takes it, from the objects' own bytes.
#include "pedalion/endpoints/handlers/forms.h"
#include "pedalion/http/message.h"
#include "pedalion/registry/rest/storage.h"

namespace pedalion::endpoints {

/// `{"kind":"PodList","apiVersion":"v1","metadata":{…},"items":[…]}`: items without kind and apiVersion.
struct ListText {
  std::string head, tail;
  std::vector<watchcache::ObjectPtr> items;
  /// Of the whole text.
  std::size_t size() const;
};

ListText list_text(const meta::GroupVersionKind& item_kind, const ListMeta& meta,
                   std::vector<watchcache::ObjectPtr> items);

/// A list in protobuf: the pieces of the whole answer, in order.
struct ListPieces {
  std::vector<Bytes> pieces;
  std::size_t size() const;
};

/// No object's bytes are copied; memory in use beside them: what the connection has not written yet.
std::unique_ptr<http::BodyStream> list_stream(ListText text);
std::unique_ptr<http::BodyStream> list_stream(ListPieces list);
/// The same, as gzip. The bytes in use at once are bounded by what is pulled.
std::unique_ptr<http::BodyStream> gzip_list_stream(ListText text);
std::unique_ptr<http::BodyStream> gzip_list_stream(ListPieces list);

}  // namespace pedalion::endpoints
