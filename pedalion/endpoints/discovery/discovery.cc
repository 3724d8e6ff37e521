#include "pedalion/endpoints/discovery/discovery.h"

#include <openssl/sha.h>

#include <array>

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/endpoints/discovery/documents.h"
#include "pedalion/endpoints/handlers/forms.h"
#include "pedalion/endpoints/handlers/gzip.h"
#include "pedalion/endpoints/handlers/protobuf_forms.h"
#include "pedalion/endpoints/handlers/response.h"

namespace pedalion::endpoints {
namespace {

/// Upper-case hexadecimal, in quotes.
std::string tag_of(std::string_view text) {
  std::array<unsigned char, SHA512_DIGEST_LENGTH> digest;
  SHA512(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string tag = "\"";
  for (unsigned char byte : digest) {
    tag += kDigits[byte >> 4];
    tag += kDigits[byte & 15];
  }
  return tag + "\"";
}

http::Response page_not_found() {
  http::Response response(404, "text/plain; charset=utf-8", "404 page not found\n");
  response.headers.add("x-content-type-options", "nosniff");
  return response;
}

/// `json` ends with a newline.
http::Response in_form(const http::Request& request, const Form& form, const Bytes& json,
                       std::string_view parameters) {
  std::string content_type = std::string(form.content_type()).append(parameters);
  auto text = json.view().substr(0, json.size() - 1);
  if (form.media == Media::kYaml) return text_response(request, 200, content_type, yaml_of(text));
  if (form.media == Media::kProtobuf) {
    auto bytes = protobuf_of(text);
    if (!bytes) return status_response(bytes.error(), request);
    return text_response(request, 200, content_type, *std::move(bytes));
  }
  if (form.pretty) {
    std::string indented;
    json::indent(text, indented);
    return text_response(request, 200, content_type, std::move(indented));
  }
  if (json.size() > kGzipThreshold && accepts_gzip(request))
    return text_response(request, 200, content_type, std::string(json.view()));
  http::Response response;
  response.headers.add("content-type", content_type);
  response.chunks.push_back(json);
  return response;
}

}  // namespace

Discovery::Discovery(const std::vector<registry::rest::ApiGroupInfo>& groups,
                     std::string_view server_address) {
  auto add = [this](std::string path, std::string json, Methods methods) {
    documents_[std::move(path)] = {Bytes(std::move(json) + "\n"), methods};
  };
  add("/apis", api_group_list_json(groups), Methods::kAny);
  aggregated_["/apis"] = aggregated(group_discovery_tail(groups, Groups::kNamed));
  for (const auto& group : groups) {
    bool core = group.group.empty();
    std::string root = core ? "/api" : "/apis/" + group.group;
    if (core) {
      add(root, api_versions_json(group, server_address), Methods::kGetOnly);
      aggregated_[root] = aggregated(group_discovery_tail(groups, Groups::kCore));
    } else {
      add(root, api_group_json(group), Methods::kAny);
    }
    for (const auto& version : group.versions)
      add(root + "/" + version.group_version.version, api_resource_list_json(version), Methods::kGetOnly);
  }
}

/// Equal documents have equal tags, whatever the version of their kind.
Discovery::Aggregated Discovery::aggregated(const std::string& tail) {
  std::string text = R"({"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2",)";
  return {Bytes(text.append(tail).append("\n")), tag_of("{" + tail)};
}

http::Response Discovery::answer(const http::Request& request) const {
  auto path = request.path();
  auto special = aggregated_.find(path);  // not with a slash behind it
  if (path.ends_with('/')) path.remove_suffix(1);
  auto found = documents_.find(path);
  if (found == documents_.end()) return page_not_found();
  const Document& document = found->second;
  auto form =
      negotiate(request, special != aggregated_.end() ? Answers::kGroupDiscovery : Answers::kDocument);
  if (form && form->transform == Transform::kGroupDiscovery)
    return answer_aggregated(request, *form, special->second);
  if (document.methods == Methods::kGetOnly && request.method != "GET")
    return status_response(meta::generic_server_response(405), request);
  if (!form) return status_response(form.error(), request);
  return in_form(request, *form, document.json, {});
}

http::Response Discovery::answer_aggregated(const http::Request& request, const Form& form,
                                            const Aggregated& document) {
  http::Response response;
  if (request.headers.get("if-none-match") == document.tag) {
    response.status = 304;
  } else {
    response = in_form(request, form, document.json, ";g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
  }
  response.headers.add("vary", "Accept");
  response.headers.add("cache-control", "public");
  response.headers.add("etag", document.tag);
  return response;
}

}  // namespace pedalion::endpoints
