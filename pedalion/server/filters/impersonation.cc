#include <algorithm>
#include <optional>

#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/field_error.h"
#include "pedalion/apimachinery/meta/query.h"
#include "pedalion/server/authn/authenticator.h"
#include "pedalion/server/exchange/status_response.h"
#include "pedalion/server/filters/filters.h"
#include "pedalion/server/filters/refusal.h"

namespace pedalion::server::filters {
namespace {

using registry::rest::UserInfo;

constexpr std::string_view kUser = "impersonate-user", kGroup = "impersonate-group", kUid = "impersonate-uid",
                           kExtra = "impersonate-extra-",
                           kAccount = "system:serviceaccount:", kAccounts = "system:serviceaccounts",
                           kReviewGroup = "authentication.k8s.io";

/// As the headers say it; nothing is made up yet.
UserInfo wanted_user(const http::Headers& headers) {
  UserInfo user;
  user.name = headers.get(kUser);
  user.uid = headers.get(kUid);
  for (std::string_view group : headers.get_all(kGroup)) user.groups.emplace_back(group);
  for (const auto& field : headers.fields()) {
    if (!field.name.starts_with(kExtra)) continue;
    std::string key = field.name.substr(kExtra.size());
    user.extra[meta::unescaped(key, meta::Escapes::kPath).value_or(key)].push_back(field.value);
  }
  return user;
}

struct Account {
  std::string_view ns, name;
};

std::optional<Account> account_of(std::string_view user) {
  if (!user.starts_with(kAccount)) return std::nullopt;
  user.remove_prefix(kAccount.size());
  auto colon = user.find(':');
  if (colon == user.npos || user.find(':', colon + 1) != user.npos) return std::nullopt;
  Account account{user.substr(0, colon), user.substr(colon + 1)};
  return account.ns.empty() || account.name.empty() ? std::nullopt : std::optional(account);
}

/// Each thing that the user would be takes a right of its own.
std::vector<authz::Attributes> rights_for(const UserInfo& wanted, const UserInfo& asking) {
  std::vector<authz::Attributes> rights;
  auto add = [&](std::string_view group, std::string_view resource, std::string_view name,
                 std::string_view ns = {}, std::string_view subresource = {}) {
    rights.push_back({.user = &asking,
                      .resource_request = true,
                      .verb = "impersonate",
                      .path = {},
                      .group = group,
                      .version = group.empty() ? "" : "v1",
                      .resource = resource,
                      .subresource = subresource,
                      .ns = ns,
                      .name = name});
  };
  if (auto account = account_of(wanted.name)) {
    add("", "serviceaccounts", account->name, account->ns);
  } else {
    add("", "users", wanted.name);
  }
  for (const auto& group : wanted.groups) add("", "groups", group);
  for (const auto& [key, values] : wanted.extra) {
    for (const auto& value : values) add(kReviewGroup, "userextras", value, "", key);
  }
  if (!wanted.uid.empty()) add(kReviewGroup, "uids", wanted.uid);
  return rights;
}

/// The groups that go with the name, when none are named; and that it is somebody, or nobody.
void complete_groups(UserInfo& user) {
  auto account = account_of(user.name);
  if (account && user.groups.empty())
    user.groups = {std::string(kAccounts), std::string(kAccounts) + ":" + std::string(account->ns)};
  auto has = [&](std::string_view group) {
    return std::ranges::find(user.groups, group) != user.groups.end();
  };
  bool nobody = user.name == authn::kAnonymousUser;
  if (has(authn::kUnauthenticatedGroup) || (!nobody && has(authn::kAuthenticatedGroup))) return;
  user.groups.emplace_back(nobody ? authn::kUnauthenticatedGroup : authn::kAuthenticatedGroup);
}

std::string go_list(const std::vector<std::string>& texts) {
  std::string out = "[]string{";
  for (const auto& text : texts) out += (out.ends_with('{') ? "" : ", ") + meta::go_quoted(text);
  return out + "}";
}

/// The user as Go's %#v shows it.
std::string go_form(const UserInfo& user) {
  std::string extra = "map[string][]string";
  if (user.extra.empty()) {
    extra += "(nil)";
  } else {
    extra += "{";
    for (const auto& [key, values] : user.extra)
      extra += (extra.ends_with('{') ? "" : ", ") + meta::go_quoted(key) + ":" + go_list(values);
    extra += "}";
  }
  return "&user.DefaultInfo{Name:" + meta::go_quoted(user.name) + ", UID:" + meta::go_quoted(user.uid) +
         ", Groups:" + (user.groups.empty() ? "[]string(nil)" : go_list(user.groups)) + ", Extra:" + extra +
         "}";
}

class Impersonation final : public Filter {
 public:
  explicit Impersonation(const authz::Authorizer& authorizer) : authorizer_(authorizer) {}
  std::string_view name() const override { return "impersonation"; }

  std::optional<http::Response> before(Exchange& exchange) override {
    UserInfo wanted = wanted_user(exchange.request.headers);
    if (wanted.name.empty() && wanted.uid.empty() && wanted.groups.empty() && wanted.extra.empty()) {
      return std::nullopt;
    }
    if (wanted.name.empty()) {
      auto response = status_response(
          meta::bad_request("requested " + go_form(wanted) + " without impersonating a user name"), exchange);
      response.headers.set("x-content-type-options", "nosniff");
      return response;
    }
    for (const auto& right : rights_for(wanted, *exchange.user)) {
      auto verdict = authorizer_.authorize(right);
      if (verdict.decision != authz::Decision::kAllow) return refusal(right, verdict.reason, exchange);
    }
    complete_groups(wanted);
    exchange.user = std::make_shared<const UserInfo>(std::move(wanted));
    exchange.context.user = exchange.user.get();
    forget(exchange.request.headers);
    return std::nullopt;
  }

 private:
  /// What is handed on acts for itself.
  static void forget(http::Headers& headers) {
    std::vector<std::string> names;
    for (const auto& field : headers.fields()) {
      if (field.name.starts_with("impersonate-")) names.push_back(field.name);
    }
    for (const auto& name : names) headers.remove(name);
  }

  const authz::Authorizer& authorizer_;
};

}  // namespace

std::unique_ptr<Filter> impersonation(const authz::Authorizer& authorizer) {
  return std::make_unique<Impersonation>(authorizer);
}

}  // namespace pedalion::server::filters
