// CertificateApproval, CertificateSigning, CertificateSubjectRestriction.
#include <algorithm>

#include "pedalion/admission/plugins/plugins.h"
#include "pedalion/apimachinery/codec/protobuf_wire.h"
#include "pedalion/http/tls/certificates.h"

namespace pedalion::admission::plugins {
namespace {

using json::Value;

const meta::GroupResource kRequests{"certificates.k8s.io", "certificatesigningrequests"};

std::string signer_of(const Value& request) { return std::string(request.string_at({"spec", "signerName"})); }

/// For the signer itself, or for all of its domain.
bool may(Authorizer& authorizer, const Attributes& attributes, std::string_view verb,
         const std::string& signer) {
  Access access{.user = attributes.context.user,
                .verb = std::string(verb),
                .resource = {"certificates.k8s.io", "signers"},
                .name = signer};
  if (authorizer.allows(access)) return true;
  access.name = signer.substr(0, signer.find('/')) + "/*";
  return authorizer.allows(access);
}

class CertificateApproval final : public Plugin {
 public:
  explicit CertificateApproval(Authorizer& authorizer) : authorizer_(authorizer) {}
  std::string_view name() const override { return "CertificateApproval"; }
  bool handles(Operation operation) const override { return operation == Operation::kUpdate; }

  Task<Result<void>> validate(const Attributes& attributes) override {
    bool approves =
        attributes.concerns(kRequests.group, kRequests.resource) && attributes.subresource == "approval";
    if (!approves) co_return Result<void>();
    std::string signer = signer_of(attributes.object->root);
    if (may(authorizer_, attributes, "approve", signer)) co_return Result<void>();
    co_return std::unexpected(
        forbidden(attributes, "user not permitted to approve requests with signerName \"" + signer + "\""));
  }

 private:
  Authorizer& authorizer_;
};

bool differs(const Value& object, const Value& old, std::string_view member) {
  const Value *now = object.at({"status", member}), *before = old.at({"status", member});
  bool none_now = now == nullptr || now->is_null(), none_before = before == nullptr || before->is_null();
  if (none_now || none_before) return none_now != none_before;
  return !json::equal(*now, *before);
}

class CertificateSigning final : public Plugin {
 public:
  explicit CertificateSigning(Authorizer& authorizer) : authorizer_(authorizer) {}
  std::string_view name() const override { return "CertificateSigning"; }
  bool handles(Operation operation) const override { return operation == Operation::kUpdate; }

  Task<Result<void>> validate(const Attributes& attributes) override {
    bool signs =
        attributes.concerns(kRequests.group, kRequests.resource) && attributes.subresource == "status";
    if (!signs) co_return Result<void>();
    const Value &object = attributes.object->root, &old = *attributes.old_object;
    if (!differs(object, old, "certificate") && !differs(object, old, "conditions")) co_return Result<void>();
    std::string signer = signer_of(old);
    if (may(authorizer_, attributes, "sign", signer)) co_return Result<void>();
    co_return std::unexpected(
        forbidden(attributes, "user not permitted to sign requests with signerName \"" + signer + "\""));
  }

 private:
  Authorizer& authorizer_;
};

constexpr std::string_view kClientSigner = "kubernetes.io/kube-apiserver-client";
constexpr std::string_view kMasters = "system:masters";

/// Nobody gets a client certificate that is above all authorization.
class CertificateSubjectRestriction final : public Plugin {
 public:
  std::string_view name() const override { return "CertificateSubjectRestriction"; }
  bool handles(Operation operation) const override { return operation == Operation::kCreate; }

  Task<Result<void>> validate(const Attributes& attributes) override {
    bool asks = attributes.writes(kRequests.group, kRequests.resource) &&
                signer_of(attributes.object->root) == kClientSigner;
    if (!asks) co_return Result<void>();
    std::string pem;
    codec::append_base64_decoded(pem, std::as_const(attributes.object->root).string_at({"spec", "request"}));
    auto subject = http::tls::requested_subject(pem);
    if (!subject) {
      co_return std::unexpected(forbidden(attributes, "failed to parse CSR: " + subject.error().message));
    }
    bool master = std::ranges::find(subject->organizations, kMasters) != subject->organizations.end();
    if (!master) co_return Result<void>();
    co_return std::unexpected(forbidden(attributes, "use of " + std::string(kClientSigner) + " signer with " +
                                                        std::string(kMasters) + " group is not allowed"));
  }
};

}  // namespace

std::unique_ptr<Plugin> certificate_subject_restriction() {
  return std::make_unique<CertificateSubjectRestriction>();
}
std::unique_ptr<Plugin> certificate_approval(Authorizer& authorizer) {
  return std::make_unique<CertificateApproval>(authorizer);
}
std::unique_ptr<Plugin> certificate_signing(Authorizer& authorizer) {
  return std::make_unique<CertificateSigning>(authorizer);
}

}  // namespace pedalion::admission::plugins
