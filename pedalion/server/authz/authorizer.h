#pragma once
// Who may do what: authorizers judge the attributes of a request. The seam for RBAC.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/registry/rest/context.h"

namespace pedalion::server::authz {

/// What is asked for. Views borrow from the request for the time of the call.
struct Attributes {
  const registry::rest::UserInfo* user = nullptr;
  bool resource_request = false;
  std::string_view verb, path;  // path: of non-resource requests
  std::string_view group, version, resource, subresource, ns, name;
};

enum class Decision { kDeny, kAllow, kNoOpinion };

struct Verdict {
  Decision decision = Decision::kNoOpinion;
  std::string reason;  // shown to the user after the denial's text; may be empty
};

/// Thread-safe.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  virtual Verdict authorize(const Attributes& attributes) const = 0;
};

/// The first opinion wins; none is a denial.
class UnionAuthorizer final : public Authorizer {
 public:
  explicit UnionAuthorizer(std::vector<std::unique_ptr<Authorizer>> members) : members_(std::move(members)) {}
  Verdict authorize(const Attributes& attributes) const override;

 private:
  std::vector<std::unique_ptr<Authorizer>> members_;
};

/// Everything is allowed to members of `group` (system:masters).
class PrivilegedGroupAuthorizer final : public Authorizer {
 public:
  explicit PrivilegedGroupAuthorizer(std::string group) : group_(std::move(group)) {}
  Verdict authorize(const Attributes& attributes) const override;

 private:
  std::string group_;
};

/// Health and version for everybody, nobody included; nothing else for nobody. What the bootstrap role
/// system:public-info-viewer grants under RBAC.
class PublicInfoAuthorizer final : public Authorizer {
 public:
  Verdict authorize(const Attributes& attributes) const override;
};

/// --authorization-mode=AlwaysAllow, for those who are authenticated.
class AlwaysAllowAuthorizer final : public Authorizer {
 public:
  Verdict authorize(const Attributes& attributes) const override;
};

/// --authorization-mode=AlwaysDeny.
class AlwaysDenyAuthorizer final : public Authorizer {
 public:
  Verdict authorize(const Attributes& attributes) const override;
};

/// The denial as kube-apiserver words it: `User "u" cannot list resource "pods" in API group "" in the
/// namespace "n"`.
std::string denial_text(const Attributes& attributes, std::string_view reason);

}  // namespace pedalion::server::authz
