#pragma once
// serviceaccounts/token: signs a token for an account, if the server was given something to sign with.
#include "pedalion/apimachinery/schema/type.h"
#include "pedalion/registry/builtin/virtuals/access.h"
#include "pedalion/registry/rest/storage.h"

namespace pedalion::registry::builtin::subresources {

class TokenCreater final : public rest::Creater {
 public:
  /// `type` is that of TokenRequest. All borrowed.
  TokenCreater(rest::Getter& accounts, const schema::Type& type, const virtuals::AccessCallbacks& callbacks)
      : accounts_(accounts), type_(type), callbacks_(callbacks) {}
  /// 404 without the account, 501 without a signer.
  Task<Result<rest::ObjectPtr>> create(rest::RequestContext& context, std::string name, json::Document object,
                                       rest::WriteOptions options) override;

 private:
  rest::Getter& accounts_;
  const schema::Type& type_;
  const virtuals::AccessCallbacks& callbacks_;
};

}  // namespace pedalion::registry::builtin::subresources
