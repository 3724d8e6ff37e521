#include "pedalion/controlplane/reviews.h"

#include <algorithm>

namespace pedalion::controlplane {
namespace {

using json::Value;
using registry::builtin::virtuals::AccessAnswer;
using registry::builtin::virtuals::AccessQuestion;
using server::authn::UserInfo;
using server::authz::Attributes;
using server::authz::Authorizer;
using server::authz::Decision;

Value list_of(const std::vector<std::string>& texts, json::Arena& arena) {
  Value list = Value::array(arena);
  for (const auto& text : texts) list.push_back(Value::string(text, arena), arena);
  return list;
}

AccessAnswer authorize(const Authorizer& authorizer, const AccessQuestion& question) {
  Attributes attributes{.user = question.user,
                        .resource_request = question.resource_request,
                        .verb = question.verb,
                        .path = question.path,
                        .group = question.group,
                        .version = question.version,
                        .resource = question.resource,
                        .subresource = question.subresource,
                        .ns = question.ns,
                        .name = question.name};
  auto verdict = authorizer.authorize(attributes);
  return {verdict.decision == Decision::kAllow,
          verdict.decision == Decision::kDeny,
          std::move(verdict.reason),
          {}};
}

/// No mode that is there has rules to list: either everything is allowed or only what everybody may see.
json::Document rules_of(const Authorizer& authorizer, const UserInfo& user, const std::string& ns) {
  json::Document status;
  auto& arena = status.arena;
  status.root = Value::object(arena);
  auto rule = [&](std::vector<std::string> verbs) {
    Value made = Value::object(arena);
    made.append_member("verbs", list_of(verbs, arena), arena);
    return made;
  };
  Value resource_rules = Value::array(arena), path_rules = Value::array(arena);
  Attributes anything{
      .user = &user, .resource_request = true, .verb = "*", .group = "*", .resource = "*", .ns = ns};
  if (authorizer.authorize(anything).decision == Decision::kAllow) {
    Value all = rule({"*"});
    all.append_member("apiGroups", list_of({"*"}, arena), arena);
    all.append_member("resources", list_of({"*"}, arena), arena);
    resource_rules.push_back(all, arena);
    Value paths = rule({"*"});
    paths.append_member("nonResourceURLs", list_of({"*"}, arena), arena);
    path_rules.push_back(paths, arena);
  } else {
    Value paths = rule({"get"});
    paths.append_member("nonResourceURLs",
                        list_of({"/healthz", "/livez", "/readyz", "/version", "/version/"}, arena), arena);
    path_rules.push_back(paths, arena);
  }
  status.root.append_member("resourceRules", resource_rules, arena);
  status.root.append_member("nonResourceRules", path_rules, arena);
  status.root.append_member("incomplete", Value::boolean(false), arena);
  return status;
}

Value user_value(const UserInfo& user, json::Arena& arena) {
  Value value = Value::object(arena);
  value.append_member("username", Value::string(user.name, arena), arena);
  if (!user.uid.empty()) value.append_member("uid", Value::string(user.uid, arena), arena);
  value.append_member("groups", list_of(user.groups, arena), arena);
  if (user.extra.empty()) return value;
  Value& extra = value.append_member("extra", Value::object(arena), arena);
  for (const auto& [key, values] : user.extra) extra.set(key, list_of(values, arena), arena);
  return value;
}

using server::authn::Authenticator;
using server::authn::ServiceAccountAuthenticator;
using Identity = ServiceAccountAuthenticator::Identity;

/// The user of any other token, for whom this server is.
Result<Identity> identify(const Authenticator& authenticator, const std::vector<std::string>& own_audiences,
                          const std::string& token, const std::vector<std::string>& wanted) {
  http::Request request;
  request.headers.add("authorization", "Bearer " + token);
  Identity identity;
  TRY(identity.user, authenticator.authenticate(request));
  if (identity.user != nullptr && identity.user->name == server::authn::kAnonymousUser)
    identity.user = nullptr;
  for (const auto& audience : own_audiences) {
    if (wanted.empty() || std::ranges::find(wanted, audience) != wanted.end())
      identity.audiences.push_back(audience);
  }
  if (identity.audiences.empty()) identity.user = nullptr;
  return identity;
}

json::Document review_token(const Result<Identity>& identity) {
  json::Document status;
  auto& arena = status.arena;
  status.root = Value::object(arena);
  if (identity && identity->user != nullptr) {
    status.root.append_member("authenticated", Value::boolean(true), arena);
    status.root.append_member("user", user_value(*identity->user, arena), arena);
    status.root.append_member("audiences", list_of(identity->audiences, arena), arena);
  } else {
    status.root.append_member("user", Value::object(arena), arena);
    // A good token for others is as bad as any.
    std::string_view error = identity ? "invalid bearer token" : std::string_view(identity.error().message);
    status.root.append_member("error", Value::string(error, arena), arena);
  }
  return status;
}

}  // namespace

registry::builtin::virtuals::AccessCallbacks review_callbacks(const Authenticator& authenticator,
                                                              const ServiceAccountAuthenticator& accounts,
                                                              const Authorizer& authorizer,
                                                              std::vector<std::string> audiences) {
  registry::builtin::virtuals::AccessCallbacks callbacks;
  callbacks.authorize = [&authorizer](const AccessQuestion& question) {
    return authorize(authorizer, question);
  };
  callbacks.rules_of = [&authorizer](const UserInfo& user, const std::string& ns) -> Result<json::Document> {
    return rules_of(authorizer, user, ns);
  };
  callbacks.review_token = [&authenticator, &accounts, audiences = std::move(audiences)](
                               const std::string& token,
                               const std::vector<std::string>& wanted) -> Result<json::Document> {
    auto identity = accounts.identify(token, wanted);
    if (identity && identity->user == nullptr) identity = identify(authenticator, audiences, token, wanted);
    return review_token(identity);
  };
  return callbacks;
}

}  // namespace pedalion::controlplane
