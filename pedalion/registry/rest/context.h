#pragma once
// What a request brings along besides its object: who asks, from where in the URL, and where warnings and
// steps go.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "pedalion/base/trace.h"

namespace pedalion::registry::rest {

/// The authenticated user.
struct UserInfo {
  std::string name, uid;
  std::vector<std::string> groups;
  std::map<std::string, std::vector<std::string>> extra;
};

/// Lives as long as the request's handler; registry calls borrow it.
struct RequestContext {
  const UserInfo* user = nullptr;
  std::string ns;  // from the URL; empty: cluster scope or all namespaces
  std::string user_agent;
  std::string audit_id;
  Trace* trace = nullptr;                     // never null inside a server
  mutable std::vector<std::string> warnings;  // become Warning headers, duplicates removed

  void warn(std::string text) const { warnings.push_back(std::move(text)); }
  void step(std::string_view name) const {
    if (trace != nullptr) trace->step(name);
  }
};

}  // namespace pedalion::registry::rest
