#include "pedalion/http/client/tunnel.h"

#include <arpa/inet.h>
#include <openssl/evp.h>

#include <array>

#include "pedalion/http/client/response_parser.h"

namespace pedalion::http::client {
namespace {

constexpr std::size_t kHeadBytes = 64 << 10;  // of a proxy's answer

std::unexpected<Status> refused(std::string what) {
  return std::unexpected(Status(503, "ServiceUnavailable", std::move(what)));
}

// A host that is an address of IPv6 is written in brackets.
std::string authority_of(const std::string& host, std::uint16_t port) {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

// RFC 9110 9.3.6.
class Connect final : public Tunnel {
 public:
  Connect(const ClientProxy& proxy, const std::string& host, std::uint16_t port)
      : parser_(ResponseParser::Request::kHead, kHeadBytes), target_(authority_of(host, port)) {
    output_ = "CONNECT " + target_ + " HTTP/1.1\r\nHost: " + target_ + "\r\n";
    if (auto who = proxy_authorization(proxy); !who.empty())
      output_ += "Proxy-Authorization: " + who + "\r\n";
    output_ += "\r\n";
  }

  // A server behind a proxy that is spoken to with TLS waits for us: nothing of it comes with the head.
  std::size_t wanted() const override { return 4096; }

  Result<void> receive(std::string_view input) override {
    if (input.empty()) return refused("CONNECT " + target_ + ": the proxy closed the connection");
    input_ += input;
    auto step = parser_.step(input_);
    if (!step) return refused("CONNECT " + target_ + ": " + step.error().message);
    input_.erase(0, step->consumed);
    if (step->kind == ResponseParser::Step::Kind::kNeedMore) return {};
    const int status = parser_.status();
    if (status < 200 || status > 299) {
      return refused("CONNECT " + target_ + ": the proxy answered " + std::to_string(status));
    }
    if (!input_.empty()) return refused("CONNECT " + target_ + ": the proxy said more than its answer");
    done_ = true;
    return {};
  }

 private:
  ResponseParser parser_;
  std::string target_, input_;
};

// RFC 1928, with the names and passwords of RFC 1929.
class Socks5 final : public Tunnel {
 public:
  Socks5(const ClientProxy& proxy, const std::string& host, std::uint16_t port)
      : user_(proxy.user), password_(proxy.password), host_(host), port_(port) {
    const bool named = !user_.empty();
    output_ = named ? std::string("\x05\x02\x00\x02", 4) : std::string("\x05\x01\x00", 3);
  }

  std::size_t wanted() const override { return need_ - input_.size(); }

  Result<void> receive(std::string_view input) override {
    if (input.empty()) return refused("SOCKS: the proxy closed the connection");
    input_ += input;
    if (input_.size() < need_) return {};
    switch (state_) {
      case State::kMethod:
        return take_method();
      case State::kPassword:
        if (byte(1) != 0) return refused("SOCKS: the proxy refuses the user");
        ask();
        return {};
      case State::kReply:
        return take_reply();
      case State::kAddress:
        done_ = true;
        return {};
    }
    std::unreachable();
  }

 private:
  enum class State { kMethod, kPassword, kReply, kAddress };

  unsigned byte(std::size_t at) const { return static_cast<unsigned char>(input_[at]); }
  void expect(State state, std::size_t bytes) {
    state_ = state;
    need_ = bytes;
    input_.clear();
  }

  Result<void> take_method() {
    if (byte(0) != 5) return refused("SOCKS: the proxy does not speak version 5");
    if (byte(1) == 0) {
      ask();
      return {};
    }
    if (byte(1) != 2 || user_.empty()) return refused("SOCKS: the proxy wants another way to authenticate");
    output_ = "\x01";
    output_ += static_cast<char>(user_.size());
    output_ += user_;
    output_ += static_cast<char>(password_.size());
    output_ += password_;
    expect(State::kPassword, 2);
    return {};
  }

  void ask() {
    output_ = std::string("\x05\x01\x00", 3);
    std::array<char, 16> address{};
    if (inet_pton(AF_INET, host_.c_str(), address.data()) == 1) {
      output_ += '\x01';
      output_.append(address.data(), 4);
    } else if (inet_pton(AF_INET6, host_.c_str(), address.data()) == 1) {
      output_ += '\x04';
      output_.append(address.data(), 16);
    } else {
      output_ += '\x03';
      output_ += static_cast<char>(host_.size());
      output_ += host_;
    }
    output_ += static_cast<char>(port_ >> 8);
    output_ += static_cast<char>(port_ & 0xff);
    expect(State::kReply, 5);
  }

  // Where the proxy connects from follows: an address of some kind, and a port.
  Result<void> take_reply() {
    static constexpr std::array<std::string_view, 9> kReplies = {
        "",
        "general SOCKS server failure",
        "connection not allowed by ruleset",
        "network unreachable",
        "host unreachable",
        "connection refused",
        "TTL expired",
        "command not supported",
        "address type not supported",
    };
    if (byte(0) != 5) return refused("SOCKS: the proxy does not speak version 5");
    if (byte(1) != 0) {
      return refused("SOCKS: " + (byte(1) < kReplies.size() ? std::string(kReplies[byte(1)])
                                                            : "reply " + std::to_string(byte(1))));
    }
    // One byte of it has been read already.
    const unsigned kind = byte(3), first = byte(4);
    if (kind != 1 && kind != 3 && kind != 4) return refused("SOCKS: an address of an unknown kind");
    expect(State::kAddress, kind == 1 ? 5 : kind == 4 ? 17 : first + 2);
    return {};
  }

  const std::string user_, password_, host_;
  const std::uint16_t port_;
  State state_ = State::kMethod;
  std::size_t need_ = 2;
  std::string input_;
};

}  // namespace

Result<std::unique_ptr<Tunnel>> make_tunnel(const ClientProxy& proxy, const std::string& host,
                                            std::uint16_t port) {
  if (proxy.kind == ClientProxy::Kind::kHttp) return std::make_unique<Connect>(proxy, host, port);
  for (const auto* text : {&host, &proxy.user, &proxy.password}) {
    if (text->size() > 255) return std::unexpected(Status(400, "BadRequest", "SOCKS: a name is too long"));
  }
  return std::make_unique<Socks5>(proxy, host, port);
}

std::string proxy_authorization(const ClientProxy& proxy) {
  if (proxy.user.empty() && proxy.password.empty()) return {};
  const auto text = proxy.user + ":" + proxy.password;
  std::string encoded(4 * ((text.size() + 2) / 3) + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  encoded.resize(static_cast<std::size_t>(size));
  return "Basic " + encoded;
}

}  // namespace pedalion::http::client
