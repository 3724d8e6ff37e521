#pragma once
// serviceaccounts/token: signs a token for an account, if the server was given something to sign with.
#include "pedalion/apimachinery/schema/type.h"
#include "pedalion/registry/builtin/virtuals/access.h"
#include "pedalion/registry/rest/storage.h"

namespace pedalion::registry::builtin::subresources {

/// What a token can be bound to: it is good as long as that is there.
struct Bindable {
  rest::Getter *pods = nullptr, *secrets = nullptr, *nodes = nullptr;
};

class TokenCreater final : public rest::Creater {
 public:
  /// `type` is that of TokenRequest. All borrowed.
  TokenCreater(rest::Getter& accounts, Bindable bindable, const schema::Type& type,
               const virtuals::AccessCallbacks& callbacks)
      : accounts_(accounts), bindable_(bindable), type_(type), callbacks_(callbacks) {}
  /// 404 without the account or what the token is bound to, 409 when that is another one of the name, 422 for
  /// what is wrong in the request, 501 without a signer.
  Task<Result<rest::ObjectPtr>> create(rest::RequestContext& context, std::string name, json::Document object,
                                       rest::WriteOptions options) override;

 private:
  Task<Result<void>> bind(rest::RequestContext& context, const json::Value& request,
                          virtuals::TokenClaims& claims);
  Task<Result<void>> bind_to_pod(rest::RequestContext& context, rest::ObjectPtr pod,
                                 virtuals::TokenClaims& claims);

  rest::Getter& accounts_;
  const Bindable bindable_;
  const schema::Type& type_;
  const virtuals::AccessCallbacks& callbacks_;
};

}  // namespace pedalion::registry::builtin::subresources
