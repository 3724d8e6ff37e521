// Probes and lifecycle hooks.
#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/pods/parts.h"
#include "pedalion/registry/builtin/kinds/ports.h"

namespace pedalion::registry::builtin::kinds::pods {
namespace {

void check_headers(const Field& headers) {
  headers.each([&](const Field& header) {
    std::string_view name = header["name"].text();
    bool fits = !name.empty() && std::ranges::all_of(name, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    });
    if (fits) return;
    headers.invalid(name,
                    "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. "
                    "'X-Header-Name', regex used "
                    "for validation is '[-A-Za-z0-9]+')");
  });
}

void check_http(const Field& action) {
  static constexpr std::string_view kSchemes[] = {"HTTP", "HTTPS"};
  require_text(action["path"]);
  check_port_number_or_name(action["port"]);
  std::string_view scheme = action["scheme"].text();
  if (scheme != "HTTP" && scheme != "HTTPS") action["scheme"].not_supported(kSchemes);
  check_headers(action["httpHeaders"]);
}

void check_sleep(const Field& action, std::int64_t grace) {
  std::int64_t seconds = action["seconds"].number();
  if (seconds >= 0 && seconds <= grace) return;
  action.invalid(
      Value::integer(seconds),
      "must be non-negative and less than terminationGracePeriodSeconds (" + std::to_string(grace) + ")");
}

/// One of exec, httpGet, tcpSocket, grpc, sleep, and no second.
void check_handler(const Field& handler, std::int64_t grace) {
  int handlers = 0;
  auto begins = [&](const Field& action) {
    if (!action) return false;
    if (handlers++ == 0) return true;
    action.forbidden("may not specify more than 1 handler type");
    return false;
  };
  if (begins(handler["exec"]) && handler["exec"]["command"].empty()) handler["exec"]["command"].required();
  if (begins(handler["httpGet"])) check_http(handler["httpGet"]);
  if (begins(handler["tcpSocket"])) check_port_number_or_name(handler["tcpSocket"]["port"]);
  if (begins(handler["grpc"])) check_port_number(handler["grpc"]["port"]);
  if (begins(handler["sleep"])) check_sleep(handler["sleep"], grace);
  if (handlers == 0) handler.required("must specify a handler type");
}

void check_probe(const Field& probe, const SpecFacts& facts) {
  if (!probe) return;
  check_handler(probe, facts.grace_seconds);
  for (std::string_view name :
       {"initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"}) {
    check_non_negative(probe[name]);
  }
  check_positive(probe["terminationGracePeriodSeconds"]);
}

void check_once(const Field& probe) {
  Field threshold = probe["successThreshold"];
  if (threshold.number() != 1) threshold.invalid(Value::integer(threshold.number()), "must be 1");
}

void check_signal(const Field& lifecycle, const SpecFacts& facts) {
  Field signal = lifecycle["stopSignal"];
  if (!signal) return;
  if (facts.windows && signal.text() != "SIGKILL" && signal.text() != "SIGTERM") {
    static constexpr std::string_view kWindows[] = {"SIGKILL", "SIGTERM"};
    signal.not_supported(kWindows);
  }
}

}  // namespace

void check_lifecycle(const Field& lifecycle, const SpecFacts& facts) {
  if (!lifecycle) return;
  if (lifecycle["postStart"]) check_handler(lifecycle["postStart"], facts.grace_seconds);
  if (lifecycle["preStop"]) check_handler(lifecycle["preStop"], facts.grace_seconds);
  check_signal(lifecycle, facts);
}

void check_liveness_probe(const Field& probe, const SpecFacts& facts) {
  check_probe(probe, facts);
  if (probe) check_once(probe);
}

void check_readiness_probe(const Field& probe, const SpecFacts& facts) {
  check_probe(probe, facts);
  Field grace = probe["terminationGracePeriodSeconds"];
  if (grace) grace.invalid("must not be set for readinessProbes");
}

void check_startup_probe(const Field& probe, const SpecFacts& facts) { check_liveness_probe(probe, facts); }

}  // namespace pedalion::registry::builtin::kinds::pods
