#include "pedalion/endpoints/openapi/parameters.h"

#include <algorithm>
#include <string>

namespace pedalion::openapi {

using enum Parameter::In;

const Parameter kName = {"name", "string", kPathPart, ""};
const Parameter kNamespace = {"namespace", "string", kPathPart, "namespace-vgWSWtn3"};
const Parameter kPath = {"path", "string", kPathPart, "path-z6Ciiujn"};
const Parameter kPretty = {"pretty", "string", kQuery, "pretty-tJGM1-ng"};

namespace {

const Parameter kAllowWatchBookmarks = {"allowWatchBookmarks", "boolean", kQuery,
                                        "allowWatchBookmarks-HC2hJt-J"};
const Parameter kContinue = {"continue", "string", kQuery, "continue-QfD61s0i"};
const Parameter kDryRun = {"dryRun", "string", kQuery, ""};
const Parameter kFieldManager = {"fieldManager", "string", kQuery, "fieldManager-Qy4HdaTW"};
const Parameter kFieldManagerOfPatch = {"fieldManager", "string", kQuery, "fieldManager-7c6nTn1T"};
const Parameter kFieldSelector = {"fieldSelector", "string", kQuery, "fieldSelector-xIcQKXFG"};
const Parameter kFieldValidation = {"fieldValidation", "string", kQuery, ""};
const Parameter kForce = {"force", "boolean", kQuery, "force-tOGGb0Yi"};
const Parameter kGracePeriodSeconds = {"gracePeriodSeconds", "integer", kQuery,
                                       "gracePeriodSeconds--K5HaBOS"};
const Parameter kIgnoreStoreReadError = {"ignoreStoreReadErrorWithClusterBreakingPotential", "boolean",
                                         kQuery, "ignoreStoreReadErrorWithClusterBreakingPotential-QbNkfIqj"};
const Parameter kLabelSelector = {"labelSelector", "string", kQuery, "labelSelector-5Zw57w4C"};
const Parameter kLimit = {"limit", "integer", kQuery, "limit-1NfNmdNH"};
const Parameter kOrphanDependents = {"orphanDependents", "boolean", kQuery, "orphanDependents-uRB25kX5"};
const Parameter kPropagationPolicy = {"propagationPolicy", "string", kQuery, "propagationPolicy-6jk3prlO"};
const Parameter kResourceVersion = {"resourceVersion", "string", kQuery, "resourceVersion-5WAnf1kx"};
const Parameter kResourceVersionMatch = {"resourceVersionMatch", "string", kQuery,
                                         "resourceVersionMatch-t8XhRHeC"};
const Parameter kSendInitialEvents = {"sendInitialEvents", "boolean", kQuery, "sendInitialEvents-rLXlEK_k"};
const Parameter kShardSelector = {"shardSelector", "string", kQuery, "shardSelector-Kgyki_3_"};
const Parameter kTimeoutSeconds = {"timeoutSeconds", "integer", kQuery, "timeoutSeconds-yvYezaOC"};
const Parameter kWatch = {"watch", "boolean", kQuery, "watch-XNNPZGbK"};

struct OptionsParameter {
  std::string_view kind;
  Parameter parameter;
};

/// Of the option kinds that hold more than meta.k8s.io's.
const OptionsParameter kConnectParameters[] = {
    {"PodLogOptions", {"container", "string", kQuery, "container-1GeXxFDC"}},
    {"PodLogOptions", {"follow", "boolean", kQuery, "follow-9OIXh_2R"}},
    {"PodLogOptions",
     {"insecureSkipTLSVerifyBackend", "boolean", kQuery, "insecureSkipTLSVerifyBackend-gM00jVbe"}},
    {"PodLogOptions", {"limitBytes", "integer", kQuery, "limitBytes-zwd1RXuc"}},
    {"PodLogOptions", {"previous", "boolean", kQuery, "previous-1jxDPu3y"}},
    {"PodLogOptions", {"sinceSeconds", "integer", kQuery, "sinceSeconds-vE2NLdnP"}},
    {"PodLogOptions", {"stream", "string", kQuery, "stream-l-48cgXv"}},
    {"PodLogOptions", {"tailLines", "integer", kQuery, "tailLines-9xQLWHMV"}},
    {"PodLogOptions", {"timestamps", "boolean", kQuery, "timestamps-c17fW1w_"}},
    {"PodExecOptions", {"command", "string", kQuery, "command-Py3eQybp"}},
    {"PodExecOptions", {"container", "string", kQuery, "container-i5dOmRiM"}},
    {"PodExecOptions", {"stderr", "boolean", kQuery, "stderr-W_1TNlWc"}},
    {"PodExecOptions", {"stdin", "boolean", kQuery, "stdin-PSzNhyUC"}},
    {"PodExecOptions", {"stdout", "boolean", kQuery, "stdout--EZLRwV1"}},
    {"PodExecOptions", {"tty", "boolean", kQuery, "tty-s0flW37O"}},
    {"PodAttachOptions", {"container", "string", kQuery, "container-_Q-EJ3nR"}},
    {"PodAttachOptions", {"stderr", "boolean", kQuery, "stderr-26jJhFUR"}},
    {"PodAttachOptions", {"stdin", "boolean", kQuery, "stdin-sEFnN3IS"}},
    {"PodAttachOptions", {"stdout", "boolean", kQuery, "stdout-005YMKE6"}},
    {"PodAttachOptions", {"tty", "boolean", kQuery, "tty-g7MlET_l"}},
    {"PodPortForwardOptions", {"ports", "integer", kQuery, "ports-91KROJmm"}},
    {"PodProxyOptions", {"path", "string", kQuery, "path-oPbzgLUj"}},
    {"NodeProxyOptions", {"path", "string", kQuery, "path-rFDtV0x9"}},
    {"ServiceProxyOptions", {"path", "string", kQuery, "path-QCf0eosM"}},
};

}  // namespace

Parameters list_parameters() {
  return {&kAllowWatchBookmarks,
          &kContinue,
          &kFieldSelector,
          &kLabelSelector,
          &kLimit,
          &kResourceVersion,
          &kResourceVersionMatch,
          &kSendInitialEvents,
          &kShardSelector,
          &kTimeoutSeconds,
          &kWatch};
}

Parameters delete_parameters() {
  return {&kDryRun, &kGracePeriodSeconds, &kIgnoreStoreReadError, &kOrphanDependents, &kPropagationPolicy};
}

Parameters delete_collection_parameters() {
  return {&kContinue,
          &kDryRun,
          &kFieldSelector,
          &kGracePeriodSeconds,
          &kIgnoreStoreReadError,
          &kLabelSelector,
          &kLimit,
          &kOrphanDependents,
          &kPropagationPolicy,
          &kResourceVersion,
          &kResourceVersionMatch,
          &kSendInitialEvents,
          &kShardSelector,
          &kTimeoutSeconds};
}

Parameters write_parameters() { return {&kDryRun, &kFieldManager, &kFieldValidation}; }

Parameters patch_parameters() { return {&kDryRun, &kFieldManagerOfPatch, &kFieldValidation, &kForce}; }

Parameters connect_parameters(std::string_view options_kind) {
  Parameters parameters;
  for (const auto& [kind, parameter] : kConnectParameters) {
    if (kind == options_kind) parameters.push_back(&parameter);
  }
  return parameters;
}

std::span<const Parameter* const> shared_parameters() {
  static const Parameters all = [] {
    Parameters made = list_parameters();
    for (const auto& more : {delete_parameters(), write_parameters(), patch_parameters()}) {
      made.insert(made.end(), more.begin(), more.end());
    }
    for (const auto& entry : kConnectParameters) made.push_back(&entry.parameter);
    for (const auto* parameter : {&kNamespace, &kPath, &kPretty}) made.push_back(parameter);
    std::erase_if(made, [](const Parameter* parameter) { return parameter->shared_name.empty(); });
    std::ranges::sort(made, {}, [](const Parameter* parameter) { return parameter->shared_name; });
    return made;
  }();
  return all;
}

void sort(Parameters& parameters) {
  std::ranges::sort(parameters, [](const Parameter* a, const Parameter* b) {
    return a->name != b->name ? a->name < b->name : a->in == kPathPart && b->in != kPathPart;
  });
}

}  // namespace pedalion::openapi
