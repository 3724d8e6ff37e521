#include "pedalion/endpoints/handlers/negotiation.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/endpoints/request/query.h"

namespace pedalion::endpoints {
namespace {

constexpr std::string_view kMetaGroup = "meta.k8s.io";
const std::vector<std::string_view> kServed = {"application/json", "application/yaml"};
const std::vector<std::string_view> kKnown = {"application/json", "application/yaml",
                                              "application/vnd.kubernetes.protobuf"};
/// Of watches; YAML cannot be cut into frames.
const std::vector<std::string_view> kStreams = {"application/json;stream=watch",
                                                "application/vnd.kubernetes.protobuf;stream=watch"};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return made;
}

/// The text before `separator`, which is taken off `rest`.
std::string_view take(std::string_view& rest, char separator) {
  auto at = rest.find(separator);
  auto part = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  return trimmed(part);
}

struct Clause {
  std::string type, subtype;
  double quality = 1;
  std::string_view as, group, version;
  bool pretty = false;

  bool matches(std::string_view media) const {
    auto slash = media.find('/');
    return (type == "*" || type == media.substr(0, slash)) &&
           (type == "*" ? subtype == "*" : subtype == media.substr(slash + 1));
  }
};

void read_parameter(std::string_view parameter, Clause& clause) {
  auto value = parameter;
  std::string name = lower(take(value, '='));
  value = trimmed(value);
  if (name == "q") {
    double quality = 0;
    if (std::from_chars(value.data(), value.data() + value.size(), quality).ec == std::errc())
      clause.quality = quality;
  } else if (name == "as") {
    clause.as = value;
  } else if (name == "g") {
    clause.group = value;
  } else if (name == "v") {
    clause.version = value;
  } else if (name == "pretty") {
    clause.pretty = value == "1" || value == "true";
  }
}

std::vector<Clause> parse_accept(std::string_view header) {
  std::vector<Clause> clauses;
  while (!header.empty()) {
    auto rest = take(header, ',');
    auto range = take(rest, ';');
    auto slash = range.find('/');
    Clause clause;
    if (slash != std::string_view::npos) {
      clause.type = range.substr(0, slash);  // as written: kube-apiserver tells capitals apart
      clause.subtype = range.substr(slash + 1);
    }
    while (!rest.empty()) read_parameter(take(rest, ';'), clause);
    if (clause.type.empty() || clause.subtype.empty()) continue;
    // Behind those that are wanted at least as much.
    auto place =
        std::ranges::find_if(clauses, [&](const Clause& other) { return other.quality < clause.quality; });
    clauses.insert(place, std::move(clause));
  }
  return clauses;
}

bool take_group_discovery(const Clause& clause, Form& form) {
  bool known = clause.as == "APIGroupDiscoveryList" && clause.group == "apidiscovery.k8s.io" &&
               (clause.version == "v2" || clause.version == "v2beta1");
  if (!known) return false;
  form.transform = Transform::kGroupDiscovery;
  form.version = clause.version == "v2" ? "v2" : "v2beta1";
  return true;
}

/// Whether `clause` wants a form that there is; fills the transform.
bool take_transform(const Clause& clause, Answers answers, Form& form) {
  if (clause.as.empty()) return true;
  if (answers == Answers::kGroupDiscovery) return take_group_discovery(clause, form);
  if (answers == Answers::kDocument) return false;
  if (clause.group != kMetaGroup || (clause.version != "v1" && clause.version != "v1beta1")) return false;
  form.version = clause.version == "v1" ? "v1" : "v1beta1";
  form.as_list = clause.as == "PartialObjectMetadataList";
  if (clause.as == "Table") {
    form.transform = Transform::kTable;
  } else if (form.as_list || clause.as == "PartialObjectMetadata") {
    form.transform = Transform::kPartial;
  } else {
    return false;
  }
  return true;
}

bool is_browser(std::string_view user_agent) {
  return user_agent.starts_with("curl") || user_agent.starts_with("Wget") ||
         user_agent.starts_with("Mozilla/5.0");
}

bool wants_pretty(const http::Request& request, bool by_accept) {
  Query query(request.query());
  if (query.has("pretty")) return query.boolean("pretty");
  return by_accept || is_browser(request.headers.get("user-agent"));
}

Status restful_not_acceptable(Answers answers) {
  std::string text = "406: Not Acceptable\n\nAvailable representations: ";
  for (std::string_view media : kKnown) text += (media == kKnown.front() ? "" : ", ") + std::string(media);
  if (answers == Answers::kStream) {
    for (std::string_view media : kStreams) text += ", " + std::string(media);
  }
  return Status(406, "NotAcceptable", std::move(text), StatusDetails());
}

}  // namespace

Result<Form> negotiate(const http::Request& request, Answers answers) {
  auto header = request.headers.get("accept");
  if (header.empty()) return Form{.pretty = wants_pretty(request, false)};
  bool any_known = false, wants_protobuf = false;
  for (const Clause& clause : parse_accept(header)) {
    any_known = any_known ||
                std::ranges::any_of(kKnown, [&](std::string_view media) { return clause.matches(media); });
    wants_protobuf = wants_protobuf || (clause.subtype != "*" && clause.matches(kKnown.back()));
    for (Media media : {Media::kJson, Media::kYaml}) {
      Form form{.media = media};
      if (!clause.matches(form.content_type())) continue;
      if (!take_transform(clause, answers, form)) continue;
      if (media == Media::kYaml && answers == Answers::kStream)
        return std::unexpected(meta::not_acceptable(kStreams));
      form.pretty = media == Media::kJson && wants_pretty(request, clause.pretty);
      return form;
    }
  }
  if (!any_known) return std::unexpected(restful_not_acceptable(answers));
  return std::unexpected(meta::not_acceptable(wants_protobuf ? kServed : kKnown));
}

Form negotiate_status(const http::Request& request) {
  Form form;
  bool by_accept = false;
  for (const Clause& clause : parse_accept(request.headers.get("accept"))) {
    bool json = clause.matches("application/json"), yaml = clause.matches("application/yaml");
    if (!json && !yaml) continue;
    if (!json) form.media = Media::kYaml;
    by_accept = clause.pretty;
    break;
  }
  form.pretty = form.media == Media::kJson && wants_pretty(request, by_accept);
  return form;
}

std::string media_type_of(std::string_view header) {
  std::string type = lower(take(header, ';'));
  auto slash = type.find('/');
  bool well_formed = slash != std::string::npos && slash > 0 && slash + 1 < type.size() &&
                     type.find_first_of(", \t") == std::string::npos;
  return well_formed ? type : std::string();
}

Result<codec::MediaType> body_media_type(const http::Request& request) {
  auto header = request.headers.get("content-type");
  if (header.empty()) return codec::MediaType::kJson;
  std::string type = media_type_of(header);
  if (type == "application/json") return codec::MediaType::kJson;
  if (type == "application/yaml") return codec::MediaType::kYaml;
  if (type == "application/vnd.kubernetes.protobuf") return codec::MediaType::kProtobuf;
  return std::unexpected(meta::unsupported_media_type(kKnown));
}

}  // namespace pedalion::endpoints
