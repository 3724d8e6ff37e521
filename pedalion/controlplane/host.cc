#include "pedalion/controlplane/host.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <unistd.h>

#include <array>

#include "pedalion/registry/builtin/allocation/address_range.h"

namespace pedalion::controlplane {
namespace {

std::string text_of(const sockaddr* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = nullptr;
  if (address->sa_family == AF_INET) {
    bytes = &reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
  } else if (address->sa_family == AF_INET6) {
    const auto* six = reinterpret_cast<const sockaddr_in6*>(address);
    if (IN6_IS_ADDR_LINKLOCAL(&six->sin6_addr)) return {};
    bytes = &six->sin6_addr;
  } else {
    return {};
  }
  return inet_ntop(address->sa_family, bytes, text.data(), text.size()) != nullptr ? text.data()
                                                                                   : std::string();
}

}  // namespace

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

std::vector<std::string> host_addresses() {
  std::vector<std::string> addresses, loopback;
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return {"127.0.0.1"};
  for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || (one->ifa_flags & IFF_UP) == 0) continue;
    auto text = text_of(one->ifa_addr);
    if (!text.empty())
      ((one->ifa_flags & IFF_LOOPBACK) != 0 ? loopback : addresses).push_back(std::move(text));
  }
  freeifaddrs(all);
  addresses.insert(addresses.end(), loopback.begin(), loopback.end());
  return addresses;
}

std::string advertised_address(const std::string& wanted, const std::string& bind_address) {
  if (!wanted.empty()) return wanted;
  bool anywhere = bind_address.empty() || bind_address == "0.0.0.0" || bind_address == "::";
  if (!anywhere && !registry::builtin::allocation::is_loopback(bind_address)) return bind_address;
  auto addresses = host_addresses();
  return addresses.empty() ? "127.0.0.1" : addresses.front();
}

std::string first_address(std::string_view cidr) {
  const std::string network(cidr.substr(0, cidr.find('/')));
  const int family = network.find(':') == std::string::npos ? AF_INET : AF_INET6;
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(family, network.c_str(), bytes.data()) != 1) return {};
  bytes[family == AF_INET ? 3 : 15] |= 1;
  std::array<char, INET6_ADDRSTRLEN> text{};
  return inet_ntop(family, bytes.data(), text.data(), text.size()) != nullptr ? text.data() : std::string();
}

std::string host_and_port(const std::string& address, std::uint16_t port) {
  bool six = address.find(':') != std::string::npos;
  return (six ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

}  // namespace pedalion::controlplane
