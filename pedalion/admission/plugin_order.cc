#include "pedalion/admission/plugin_order.h"

#include <algorithm>
#include <set>

namespace pedalion::admission {
namespace {

constexpr bool kOn = true, kOff = false, kThere = true, kNotYet = false;

/// kube-apiserver's AllOrderedPlugins. Quota comes last: only what all others accepted may be charged.
constexpr PluginFacts kPlugins[] = {
    {"AlwaysAdmit", kOff, kNotYet},
    {"NamespaceAutoProvision", kOff, kNotYet},
    {"NamespaceLifecycle", kOn, kThere},
    {"NamespaceExists", kOff, kNotYet},
    {"LimitPodHardAntiAffinityTopology", kOff, kNotYet},
    {"LimitRanger", kOn, kThere},
    {"ServiceAccount", kOn, kNotYet},
    {"NodeRestriction", kOff, kNotYet},
    {"TaintNodesByCondition", kOn, kThere},
    {"AlwaysPullImages", kOff, kNotYet},
    {"ImagePolicyWebhook", kOff, kNotYet},
    {"PodSecurity", kOn, kThere},
    {"PodNodeSelector", kOff, kNotYet},
    {"Priority", kOn, kThere},
    {"DefaultTolerationSeconds", kOn, kThere},
    {"PodTolerationRestriction", kOff, kNotYet},
    {"EventRateLimit", kOff, kNotYet},
    {"ExtendedResourceToleration", kOff, kNotYet},
    {"DefaultStorageClass", kOn, kThere},
    {"StorageObjectInUseProtection", kOn, kThere},
    {"PodGroupProtection", kOn, kNotYet},
    {"OwnerReferencesPermissionEnforcement", kOff, kNotYet},
    {"PersistentVolumeClaimResize", kOn, kThere},
    {"RuntimeClass", kOn, kThere},
    {"CertificateApproval", kOn, kThere},
    {"CertificateSigning", kOn, kThere},
    {"ClusterTrustBundleAttest", kOn, kNotYet},
    {"CertificateSubjectRestriction", kOn, kThere},
    {"DefaultIngressClass", kOn, kThere},
    {"DenyServiceExternalIPs", kOff, kNotYet},
    {"PodTopologyLabels", kOn, kThere},
    {"PodGroupWorkloadExists", kOn, kNotYet},
    {"NodeDeclaredFeatureValidator", kOn, kNotYet},
    {"JobValidation", kOn, kNotYet},
    {"PodResizeValidator", kOn, kNotYet},
    {"MutatingAdmissionPolicy", kOn, kNotYet},
    {"MutatingAdmissionWebhook", kOn, kNotYet},
    {"ValidatingAdmissionPolicy", kOn, kNotYet},
    {"ValidatingAdmissionWebhook", kOn, kNotYet},
    {"ResourceQuota", kOn, kThere},
    {"AlwaysDeny", kOff, kNotYet},
};

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

Result<void> check_names(const std::vector<std::string>& names, std::string_view flag) {
  for (const std::string& name : names) {
    if (find_plugin(name) == nullptr) {
      return std::unexpected(
          Status(400, "BadRequest", std::string(flag) + " plugin \"" + name + "\" is unknown"));
    }
  }
  return {};
}

}  // namespace

std::span<const PluginFacts> plugin_order() { return kPlugins; }

const PluginFacts* find_plugin(std::string_view name) {
  const auto* found = std::ranges::find(kPlugins, name, &PluginFacts::name);
  return found == std::end(kPlugins) ? nullptr : found;
}

std::size_t place_of(std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(kPlugins, name, &PluginFacts::name) - kPlugins);
}

Result<void> PluginChoice::check() const {
  TRY_OK(check_names(enabled, "enable-admission-plugins"));
  TRY_OK(check_names(disabled, "disable-admission-plugins"));
  std::set<std::string> both;
  for (const std::string& name : enabled) {
    if (contains(disabled, name)) both.insert(name);
  }
  if (both.empty()) return {};
  std::string text;
  for (const std::string& name : both) text += (text.empty() ? "[" : " ") + name;
  return std::unexpected(Status(
      400, "BadRequest", text + "] in enable-admission-plugins and disable-admission-plugins overlapped"));
}

bool PluginChoice::has(std::string_view name) const {
  if (contains(enabled, name)) return true;
  const PluginFacts* facts = find_plugin(name);
  return facts != nullptr && facts->on_by_default && !contains(disabled, name);
}

}  // namespace pedalion::admission
