#include <cstdlib>

#include "pedalion/apimachinery/json/utf8.h"
#include "pedalion/endpoints/handlers/fake_resource.h"

/// Any body as each type of patch, twice as after a conflict: what comes of it is UTF-8, and the same both
/// times.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace pedalion;
  using namespace pedalion::endpoints;
  static testing::Caller caller("Pod", "pods");
  static const auto kPod = testing::object_of(
      R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","namespace":"n","labels":{"x":"y"}},)"
      R"("spec":{"containers":[{"name":"c","image":"i","ports":[{"containerPort":1}]}],"nodeSelector":{"a":"b"}}})");
  std::string body(reinterpret_cast<const char*>(data), size);
  caller.fake.current = {kPod, kPod};
  for (const char* type : {"application/json-patch+json", "application/merge-patch+json",
                           "application/strategic-merge-patch+json", "application/apply-patch+yaml"}) {
    caller.fake.all_written.clear();
    bool applies = std::string_view(type).ends_with("yaml");
    std::string path = std::string("/api/v1/namespaces/n/pods/a") + (applies ? "?fieldManager=m" : "");
    auto response = caller.send(handle_patch, "PATCH", path, {{"content-type", type}}, body);
    const auto& written = caller.fake.all_written;
    if (response.status < 300 && (written.size() != 2 || !json::is_valid_utf8(written[0]))) std::abort();
    if (!applies && written.size() == 2 && written[0] != written[1]) std::abort();
  }
  return 0;
}
