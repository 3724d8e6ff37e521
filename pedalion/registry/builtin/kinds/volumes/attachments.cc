// Attachments of volumes to nodes: asked for once, and reported on.
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/go_form.h"
#include "pedalion/registry/builtin/kinds/volume_sources.h"
#include "pedalion/registry/builtin/kinds/volumes/rows.h"
#include "pedalion/registry/builtin/kinds/volumes/volume_spec.h"

namespace pedalion::registry::builtin::kinds::volumes {

namespace {

constexpr std::size_t kMostMetadataBytes = 256 * 1024, kMostMessageBytes = 1024;

void check_source(const Field& source) {
  constexpr std::string_view kOne = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
  Field spec = source["inlineVolumeSpec"], name = source["persistentVolumeName"];
  if (!spec && !name) return source.required(kOne);
  if (spec && name) return source.forbidden(kOne);
  if (name && name.text().empty()) name.required("must specify non empty persistentVolumeName");
  if (spec) check_volume_spec(spec, "", SpecPlace::kInline, LabelValues::kJudged);
}

void check_error(const Field& error) {
  Field message = error["message"], code = error["errorCode"];
  if (message.text().size() > kMostMessageBytes) message.too_long(kMostMessageBytes);
  if (code && code.number() < 0) code.invalid("must be between 0 and 2147483647, inclusive");
}

void check_attachment(const Field& attachment) {
  Field spec = attachment["spec"], status = attachment["status"];
  require_text(spec["attacher"]);
  check_source(spec["source"]);
  check_name(spec["nodeName"], meta::dns_subdomain_problems);
  std::size_t bytes = 0;
  Field metadata = status["attachmentMetadata"];
  metadata.each_entry(
      [&](std::string_view key, const Field& value) { bytes += key.size() + value.text().size(); });
  if (bytes > kMostMetadataBytes) metadata.too_long(kMostMetadataBytes);
  check_error(status["attachError"]);
  check_error(status["detachError"]);
}

/// Names are judged where attachments are made: older ones may have others.
void validate(const Value& object, FieldErrors& errors) {
  Field attachment(object, errors), spec = attachment["spec"];
  check_attachment(attachment);
  check_csi_driver_name(spec["attacher"]);
  Field volume = spec["source"]["persistentVolumeName"];
  if (volume) check_name(volume, meta::dns_subdomain_problems);
}

void validate_update(const Value& object, const Value& old, FieldErrors& errors) {
  FieldErrors none;
  Field attachment(object, errors);
  // kube-apiserver judges it twice here, and says so twice.
  check_attachment(attachment);
  check_attachment(attachment);
  check_immutable_struct(attachment["spec"], Field(old, none)["spec"],
                         {"storage/v1", "VolumeAttachmentSpec"});
}

}  // namespace

constinit const KindRules kVolumeAttachments{.group = "storage.k8s.io",
                                             .resource = "volumeattachments",
                                             .validate = validate,
                                             .validate_update = validate_update,
                                             .update_judged_alone = true,
                                             .validate_status_update = validate_update};

}  // namespace pedalion::registry::builtin::kinds::volumes
