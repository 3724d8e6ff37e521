#pragma once
// Where etcd is, and how it is spoken to.
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace pedalion::storage::etcd3 {

struct Etcd3Options {
  std::vector<std::string> endpoints;  // "https://host:2379"; http:// without TLS
  std::string ca_file, certificate_file,
      key_file;  // PEM; empty: the system's authorities, no client certificate
  std::chrono::milliseconds attempt_timeout{5000};  // of one call to one member
  std::chrono::milliseconds call_timeout{15000};    // of a read, over all members
  std::chrono::milliseconds compaction_interval =
      std::chrono::minutes(5);  // history is kept for one to two; 0: never
  std::size_t watch_limit = 10000;
  std::size_t key_limit = 4096;  // bytes
};

}  // namespace pedalion::storage::etcd3
