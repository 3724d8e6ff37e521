#pragma once
// In which form a request wants its answer, and in which its body is: Accept and Content-Type as
// kube-apiserver reads them.
#include <string_view>

#include "pedalion/apimachinery/codec/decode.h"
#include "pedalion/http/message.h"

namespace pedalion::endpoints {

enum class Media : std::uint8_t { kJson, kYaml, kProtobuf };

std::string_view content_type_of(Media media);

enum class Transform : std::uint8_t { kNone, kTable, kPartial, kGroupDiscovery };

struct Form {
  Media media = Media::kJson;
  Transform transform = Transform::kNone;
  std::string_view version = "v1";  // of the transform's kind
  bool as_list = false;             // PartialObjectMetadataList was asked for
  bool pretty = false;

  std::string_view content_type() const { return content_type_of(media); }
};

/// What an endpoint can answer with.
enum class Answers : std::uint8_t {
  kObject,
  kStream,
  kDocument,        // no transforms
  kGroupDiscovery,  // the same, or, before anything else that is asked for, APIGroupDiscoveryList
};
/// Custom resources have no protobuf of their own, only that of their metadata.
enum class Protobuf : std::uint8_t { kServed, kTransformsOnly };

/// The first acceptable clause of Accept, by quality. Fails with 406.
Result<Form> negotiate(const http::Request& request, Answers answers, Protobuf protobuf = Protobuf::kServed);

/// As negotiate(), without transforms; pretty JSON when nothing fits. For errors.
Form negotiate_status(const http::Request& request);

/// Fails with 415. An absent Content-Type is JSON.
Result<codec::MediaType> body_media_type(const http::Request& request);

/// `type/subtype` of a header in lower case, without parameters; empty when it is malformed.
std::string media_type_of(std::string_view header);

}  // namespace pedalion::endpoints
