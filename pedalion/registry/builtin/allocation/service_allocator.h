#pragma once
// Cluster IPs and node ports of services: each is claimed by creating an object or a key of its own, so that
// the store decides who gets it, at any number of servers and across restarts.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pedalion/apimachinery/json/value.h"
#include "pedalion/apimachinery/meta/field_error.h"
#include "pedalion/apimachinery/schema/type.h"
#include "pedalion/registry/builtin/allocation/address_range.h"
#include "pedalion/registry/rest/storage.h"
#include "pedalion/storage/store.h"

namespace pedalion::registry::builtin::allocation {

/// An address, or a node port in decimal.
struct Claim {
  enum class Kind : std::uint8_t { kAddress, kNodePort };
  Kind kind = Kind::kAddress;
  std::string value;
  bool operator==(const Claim&) const = default;
};

struct ServiceRanges {
  std::vector<AddressRange> addresses;  // one, or two of different families: the first is the default
  int first_node_port = 30000, last_node_port = 32767;
};

/// Where IPAddress objects are kept.
struct AddressObjects {
  rest::Creater* creater = nullptr;
  rest::Deleter* deleter = nullptr;
};

/// Claims for real, or only as if (dry run).
enum class Claiming : std::uint8_t { kReal, kPretended };

/// Thread-safe. `store` and what `objects` points to are borrowed. A claim whose service was never written
/// (the server died between the two) is taken over when somebody asks for it by name.
class ServiceAllocator {
 public:
  ServiceAllocator(storage::Store& store, std::string key_prefix, AddressObjects objects,
                   ServiceRanges ranges);

  struct Outcome {
    std::vector<Claim> claimed;   // to be released if the service is not written
    std::vector<Claim> given_up;  // of `old`: to be released once it is
  };
  /// Fills in what a service that is created (`old` null) or updated lacks: families, cluster IPs, node
  /// ports. Fails with 422 (500 when there is none left); then nothing stays claimed.
  Task<Result<Outcome>> allocate(json::Value& service, const schema::Type& type, const json::Value* old,
                                 json::Arena& arena, Claiming claiming);
  Task<void> release(std::vector<Claim> claims);

  /// What a stored service holds.
  static std::vector<Claim> claims_of(const json::Value& service);

  const ServiceRanges& ranges() const { return ranges_; }

 private:
  struct Work;  // one allocate()
  Task<bool> claim_address(const Work& work, const std::string& address);
  Task<bool> claim_port(const Work& work, const std::string& port);
  Task<void> claim_addresses(Work& work);
  Task<void> claim_free_address(Work& work, const AddressRange& range, json::Value& addresses);
  Task<void> claim_named_address(Work& work, const std::string& address);
  static std::size_t first_to_claim(const Work& work);
  Task<void> claim_ports(Work& work);
  Task<void> claim_new_ports(Work& work, std::span<json::Value> ports);
  Task<void> claim_changed_ports(Work& work, std::span<json::Value> ports);
  Task<void> claim_health_port(Work& work);
  Task<void> claim_port_of(Work& work, std::int64_t number, std::size_t index);
  Task<std::string> claim_numbered_port(Work& work, std::int64_t number);
  Task<void> claim_free_port(Work& work, std::string_view field, json::Value& holder,
                             const schema::Type& type);
  std::string port_key(std::string_view port) const;

  storage::Store& store_;
  const std::string key_prefix_;
  const AddressObjects objects_;
  const ServiceRanges ranges_;
};

}  // namespace pedalion::registry::builtin::allocation
