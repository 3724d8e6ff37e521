#include "pedalion/registry/builtin/kinds/webhook_client.h"

#include <algorithm>
#include <optional>
#include <string>

#include "pedalion/registry/builtin/kinds/checks.h"

namespace pedalion::registry::builtin::kinds {

namespace {

constexpr std::string_view kForm = "; desired format: https://host[/path]";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// The parts of a URL, and what Go's net/url has against it.
struct Url {
  std::string problem;  // empty: none
  std::string scheme;
  std::string_view user, host, fragment, query;
  bool has_user = false;

  explicit Url(std::string_view text);

 private:
  /// Takes `scheme:` from the rest. False when there is a problem.
  bool take_scheme(std::string_view& rest);
  void judge_host();
};

std::optional<std::string_view> bad_escape(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') continue;
    if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return text.substr(i, 3);
    i += 2;
  }
  return std::nullopt;
}

std::string invalid_escape(std::string_view escape) {
  return "invalid URL escape " + meta::go_quoted(escape);
}

Url::Url(std::string_view text) {
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
    problem = "net/url: invalid control character in URL";
    return;
  }
  std::string_view rest = text;
  if (std::size_t hash = rest.find('#'); hash != rest.npos) {
    fragment = rest.substr(hash + 1);
    rest = rest.substr(0, hash);
  }
  if (!take_scheme(rest)) return;
  if (std::size_t mark = rest.find('?'); mark != rest.npos) {
    query = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
  }
  if (!rest.starts_with('/') && scheme.empty()) {
    std::size_t colon = rest.find(':'), slash = rest.find('/');
    if (colon != rest.npos && (slash == rest.npos || colon < slash)) {
      problem = "first path segment in URL cannot contain colon";
      return;
    }
  }
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    host = rest.substr(0, rest.find('/'));
    rest.remove_prefix(host.size());
    if (std::size_t at = host.rfind('@'); at != host.npos) {
      has_user = true;
      user = host.substr(0, at);
      host.remove_prefix(at + 1);
    }
    judge_host();
    if (!problem.empty()) return;
  }
  for (std::string_view part : {rest, fragment}) {
    if (auto escape = bad_escape(part)) problem = invalid_escape(*escape);
  }
}

bool Url::take_scheme(std::string_view& rest) {
  for (std::size_t i = 0; i < rest.size(); ++i) {
    char c = rest[i];
    if (is_letter(c)) continue;
    if (is_digit(c) || c == '+' || c == '-' || c == '.') {
      if (i == 0) return true;
      continue;
    }
    if (c != ':') return true;
    if (i == 0) {
      problem = "missing protocol scheme";
      return false;
    }
    scheme = rest.substr(0, i);
    for (char& letter : scheme)
      letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
    rest.remove_prefix(i + 1);
    return true;
  }
  return true;
}

void Url::judge_host() {
  std::string_view port;
  if (host.starts_with('[')) {
    std::size_t end = host.rfind(']');
    if (end == host.npos) {
      problem = "missing ']' in host";
      return;
    }
    port = host.substr(end + 1);
  } else if (std::size_t colon = host.rfind(':'); colon != host.npos) {
    port = host.substr(colon);
  }
  bool valid = port.empty() || (port[0] == ':' && std::ranges::all_of(port.substr(1), is_digit));
  if (!valid) {
    problem = "invalid port " + meta::go_quoted(port) + " after host";
    return;
  }
  for (char c : host) {
    static constexpr std::string_view kRefused = " \\^`{}|";
    if (kRefused.find(c) == kRefused.npos) continue;
    problem = "invalid character " + meta::go_quoted(std::string_view(&c, 1)) + " in host name";
    return;
  }
  if (auto escape = bad_escape(host)) problem = invalid_escape(*escape);
}

void check_path(const Field& path) {
  std::string_view text = path.text();
  if (text.empty() || text == "/") return;
  if (text == "//") return path.invalid("segment[0] may not be empty");
  if (!text.starts_with('/')) path.invalid("must start with a '/'");
  std::string_view rest = text.substr(1);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  for (std::size_t i = 0;; ++i) {
    std::size_t slash = rest.find('/');
    std::string_view step = rest.substr(0, slash);
    std::string at = "segment[" + std::to_string(i) + "]";
    if (step.empty()) {
      path.invalid(at + " may not be empty");
    } else {
      for (const std::string& problem : meta::dns_subdomain_problems(step)) path.invalid(at + ": " + problem);
    }
    if (slash == rest.npos) return;
    rest.remove_prefix(slash + 1);
  }
}

}  // namespace

void check_webhook_url(const Field& field) {
  Url url(field.text());
  if (!url.problem.empty()) {
    return field.required("url must be a valid URL: parse " + meta::go_quoted(field.text()) + ": " +
                          url.problem + std::string(kForm));
  }
  if (url.scheme != "https") {
    field.invalid(url.scheme, "'https' is the only allowed URL scheme" + std::string(kForm));
  }
  if (url.host.empty()) field.invalid("", "host must be specified" + std::string(kForm));
  if (url.has_user) field.invalid(url.user, "user information is not permitted in the URL");
  if (!url.fragment.empty()) field.invalid(url.fragment, "fragments are not permitted in the URL");
  if (!url.query.empty()) field.invalid(url.query, "query parameters are not permitted in the URL");
}

void check_webhook_service(const Field& service, std::string_view at_name, std::string_view at_namespace) {
  struct Part {
    std::string_view name, at;
  };
  // Always first what is reported at the name.
  Part parts[] = {{"name", at_name}, {"namespace", at_namespace}};
  if (at_name != "name") std::swap(parts[0], parts[1]);
  for (const Part& part : parts) {
    if (service[part.name].text().empty()) service[part.at].required();
  }
  Field port = service["port"];
  if (port.number() < 1 || port.number() > 65535) {
    port.invalid(Value::integer(port.number()), "port is not valid: must be between 1 and 65535, inclusive");
  }
  if (service["path"]) check_path(service["path"]);
}

}  // namespace pedalion::registry::builtin::kinds
