#include "pedalion/server/health.h"

#include <set>

#include "pedalion/base/log.h"
#include "pedalion/server/exchange/plain_text.h"

namespace pedalion::server {
namespace {

struct HealthQuery {
  bool verbose = false;
  std::set<std::string, std::less<>> excluded;
};

HealthQuery parse_query(std::string_view query) {
  HealthQuery parsed;
  while (!query.empty()) {
    auto end = query.find('&');
    auto pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    auto equals = pair.find('=');
    auto key = pair.substr(0, equals);
    if (key == "verbose") parsed.verbose = true;
    if (key == "exclude" && equals != std::string_view::npos) {
      parsed.excluded.insert(percent_decoded(pair.substr(equals + 1)));
    }
  }
  return parsed;
}

}  // namespace

HealthEndpoint::HealthEndpoint(std::string name, std::vector<HealthCheck> checks)
    : name_(std::move(name)), checks_(std::move(checks)) {}

http::Response HealthEndpoint::answer(std::string_view rest, std::string_view query) const {
  if (rest.empty() || rest == "/") return answer_all(query);
  rest.remove_prefix(1);
  for (const auto& check : checks_) {
    if (check.name != rest) continue;
    auto outcome = check.run();
    if (outcome) return plain_text(200, "ok");
    return plain_text(500, "internal server error: " + outcome.error().message + "\n",
                      ContentTypeOptions::kNoSniff);
  }
  return page_not_found();
}

http::Response HealthEndpoint::answer_all(std::string_view query) const {
  auto wanted = parse_query(query);
  std::string listing, failures;
  std::set<std::string_view> matched;
  for (const auto& check : checks_) {
    bool by_name = wanted.excluded.contains(check.name);
    if (by_name || (!check.group.empty() && wanted.excluded.contains(check.group))) {
      matched.insert(by_name ? check.name : check.group);
      listing += "[+]" + check.name + (by_name ? " excluded" : " excluded with " + check.group) + ": ok\n";
      continue;
    }
    auto outcome = check.run();
    if (outcome) {
      listing += "[+]" + check.name + " ok\n";
    } else {
      listing += "[-]" + check.name + " failed: reason withheld\n";
      failures += (failures.empty() ? "" : ", ") + check.name + ": " + outcome.error().message;
    }
  }
  std::erase_if(wanted.excluded, [&](const std::string& name) { return matched.contains(name); });
  if (!wanted.excluded.empty()) {
    listing += "warn: some health checks cannot be excluded: no matches for ";
    std::string_view separator;
    for (const auto& name : wanted.excluded) {
      listing.append(separator).append("\"" + name + "\"");
      separator = ",";
    }
    listing += "\n";
  }
  if (!failures.empty()) {
    log::warning(name_ + " check failed", {{"checks", failures}});
    return plain_text(500, listing + name_ + " check failed\n", ContentTypeOptions::kNoSniff);
  }
  return plain_text(200, wanted.verbose ? listing + name_ + " check passed\n" : "ok",
                    ContentTypeOptions::kNoSniff);
}

}  // namespace pedalion::server
