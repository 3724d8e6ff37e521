#pragma once
// What this machine is called and where it can be reached.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pedalion::controlplane {

std::string host_name();

/// Numeric addresses of all interfaces that are up, loopback ones last.
std::vector<std::string> host_addresses();

/// The address that others are told: `wanted`, else `bind_address` if others can reach it, else the first that
/// is not loopback.
std::string advertised_address(const std::string& wanted, const std::string& bind_address);

/// The first address of a range: "10.0.0.0/24" → "10.0.0.1". Empty when it is no range.
std::string first_address(std::string_view cidr);

/// With brackets around IPv6: what goes into a URL.
std::string host_and_port(const std::string& address, std::uint16_t port);

}  // namespace pedalion::controlplane
