// Objects from JSON to protobuf and back, for tests that speak protobuf: a line in, a line out.
//
//   encode BASE64   of JSON with kind and apiVersion; answers "ok BASE64" of the object in protobuf
//   decode BASE64   of an object in protobuf; answers "ok BASE64" of compact JSON
//
// What cannot be done is answered with "error TEXT".
#include <iostream>

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/apimachinery/codec/protobuf.h"
#include "pedalion/apimachinery/codec/protobuf_wire.h"
#include "pedalion/apimachinery/codec/protobuf_writer.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"

namespace {

using namespace pedalion;

Result<meta::GroupVersionKind> kind_of(std::string_view api_version, std::string_view kind) {
  TRY(auto group_version, meta::GroupVersion::parse(api_version));
  return meta::GroupVersionKind{group_version.group, group_version.version, std::string(kind)};
}

Result<const schema::Type*> type_of(const scheme::Scheme& scheme, const meta::GroupVersionKind& gvk) {
  if (const auto* type = scheme.type(gvk)) return type;
  return std::unexpected(
      Status(400, "BadRequest", "no kind " + gvk.kind + " in " + gvk.group + "/" + gvk.version));
}

/// An empty list is an absent one in protobuf.
bool holds_empty_list(const json::Value& value) {
  if (value.is_array() && value.empty()) return true;
  for (const auto& item : value.items()) {
    if (holds_empty_list(item)) return true;
  }
  for (const auto& member : value.members()) {
    if (holds_empty_list(member.value)) return true;
  }
  return false;
}

/// What protobuf would not carry is an error.
Result<std::string> encode(const scheme::Scheme& scheme, std::string_view text) {
  std::vector<std::string> problems;
  json::ParseOptions options;
  options.duplicates = &problems;
  TRY(auto document, json::parse(text, options));
  TRY(auto gvk, kind_of(document.root.string_at({"apiVersion"}), document.root.string_at({"kind"})));
  TRY(const auto* type, type_of(scheme, gvk));
  TRY_OK(codec::reshape(document, *type, &problems));
  if (holds_empty_list(document.root)) problems.push_back("an empty list");
  if (!problems.empty()) return std::unexpected(Status(400, "BadRequest", problems.front()));
  return codec::protobuf_object(json::to_string(document.root), gvk, *type);
}

Result<std::string> decode(const scheme::Scheme& scheme, std::string_view bytes) {
  TRY(auto envelope, codec::open_envelope(bytes));
  // Some of discovery's documents tell no version.
  TRY(auto gvk, kind_of(envelope.api_version.empty() ? "v1" : envelope.api_version, envelope.kind));
  TRY(const auto* type, type_of(scheme, gvk));
  json::Document document;
  TRY(document.root, codec::decode_message(envelope.raw, *type, document.arena));
  TRY_OK(codec::reshape(document, *type));
  codec::set_type_meta(document, gvk);
  if (envelope.api_version.empty()) document.root.erase("apiVersion");
  return json::to_string(document.root);
}

std::string answer(const scheme::Scheme& scheme, std::string_view line) {
  auto blank = line.find(' ');
  auto word = line.substr(0, blank);
  std::string bytes;
  if (blank == line.npos || !codec::append_base64_decoded(bytes, line.substr(blank + 1)))
    return "error not WORD BASE64";
  if (word != "encode" && word != "decode") return "error no such word";
  auto made = word == "encode" ? encode(scheme, bytes) : decode(scheme, bytes);
  return made ? "ok " + codec::base64_of(*made) : "error " + made.error().message;
}

}  // namespace

int main() {
  const scheme::Scheme scheme;
  for (std::string line; std::getline(std::cin, line);) std::cout << answer(scheme, line) << std::endl;
}
