#include "pedalion/endpoints/handlers/body.h"

#include "pedalion/apimachinery/meta/errors.h"

namespace pedalion::endpoints {

Task<Result<Bytes>> read_body(const Call& call) {
  co_return co_await http::read_all(call.request.body.get(), call.environment.body_limit);
}

Result<json::Document> decode_body(const Call& call, std::string_view body, codec::MediaType media_type,
                                   registry::rest::FieldValidation validation) {
  const auto& kind = call.resource.kind;
  TRY(codec::Decoded decoded, codec::decode_object(body, media_type, kind, *call.resource.type,
                                                   &call.environment.scheme, call.resource.also_accepts));
  std::string error = judge_strictly(call.context, decoded.strict_problems, validation);
  if (error.empty()) return std::move(decoded.object);
  return std::unexpected(meta::bad_request(kind.kind + " in version \"" + kind.version +
                                           "\" cannot be handled as a " + kind.kind + ": " + error));
}

std::string judge_strictly(registry::rest::RequestContext& context, const std::vector<std::string>& problems,
                           registry::rest::FieldValidation validation) {
  using registry::rest::FieldValidation;
  if (problems.empty() || validation == FieldValidation::kIgnore) return {};
  if (validation == FieldValidation::kStrict) {
    std::string text;
    for (const std::string& problem : problems) text += (text.empty() ? "" : ", ") + problem;
    return "strict decoding error: " + text;
  }
  for (const std::string& problem : problems) {
    for (std::string& warning : codec::warnings_of(problem)) context.warn(std::move(warning));
  }
  return {};
}

Result<void> check_name(const Call& call, const json::Value& object) {
  const std::string& wanted = call.info.name;
  auto name = object.string_at({"metadata", "name"}), ns = object.string_at({"metadata", "namespace"});
  if (call.resource.namespaced && !ns.empty() && !call.context.ns.empty() && ns != call.context.ns) {
    return std::unexpected(meta::bad_request(
        "the namespace of the provided object does not match the namespace sent on the request"));
  }
  if (name.empty()) {
    return std::unexpected(meta::bad_request("the name of the object (" + wanted +
                                             " based on URL) was undeterminable: name must be provided"));
  }
  if (name != wanted) {
    return std::unexpected(meta::bad_request("the name of the object (" + std::string(name) +
                                             ") does not match the name on the URL (" + wanted + ")"));
  }
  return {};
}

}  // namespace pedalion::endpoints
