#include "pedalion/registry/builtin/subresources/token.h"

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/registry/builtin/defaults/filler.h"
#include "pedalion/registry/builtin/virtuals/reviews.h"

namespace pedalion::registry::builtin::subresources {

using defaults::Filler;
using json::Value;

Task<Result<rest::ObjectPtr>> TokenCreater::create(rest::RequestContext& context, std::string name,
                                                   json::Document object, rest::WriteOptions) {
  CO_TRY(rest::ObjectPtr found, co_await accounts_.get(context, name, {}));
  if (!callbacks_.sign_token) {
    co_return std::unexpected(
        meta::not_implemented("this server has no key to sign service account tokens with"));
  }
  CO_TRY(json::Document account, json::parse(found->json.view()));
  Filler request(object.root, type_, object.arena);
  request.in("spec").fill("expirationSeconds", Value::integer(3600));
  CO_TRY(json::Document status, callbacks_.sign_token(account.root, object.root));
  Filler metadata = request.in("metadata");
  metadata.set_text("name", found->name);
  metadata.set_text("namespace", found->ns);
  metadata.set_text("uid", found->uid);
  metadata.set_text("creationTimestamp", meta::format_time(meta::now_seconds()));
  request.set("status", json::deep_copy(status.root, object.arena));
  co_return virtuals::unstored_object(object.root);
}

}  // namespace pedalion::registry::builtin::subresources
