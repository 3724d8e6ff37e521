#include "pedalion/endpoints/handlers/response.h"

#include <algorithm>

#include "pedalion/apimachinery/codec/protobuf_writer.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/status_codec.h"
#include "pedalion/endpoints/handlers/gzip.h"
#include "pedalion/endpoints/handlers/protobuf_forms.h"

namespace pedalion::endpoints {
namespace {

/// The whole answer, finished: pretty, YAML or protobuf when the form says so.
http::Response finished(const http::Request& request, const Form& form, int status, std::string json) {
  if (form.media == Media::kProtobuf) {
    auto bytes = protobuf_of(json);
    if (!bytes) return text_response(request, 500, "text/plain", bytes.error().message);
    return text_response(request, status, form.content_type(), *std::move(bytes));
  }
  if (form.media == Media::kYaml) return text_response(request, status, "application/yaml", yaml_of(json));
  if (form.pretty) {  // without a newline at its end, as kube-apiserver's
    std::string indented;
    json::indent(json, indented);
    json = std::move(indented);
  } else {
    json += '\n';
  }
  return text_response(request, status, "application/json", std::move(json));
}

bool is_compressed(const http::Request& request, std::size_t size) {
  return size > kGzipThreshold && accepts_gzip(request);
}

/// The object's own message in an envelope.
http::Response protobuf_response(const Call& call, int status, const watchcache::ObjectPtr& object) {
  auto meta = type_meta_of(object->json.view());
  if (meta.kind != call.resource.kind.kind) {  // such as the Status that a binding is answered with
    return finished(call.request, {.media = Media::kProtobuf}, status, std::string(object->json.view()));
  }
  auto encoded = call.environment.encoded->get(object, *call.resource.type);
  if (!encoded) return error_response(call, encoded.error());
  if (is_compressed(call.request, encoded->whole.size())) {
    return text_response(call.request, status, content_type_of(Media::kProtobuf),
                         std::string(encoded->whole.view()));
  }
  http::Response response;
  response.status = status;
  response.headers.add("content-type", content_type_of(Media::kProtobuf));
  response.chunks = {std::move(encoded->whole)};
  return response;
}

}  // namespace

http::Response text_response(const http::Request& request, int status, std::string_view content_type,
                             std::string text) {
  if (!is_compressed(request, text.size())) return http::Response(status, content_type, std::move(text));
  std::string compressed;
  Gzip gzip;
  gzip.add(text, compressed);
  gzip.finish(compressed);
  http::Response response(status, content_type, std::move(compressed));
  response.headers.add("content-encoding", "gzip");
  response.headers.add("vary", "Accept-Encoding");
  return response;
}

Result<Form> negotiate(const Call& call, Answers answers) {
  const auto* type = call.resource.type;
  bool served = type != nullptr && codec::has_protobuf(*type);
  return negotiate(call.request, answers, served ? Protobuf::kServed : Protobuf::kTransformsOnly);
}

std::optional<Status> partial_mismatch(const Form& form, bool list, const meta::GroupVersionKind& kind) {
  if (form.transform != Transform::kPartial || form.as_list == list) return std::nullopt;
  std::string package = kind.group.empty() ? "core" : kind.group.substr(0, kind.group.find('.'));
  std::string type = "(*" + package + "." + kind.kind + (list ? "List)" : ")");
  return Status(
      406, "NotAcceptable",
      list ? "you requested PartialObjectMetadata, but the requested object is a list " + type
           : "you requested PartialObjectMetadataList, but the requested object is not a list " + type);
}

http::Response object_response(const Call& call, const Form& form, int status,
                               const watchcache::ObjectPtr& object) {
  http::Response response;
  if (auto mismatch = partial_mismatch(form, false, call.resource.kind))
    return error_response(call, *mismatch);
  if (form.transform == Transform::kTable) {
    auto include = include_object_of(call.request.query());
    if (!include) return error_response(call, include.error());
    std::string text;
    ListMeta meta{.resource_version = object->revision == 0 ? "" : std::to_string(object->revision)};
    append_table(call.resource, {object}, meta, form.version, *include, ColumnDefinitions::kWritten, text);
    response = finished(call.request, form, status, std::move(text));
  } else if (form.transform == Transform::kPartial) {
    std::string text;
    append_partial(*object, form.version, text);
    response = finished(call.request, form, status, std::move(text));
  } else if (form.media == Media::kProtobuf) {
    response = protobuf_response(call, status, object);
  } else if (form.media == Media::kYaml || form.pretty ||
             is_compressed(call.request, object->json.size() + 1)) {
    response = finished(call.request, form, status, std::string(object->json.view()));
  } else {
    response.status = status;
    response.headers.add("content-type", "application/json");
    response.chunks.push_back(object->json);
    response.chunks.push_back(Bytes::of_static("\n"));
  }
  return response;
}

http::Response document_response(const Call& call, const Form& form, int status, std::string json) {
  return finished(call.request, form, status, std::move(json));
}

http::Response status_response(const Status& status, const http::Request& request) {
  auto response = finished(request, negotiate_status(request), status.code, meta::status_json(status));
  if (const auto* details = status.details(); details != nullptr && details->retry_after_seconds > 0)
    response.headers.add("retry-after", std::to_string(details->retry_after_seconds));
  return response;
}

http::Response error_response(const Call& call, const Status& status) {
  return status_response(status, call.request);
}

}  // namespace pedalion::endpoints
