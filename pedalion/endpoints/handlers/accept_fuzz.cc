#include <cstdlib>

#include "pedalion/endpoints/handlers/negotiation.h"
#include "pedalion/http/message.h"

/// Whatever Accept says, there is an answer in a form that is served, or a refusal; errors always have a
/// form.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace pedalion;
  using namespace pedalion::endpoints;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  http::Request request;
  request.method = "GET";
  request.target = "/";
  request.headers.add("accept", text);
  request.headers.add("content-type", text);
  for (Answers answers : {Answers::kObject, Answers::kStream, Answers::kDocument, Answers::kGroupDiscovery}) {
    auto form = negotiate(request, answers);
    if (!form && form.error().code != 406) std::abort();
    bool transforms = form && form->transform != Transform::kNone;
    if (transforms && answers == Answers::kDocument) std::abort();
    if (form && answers == Answers::kStream && form->media == Media::kYaml) std::abort();
    if (form && form->media == Media::kProtobuf && form->transform == Transform::kTable) std::abort();
  }
  if (negotiate_status(request).transform != Transform::kNone) std::abort();
  body_media_type(request);
  return 0;
}
