#include "pedalion/endpoints/handlers/negotiation.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/query.h"

namespace pedalion::endpoints {
namespace {

constexpr std::string_view kMetaGroup = "meta.k8s.io";
constexpr Media kMedia[] = {Media::kJson, Media::kYaml, Media::kProtobuf};
const std::vector<std::string_view> kServed = {"application/json", "application/yaml",
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

/// One media range of Accept. The texts are the header's.
struct Clause {
  std::string_view type, subtype;
  double quality = 1;
  std::string_view as, group, version, stream, server_version;
  bool pretty = false;

  /// Case counts, as it does for kube-apiserver.
  bool matches(std::string_view media) const {
    if (type == "*") return subtype == "*";
    auto slash = media.find('/');
    return type == media.substr(0, slash) && (subtype == "*" || subtype == media.substr(slash + 1));
  }
  bool converts() const { return !as.empty() || !group.empty() || !version.empty(); }
};

void read_parameter(std::string_view parameter, Clause& clause) {
  auto value = parameter;
  auto name = take(value, '=');
  value = trimmed(value);
  if (name == "q") {
    double quality = 0;
    std::from_chars(value.data(), value.data() + value.size(), quality);
    clause.quality = std::isnan(quality) ? 0 : quality;
  } else if (name == "as") {
    clause.as = value;
  } else if (name == "g") {
    clause.group = value;
  } else if (name == "v") {
    clause.version = value;
  } else if (name == "stream") {
    clause.stream = value;
  } else if (name == "sv") {
    clause.server_version = value;
  } else if (name == "pretty") {
    clause.pretty = value == "1";
  }
}

/// Whether `a` is asked for before `b`. No order (a wanted range and a specific one each come before the
/// other), but what decides all the same.
bool comes_before(const Clause& a, const Clause& b) {
  return a.quality > b.quality || (a.type != "*" && b.type == "*") || (a.subtype != "*" && b.subtype == "*");
}

/// Short lists as kube-apiserver sorts them, long ones (which no client sends) in an order that costs little.
void sort(std::vector<Clause>& clauses) {
  constexpr std::size_t kShort = 12;
  if (clauses.size() > kShort) {
    std::ranges::sort(clauses, [](const Clause& a, const Clause& b) {
      return a.quality != b.quality ? a.quality > b.quality : a.type.data() < b.type.data();
    });
    return;
  }
  for (std::size_t end = 1; end < clauses.size(); ++end) {
    for (std::size_t at = end; at > 0 && comes_before(clauses[at], clauses[at - 1]); --at)
      std::swap(clauses[at], clauses[at - 1]);
  }
}

std::vector<Clause> parse_accept(std::string_view header) {
  std::vector<Clause> clauses;
  while (!header.empty()) {
    auto rest = take(header, ',');
    auto range = take(rest, ';');
    Clause clause;
    clause.type = take(range, '/');
    clause.subtype = trimmed(range);
    if (clause.type == "*" && clause.subtype.empty()) clause.subtype = "*";
    while (!rest.empty()) read_parameter(take(rest, ';'), clause);
    bool well_formed = !clause.type.empty() && !clause.subtype.empty() && !clause.subtype.contains('/');
    if (well_formed) clauses.push_back(clause);
  }
  sort(clauses);
  return clauses;
}

/// What is asked of each route before anything else: that one range is `*/*` or a type that is served,
/// exactly.
bool names_known_type(std::string_view header) {
  while (!header.empty()) {
    auto rest = take(header, ',');
    auto range = take(rest, ';');
    if (range == "*/*" || std::ranges::find(kServed, range) != kServed.end()) return true;
  }
  return false;
}

/// What an endpoint has to offer.
struct Offer {
  Answers answers;
  Protobuf protobuf = Protobuf::kServed;

  bool is_resource() const { return answers == Answers::kObject || answers == Answers::kStream; }
};

/// Fills the transform that the clause asks for, when there is one.
bool take_transform(const Clause& clause, Offer offer, Form& form) {
  if (offer.answers == Answers::kGroupDiscovery) {
    form.transform = Transform::kGroupDiscovery;
    form.version = "v2";
    return clause.as == "APIGroupDiscoveryList" && clause.group == "apidiscovery.k8s.io" &&
           clause.version == "v2";
  }
  if (!clause.converts()) return form.media != Media::kProtobuf || offer.protobuf == Protobuf::kServed;
  bool known = offer.is_resource() && clause.group == kMetaGroup &&
               (clause.version == "v1" || clause.version == "v1beta1");
  if (!known) return false;
  form.version = clause.version == "v1" ? "v1" : "v1beta1";
  form.as_list = clause.as == "PartialObjectMetadataList";
  form.transform = clause.as == "Table" ? Transform::kTable : Transform::kPartial;
  if (form.transform == Transform::kTable) return form.media != Media::kProtobuf;
  return form.as_list || clause.as == "PartialObjectMetadata";
}

/// Whether `clause` wants a form that there is; fills it.
bool accepts(const Clause& clause, Offer offer, Form& form) {
  if (!clause.matches(form.content_type())) return false;
  bool streams = form.media != Media::kYaml && clause.stream == "watch";
  bool has_version = offer.is_resource() && clause.server_version == "v1";
  if (!clause.stream.empty() && !streams) return false;
  if (!clause.server_version.empty() && !has_version) return false;
  return take_transform(clause, offer, form);
}

bool is_browser(std::string_view user_agent) {
  return user_agent.starts_with("curl") || user_agent.starts_with("Wget") ||
         user_agent.starts_with("Mozilla/5.0");
}

bool wants_pretty(const http::Request& request, bool by_accept) {
  meta::Query query(request.query());
  if (query.has("pretty")) return query.boolean("pretty");
  return by_accept || is_browser(request.headers.get("user-agent"));
}

Status restful_not_acceptable(Answers answers) {
  std::string text = "406: Not Acceptable\n\nAvailable representations: ";
  for (std::string_view media : kServed) text += (media == kServed.front() ? "" : ", ") + std::string(media);
  if (answers == Answers::kStream) {
    for (std::string_view media : kStreams) text += ", " + std::string(media);
  }
  return Status(406, "NotAcceptable", std::move(text), StatusDetails());
}

/// What the first clause wants that can be had.
std::optional<Form> first_taken(const std::vector<Clause>& clauses, Offer offer,
                                const http::Request& request) {
  for (const Clause& clause : clauses) {
    for (Media media : kMedia) {
      Form form{.media = media};
      if (!accepts(clause, offer, form)) continue;
      form.pretty = media == Media::kJson && wants_pretty(request, clause.pretty);
      return form;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string_view content_type_of(Media media) { return kServed[static_cast<std::size_t>(media)]; }

Result<Form> negotiate(const http::Request& request, Answers answers, Protobuf protobuf) {
  auto header = request.headers.get("accept");
  if (header.empty()) return Form{.pretty = wants_pretty(request, false)};
  if (!names_known_type(header)) return std::unexpected(restful_not_acceptable(answers));
  auto clauses = parse_accept(header);
  auto form = first_taken(clauses, {answers, protobuf}, request);
  if (!form && answers == Answers::kGroupDiscovery)
    form = first_taken(clauses, {Answers::kDocument}, request);
  if (!form) return std::unexpected(meta::not_acceptable(kServed));
  if (form->media == Media::kYaml && answers == Answers::kStream)
    return std::unexpected(meta::not_acceptable(kStreams));
  return *form;
}

Form negotiate_status(const http::Request& request) {
  auto header = request.headers.get("accept");
  if (header.empty()) return Form{.pretty = wants_pretty(request, false)};
  auto form = first_taken(parse_accept(header), {Answers::kDocument}, request);
  return form.value_or(Form{.pretty = true});
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
  return std::unexpected(meta::unsupported_media_type(kServed));
}

}  // namespace pedalion::endpoints
