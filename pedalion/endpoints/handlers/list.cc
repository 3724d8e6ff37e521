#include "pedalion/apimachinery/codec/protobuf_wire.h"
#include "pedalion/apimachinery/codec/protobuf_writer.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/endpoints/handlers/gzip.h"
#include "pedalion/endpoints/handlers/list_options.h"
#include "pedalion/endpoints/handlers/list_response.h"
#include "pedalion/endpoints/handlers/list_stream.h"
#include "pedalion/endpoints/handlers/protobuf_forms.h"
#include "pedalion/endpoints/handlers/response.h"

namespace pedalion::endpoints {
namespace {

/// Lists that are smaller go out with their length, in one piece.
constexpr std::size_t kStreamedFrom = 64 << 10;

/// Of a ListText or ListPieces.
template <class List>
http::Response streamed_list(const Call& call, const Form& form, List text) {
  http::Response response;
  response.headers.add("content-type", form.content_type());
  std::size_t size = text.size();
  if (size > kGzipThreshold && accepts_gzip(call.request)) {
    response.headers.add("content-encoding", "gzip");
    response.headers.add("vary", "Accept-Encoding");
    response.stream = gzip_list_stream(std::move(text));
  } else if (size > kStreamedFrom) {
    response.stream = list_stream(std::move(text));
  } else {
    list_stream(std::move(text))->pull(response.chunks, size + 1);
  }
  return response;
}

/// In the one envelope, the items' messages as they are: `{1: metadata, 2: item, 2: item, …}`.
Result<ListPieces> list_message(const Call& call, const ListMeta& meta,
                                const std::vector<watchcache::ObjectPtr>& items) {
  const auto& kind = call.resource.kind;
  ListPieces list;
  list.pieces.resize(2);
  std::size_t size = 0;
  for (const auto& item : items) {
    TRY(EncodedObject encoded, call.environment.encoded->get(item, *call.resource.type));
    list.pieces.push_back(encoded.field());
    size += list.pieces.back().size();
  }
  std::string meta_field, opening;
  codec::append_tag(meta_field, 1, codec::Wire::kBytes);
  const std::size_t begin = codec::open_length(meta_field);
  TRY_OK(codec::append_message(list_meta_json(meta), *call.environment.scheme.named("meta/v1", "ListMeta"),
                               meta_field));
  codec::close_length(meta_field, begin);
  codec::append_field_opening(opening, 2, meta_field.size() + size);
  std::string api_version = kind.group_version().api_version(), list_kind = kind.kind + "List";
  list.pieces[0] = Bytes(protobuf_head({list_kind, api_version}));
  list.pieces[1] = Bytes(opening + meta_field);
  list.pieces.push_back(protobuf_tail());
  return list;
}

/// The whole list as text, for the forms that are made from it.
std::string whole(ListText text) {
  std::vector<Bytes> pieces;
  std::string joined;
  joined.reserve(text.size());
  list_stream(std::move(text))->pull(pieces, std::string::npos);
  for (const Bytes& piece : pieces) joined += piece.view();
  joined.pop_back();  // the newline
  return joined;
}

std::string partial_list(const std::vector<watchcache::ObjectPtr>& items, const ListMeta& meta,
                         std::string_view version) {
  std::string text = R"({"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/)" +
                     std::string(version) + R"(","metadata":)" + list_meta_json(meta) + R"(,"items":)";
  if (items.empty()) return text + "null}";
  text += '[';
  for (const auto& item : items) {
    if (!text.ends_with('[')) text += ',';
    append_partial(*item, version, text);
  }
  return text + "]}";
}

}  // namespace

http::Response list_response(const Call& call, const Form& form, registry::rest::ObjectList list) {
  ListMeta meta{.resource_version = list.revision == 0 ? "" : std::to_string(list.revision),
                .continue_token = std::move(list.continue_token),
                .remaining_item_count = list.remaining_item_count};
  if (auto mismatch = partial_mismatch(form, true, call.resource.kind))
    return error_response(call, *mismatch);
  if (form.transform == Transform::kTable) {
    auto include = include_object_of(call.request.query());
    if (!include) return error_response(call, include.error());
    std::string text;
    append_table(call.resource, list.items, meta, form.version, *include, ColumnDefinitions::kWritten, text);
    return document_response(call, form, 200, std::move(text));
  }
  if (form.transform == Transform::kPartial)
    return document_response(call, form, 200, partial_list(list.items, meta, form.version));
  if (form.media == Media::kProtobuf) {
    auto message = list_message(call, meta, list.items);
    if (!message) return error_response(call, message.error());
    return streamed_list(call, form, *std::move(message));
  }
  auto text = list_text(call.resource.kind, meta, std::move(list.items));
  if (form.media == Media::kYaml || form.pretty)
    return document_response(call, form, 200, whole(std::move(text)));
  return streamed_list(call, form, std::move(text));
}

Task<http::Response> handle_list(Call call) {
  if (call.info.verb == "watch") {
    meta::GroupResource resource{call.resource.gvr.group, call.resource.gvr.resource};
    co_return error_response(call, meta::method_not_supported(resource, "watch"));
  }
  auto form = negotiate(call, Answers::kObject);
  if (!form) co_return error_response(call, form.error());
  auto options = list_options_of(call, meta::Query(call.request.query()), ListVerb::kList);
  if (!options) co_return error_response(call, options.error());
  auto list = co_await call.resource.lister->list(call.context, *std::move(options));
  call.context.step("registry");
  if (!list) co_return error_response(call, list.error());
  co_return list_response(call, *form, *std::move(list));
}

}  // namespace pedalion::endpoints
