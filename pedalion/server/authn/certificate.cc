#include "pedalion/server/authn/certificate.h"

#include <openssl/evp.h>

#include <array>
#include <atomic>

namespace pedalion::server::authn {
namespace {

constexpr auto kRemembered = std::chrono::seconds(10);

/// A connection belongs to one thread, so each thread remembers its own connections, in a table of fixed size
/// where a newer one may take an older one's place.
struct Remembered {
  std::weak_ptr<const http::Peer> peer;  // kept weakly: its address cannot come back as another connection's
  std::uint64_t authenticator = 0;
  User user;
  std::chrono::steady_clock::time_point until;
};
using Cache = std::array<Remembered, 512>;

bool is_same(const std::weak_ptr<const http::Peer>& one, const std::shared_ptr<const http::Peer>& other) {
  return !one.owner_before(other) && !other.owner_before(one);
}

Remembered& place_of(const std::shared_ptr<const http::Peer>& peer) {
  thread_local auto cache = std::make_unique<Cache>();
  auto address = reinterpret_cast<std::uintptr_t>(peer.get());
  return (*cache)[(address >> 4) * 0x9e3779b97f4a7c15ULL >> 55];
}

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr);
  std::string hex;
  for (unsigned i = 0; i < length; ++i) {
    hex += "0123456789abcdef"[digest[i] >> 4];
    hex += "0123456789abcdef"[digest[i] & 15];
  }
  return hex;
}

std::uint64_t next_id() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

CertificateAuthenticator::CertificateAuthenticator(std::shared_ptr<const http::tls::TrustStore> roots)
    : roots_(std::move(roots)), id_(next_id()) {}

Result<User> CertificateAuthenticator::authenticate(const http::Request& request) const {
  const auto& peer = request.peer;
  if (peer == nullptr || peer->certificates_der.empty()) return nullptr;
  Remembered& place = place_of(peer);
  auto now = std::chrono::steady_clock::now();
  if (place.authenticator == id_ && now < place.until && is_same(place.peer, peer)) return place.user;
  TRY(User user, verify(*peer));
  place = {peer, id_, user, now + kRemembered};
  return user;
}

Result<User> CertificateAuthenticator::verify(const http::Peer& peer) const {
  TRY(auto subject, roots_->verify_client(peer.certificates_der));
  if (subject.common_name.empty()) return nullptr;
  UserInfo user;
  user.name = std::move(subject.common_name);
  user.groups = std::move(subject.organizations);
  if (!subject.uids.empty()) {
    if (subject.uids.size() > 1) {
      return std::unexpected(Status(401, "Unauthorized", "x509: the subject has more than one UID"));
    }
    if (subject.uids.front().empty()) {
      return std::unexpected(Status(401, "Unauthorized", "x509: the subject's UID is empty"));
    }
    user.uid = std::move(subject.uids.front());
  }
  user.extra["authentication.kubernetes.io/credential-id"] = {"X509SHA256=" +
                                                              sha256_hex(peer.certificates_der.front())};
  return authenticated(std::move(user));
}

}  // namespace pedalion::server::authn
