#include "pedalion/registry/builtin/virtuals/reviews.h"

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/managedfields/field_manager.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/registry/builtin/defaults/filler.h"
#include "pedalion/registry/builtin/virtuals/access_validation.h"
#include "pedalion/watchcache/json_object_decoder.h"

namespace pedalion::registry::builtin::virtuals {

using defaults::Filler;
using json::Value;
using rest::ObjectPtr;
using rest::RequestContext;

Result<ObjectPtr> unstored_object(const Value& object) {
  static const watchcache::JsonObjectDecoder decoder;
  return decoder.decode("", Bytes(json::to_string(object)), 0);
}

namespace {

Value user_info(const rest::UserInfo& user, json::Arena& arena) {
  Value info = Value::object(arena);
  info.append_member("username", Value::string(user.name, arena), arena);
  if (!user.uid.empty()) info.append_member("uid", Value::string(user.uid, arena), arena);
  auto strings = [&](const std::vector<std::string>& texts) {
    Value list = Value::array(arena);
    for (const std::string& text : texts) list.push_back(Value::string(text, arena), arena);
    return list;
  };
  if (!user.groups.empty()) info.append_member("groups", strings(user.groups), arena);
  if (!user.extra.empty()) {
    Value extra = Value::object(arena);
    for (const auto& [key, values] : user.extra) extra.set(key, strings(values), arena);
    info.append_member("extra", extra, arena);
  }
  return info;
}

/// SelfSubjectReview: who am I?
class WhoAmI final : public rest::Creater {
 public:
  explicit WhoAmI(const schema::Type& type) : type_(type) {}
  Task<Result<ObjectPtr>> create(RequestContext& context, std::string, json::Document object,
                                 rest::WriteOptions) override {
    if (context.user == nullptr) {
      co_return std::unexpected(meta::bad_request("no user present on request"));
    }
    Filler review(object.root, type_, object.arena);
    review.in("metadata").set_text("creationTimestamp", meta::format_time(meta::now_seconds()));
    review.in("status").set("userInfo", user_info(*context.user, object.arena));
    co_return unstored_object(object.root);
  }

 private:
  const schema::Type& type_;
};

/// Nothing is stored, yet the answer tells who owns what was asked.
void own_fields(const schema::Type& type, std::string_view api_version, const rest::WriteOptions& options,
                json::Document& object) {
  managedfields::FieldManager how{
      &type, {options.field_manager, api_version, ""}, meta::now_seconds(), nullptr, {}};
  managedfields::track_update(how, nullptr, object.root, object.arena);
}

std::string text_of(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  return std::string(value == nullptr ? std::string_view() : value->string_or());
}

AccessQuestion question_of(const Value& spec) {
  AccessQuestion question;
  if (const Value* resource = spec.find("resourceAttributes"); resource != nullptr && resource->is_object()) {
    question.resource_request = true;
    question.verb = text_of(*resource, "verb");
    question.group = text_of(*resource, "group");
    question.version = text_of(*resource, "version");
    question.resource = text_of(*resource, "resource");
    question.subresource = text_of(*resource, "subresource");
    question.ns = text_of(*resource, "namespace");
    question.name = text_of(*resource, "name");
  } else if (const Value* path = spec.find("nonResourceAttributes"); path != nullptr) {
    question.verb = text_of(*path, "verb");
    question.path = text_of(*path, "path");
  }
  return question;
}

rest::UserInfo subject_of(const Value& spec) {
  rest::UserInfo user;
  user.name = text_of(spec, "user");
  user.uid = text_of(spec, "uid");
  if (const Value* groups = spec.find("groups"); groups != nullptr) {
    for (const Value& group : groups->items()) user.groups.emplace_back(group.string_or());
  }
  if (const Value* extra = spec.find("extra"); extra != nullptr) {
    for (const json::Member& member : extra->members()) {
      auto& values = user.extra[std::string(member.name)];
      for (const Value& value : member.value.items()) values.emplace_back(value.string_or());
    }
  }
  return user;
}

/// SubjectAccessReview and its like: may they?
class AccessReview final : public rest::Creater {
 public:
  AccessReview(const schema::Type& type, Whom whom, const AccessCallbacks& callbacks)
      : type_(type), whom_(whom), callbacks_(callbacks) {}

  Task<Result<ObjectPtr>> create(RequestContext& context, std::string, json::Document object,
                                 rest::WriteOptions options) override {
    if (!callbacks_.authorize) {
      co_return std::unexpected(meta::not_implemented("this server has no authorizer to ask"));
    }
    Filler review(object.root, type_, object.arena);
    Value& spec = review.in("spec").object();
    own_fields(type_, "authorization.k8s.io/v1", options, object);
    auto errors = validate_access(object.root, whom_, context.ns);
    if (!errors.empty()) co_return std::unexpected(meta::invalid("authorization.k8s.io", "", "", errors));

    AccessQuestion question = question_of(spec);
    rest::UserInfo subject;
    if (whom_ != Whom::kSelf) subject = subject_of(spec);
    question.user = whom_ == Whom::kSelf ? context.user : &subject;
    AccessAnswer answer = callbacks_.authorize(question);
    Filler status = review.in("status");
    status.set("allowed", Value::boolean(answer.allowed));
    if (answer.denied) status.set("denied", Value::boolean(true));
    if (!answer.reason.empty()) status.set_text("reason", answer.reason);
    if (!answer.evaluation_error.empty()) status.set_text("evaluationError", answer.evaluation_error);
    co_return unstored_object(object.root);
  }

 private:
  const schema::Type& type_;
  const Whom whom_;
  const AccessCallbacks& callbacks_;
};

/// SelfSubjectRulesReview: what may I do in this namespace?
class RulesReview final : public rest::Creater {
 public:
  RulesReview(const schema::Type& type, const AccessCallbacks& callbacks)
      : type_(type), callbacks_(callbacks) {}
  Task<Result<ObjectPtr>> create(RequestContext& context, std::string, json::Document object,
                                 rest::WriteOptions) override {
    if (!callbacks_.rules_of || context.user == nullptr) {
      co_return std::unexpected(meta::not_implemented("this server's authorizer does not list rules"));
    }
    Filler review(object.root, type_, object.arena);
    std::string ns(review.in("spec").text("namespace"));
    if (ns.empty()) co_return std::unexpected(meta::bad_request("no namespace on request"));
    CO_TRY(json::Document rules, callbacks_.rules_of(*context.user, ns));
    // What was asked is not repeated.
    for (std::string_view part : {"metadata", "spec"}) review.set(part, Value::object(object.arena));
    review.set("status", json::deep_copy(rules.root, object.arena));
    co_return unstored_object(object.root);
  }

 private:
  const schema::Type& type_;
  const AccessCallbacks& callbacks_;
};

/// TokenReview: whose is this token?
class TokenReview final : public rest::Creater {
 public:
  TokenReview(const schema::Type& type, const AccessCallbacks& callbacks)
      : type_(type), callbacks_(callbacks) {}
  Task<Result<ObjectPtr>> create(RequestContext&, std::string, json::Document object,
                                 rest::WriteOptions options) override {
    if (!callbacks_.review_token) {
      co_return std::unexpected(meta::not_implemented("this server does not review tokens"));
    }
    Filler review(object.root, type_, object.arena);
    review.in("spec");
    own_fields(type_, "authentication.k8s.io/v1", options, object);
    Filler spec = review.in("spec");
    std::string token(spec.text("token"));
    if (token.empty()) {
      co_return std::unexpected(meta::bad_request("token is required for TokenReview in authentication"));
    }
    std::vector<std::string> audiences;
    if (const Value* list = spec.find("audiences"); list != nullptr) {
      for (const Value& audience : list->items()) audiences.emplace_back(audience.string_or());
    }
    CO_TRY(json::Document status, callbacks_.review_token(token, audiences));
    review.set("status", json::deep_copy(status.root, object.arena));
    co_return unstored_object(object.root);
  }

 private:
  const schema::Type& type_;
  const AccessCallbacks& callbacks_;
};

}  // namespace

std::unique_ptr<rest::Creater> make_review(std::string_view resource, const schema::Type& type,
                                           const AccessCallbacks& callbacks) {
  if (resource == "selfsubjectreviews") return std::make_unique<WhoAmI>(type);
  if (resource == "selfsubjectaccessreviews") {
    return std::make_unique<AccessReview>(type, Whom::kSelf, callbacks);
  }
  if (resource == "subjectaccessreviews") {
    return std::make_unique<AccessReview>(type, Whom::kSubject, callbacks);
  }
  if (resource == "localsubjectaccessreviews") {
    return std::make_unique<AccessReview>(type, Whom::kLocalSubject, callbacks);
  }
  if (resource == "selfsubjectrulesreviews") return std::make_unique<RulesReview>(type, callbacks);
  if (resource == "tokenreviews") return std::make_unique<TokenReview>(type, callbacks);
  return nullptr;
}

}  // namespace pedalion::registry::builtin::virtuals
