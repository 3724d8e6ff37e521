// Probes and lifecycle hooks.
#include <algorithm>

#include "pedalion/registry/builtin/kinds/checks.h"
#include "pedalion/registry/builtin/kinds/pods/parts.h"
#include "pedalion/registry/builtin/kinds/ports.h"

namespace pedalion::registry::builtin::kinds::pods {
namespace {

void check_headers(const Field& headers) {
  constexpr std::string_view kDetail =
      "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used "
      "for validation is '[-A-Za-z0-9]+')";
  headers.each([&](const Field& header) {
    std::string_view name = header["name"].text();
    bool fits = !name.empty() && std::ranges::all_of(name, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    });
    if (!fits) headers.invalid(name, kDetail);
  });
}

void check_http(const Field& action) {
  static constexpr std::string_view kSchemes[] = {"HTTP", "HTTPS"};
  require_text(action["path"]);
  check_port_number_or_name(action["port"]);
  check_enum(action["scheme"], kSchemes);
  check_headers(action["httpHeaders"]);
}

void check_sleep(const Field& action, const SpecFacts& facts) {
  std::int64_t seconds = action["seconds"].number();
  if (!facts.grace_seconds || (seconds >= 0 && seconds <= *facts.grace_seconds)) return;
  action.invalid(Value::integer(seconds),
                 "must be non-negative and less than terminationGracePeriodSeconds (" +
                     std::to_string(*facts.grace_seconds) + ")");
}

/// One of exec, httpGet, tcpSocket, grpc, sleep, and no second.
void check_handler(const Field& handler, const SpecFacts& facts) {
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
  if (begins(handler["sleep"])) check_sleep(handler["sleep"], facts);
  if (handlers == 0) handler.required("must specify a handler type");
}

void check_probe(const Field& probe, const SpecFacts& facts) {
  if (!probe) return;
  check_handler(probe, facts);
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

constexpr std::string_view kWindowsSignals[] = {"SIGKILL", "SIGTERM"};
constexpr std::string_view kLinuxSignals[] = {
    "SIGABRT",     "SIGALRM",     "SIGBUS",      "SIGCHLD",     "SIGCLD",      "SIGCONT",     "SIGFPE",
    "SIGHUP",      "SIGILL",      "SIGINT",      "SIGIO",       "SIGIOT",      "SIGKILL",     "SIGPIPE",
    "SIGPOLL",     "SIGPROF",     "SIGPWR",      "SIGQUIT",     "SIGRTMAX",    "SIGRTMAX-1",  "SIGRTMAX-10",
    "SIGRTMAX-11", "SIGRTMAX-12", "SIGRTMAX-13", "SIGRTMAX-14", "SIGRTMAX-2",  "SIGRTMAX-3",  "SIGRTMAX-4",
    "SIGRTMAX-5",  "SIGRTMAX-6",  "SIGRTMAX-7",  "SIGRTMAX-8",  "SIGRTMAX-9",  "SIGRTMIN",    "SIGRTMIN+1",
    "SIGRTMIN+10", "SIGRTMIN+11", "SIGRTMIN+12", "SIGRTMIN+13", "SIGRTMIN+14", "SIGRTMIN+15", "SIGRTMIN+2",
    "SIGRTMIN+3",  "SIGRTMIN+4",  "SIGRTMIN+5",  "SIGRTMIN+6",  "SIGRTMIN+7",  "SIGRTMIN+8",  "SIGRTMIN+9",
    "SIGSEGV",     "SIGSTKFLT",   "SIGSTOP",     "SIGSYS",      "SIGTERM",     "SIGTRAP",     "SIGTSTP",
    "SIGTTIN",     "SIGTTOU",     "SIGURG",      "SIGUSR1",     "SIGUSR2",     "SIGVTALRM",   "SIGWINCH",
    "SIGXCPU",     "SIGXFSZ"};

void check_signal(const Field& signal, const SpecFacts& facts) {
  if (!signal) return;
  if (facts.os.empty()) signal.forbidden("may not be set for containers with empty `spec.os.name`");
  if (facts.os == "windows") check_enum(signal, kWindowsSignals);
  if (facts.os == "linux") check_enum(signal, kLinuxSignals);
}

}  // namespace

void check_lifecycle(const Field& lifecycle, const SpecFacts& facts) {
  if (!lifecycle) return;
  if (lifecycle["postStart"]) check_handler(lifecycle["postStart"], facts);
  if (lifecycle["preStop"]) check_handler(lifecycle["preStop"], facts);
  check_signal(lifecycle["stopSignal"], facts);
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
