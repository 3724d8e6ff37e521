#include "pedalion/server/authz/authorizer.h"

#include <algorithm>
#include <array>

#include "pedalion/server/authn/authenticator.h"

namespace pedalion::server::authz {
namespace {

bool in_group(const Attributes& attributes, std::string_view group) {
  return attributes.user != nullptr &&
         std::ranges::find(attributes.user->groups, group) != attributes.user->groups.end();
}

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

/// kube-apiserver escapes what a browser could take for markup.
std::string html_escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace

Verdict UnionAuthorizer::authorize(const Attributes& attributes) const {
  std::string reasons;
  for (const auto& member : members_) {
    Verdict verdict = member->authorize(attributes);
    if (verdict.decision != Decision::kNoOpinion) return verdict;
    if (!verdict.reason.empty()) reasons += (reasons.empty() ? "" : "\n") + verdict.reason;
  }
  return {Decision::kNoOpinion, std::move(reasons)};
}

Verdict PrivilegedGroupAuthorizer::authorize(const Attributes& attributes) const {
  return {in_group(attributes, group_) ? Decision::kAllow : Decision::kNoOpinion, {}};
}

Verdict PublicInfoAuthorizer::authorize(const Attributes& attributes) const {
  static constexpr std::array<std::string_view, 5> kPaths = {"/healthz", "/livez", "/readyz", "/version",
                                                             "/version/"};
  if (!attributes.resource_request && attributes.verb == "get" &&
      std::ranges::find(kPaths, attributes.path) != kPaths.end()) {
    return {Decision::kAllow, {}};
  }
  return {};
}

Verdict AlwaysAllowAuthorizer::authorize(const Attributes& attributes) const {
  return {in_group(attributes, authn::kAuthenticatedGroup) ? Decision::kAllow : Decision::kNoOpinion, {}};
}

Verdict AlwaysDenyAuthorizer::authorize(const Attributes&) const {
  return {Decision::kNoOpinion, "Everything is forbidden."};
}

std::string denial_text(const Attributes& attributes, std::string_view reason) {
  std::string text = "User " + quoted(attributes.user->name) + " cannot " + std::string(attributes.verb);
  if (!attributes.resource_request) {
    text += " path " + quoted(attributes.path);
  } else {
    std::string resource(attributes.resource);
    if (!attributes.subresource.empty()) resource += "/" + std::string(attributes.subresource);
    text += " resource " + quoted(resource) + " in API group " + quoted(attributes.group);
    text += attributes.ns.empty() ? " at the cluster scope" : " in the namespace " + quoted(attributes.ns);
  }
  if (!reason.empty()) text += ": " + std::string(reason);
  return html_escaped(text);
}

}  // namespace pedalion::server::authz
