#include "pedalion/registry/builtin/kinds/devices/names.h"

#include <algorithm>

#include "pedalion/registry/builtin/kinds/checks.h"

namespace pedalion::registry::builtin::kinds::devices {

namespace {

constexpr std::size_t kMaxDriverName = 63, kMaxPoolName = 253, kMaxId = 32;

/// Calls visit for each part of the text; there is always one.
template <class Visit>
void each_part(std::string_view text, Visit visit) {
  for (;;) {
    std::size_t slash = text.find('/');
    visit(text.substr(0, slash));
    if (slash == text.npos) return;
    text.remove_prefix(slash + 1);
  }
}

void check_id(std::string_view id, const Field& field) {
  auto word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  if (id.size() > kMaxId) field.too_long(kMaxId);
  if (!id.empty() && std::ranges::all_of(id, word) && !(id.front() >= '0' && id.front() <= '9')) return;
  field.invalid(id,
                "a valid C identifier must start with alphabetic character or '_', followed by a string of "
                "alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for "
                "validation is '[A-Za-z_][A-Za-z0-9_]*')");
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return result;
}

/// As Go's package uuid takes them: plain, in braces, as a URN, without hyphens.
std::string uuid_problem(std::string_view text) {
  auto hex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  std::string_view rest = text;
  switch (text.size()) {
    case 36 + 9: {
      if (lower(text.substr(0, 9)) != "urn:uuid:") {
        return "invalid urn prefix: " + meta::go_quoted(text.substr(0, 9));
      }
      rest.remove_prefix(9);
      break;
    }
    case 36 + 2:
      if (text.front() != '{' || text.back() != '}') return "invalid bracketed UUID format";
      rest = text.substr(1, 36);
      break;
    case 36:
      break;
    case 32:
      return std::ranges::all_of(text, hex) ? "" : "invalid UUID format";
    default:
      return "invalid UUID length: " + std::to_string(text.size());
  }
  for (std::size_t i = 0; i < rest.size(); ++i) {
    bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? rest[i] != '-' : !hex(rest[i])) return "invalid UUID format";
  }
  return {};
}

}  // namespace

void check_driver_name(const Field& name) {
  if (!require_text(name)) return;
  if (name.text().size() > kMaxDriverName) name.too_long(kMaxDriverName);
  for (const std::string& problem : meta::dns_subdomain_problems(lower(name.text()))) {
    name.invalid(name.text(), problem);
  }
}

void check_pool_name(const Field& name) {
  if (!require_text(name)) return;
  if (name.text().size() > kMaxPoolName) name.too_long(kMaxPoolName);
  each_part(name.text(), [&](std::string_view part) {
    for (const std::string& problem : meta::dns_subdomain_problems(part)) name.invalid(part, problem);
  });
}

void check_qualified_name(std::string_view name, const Field& field) {
  std::size_t slash = name.find('/');
  if (slash == name.npos) return check_id(name, field);
  std::string_view domain = name.substr(0, slash), id = name.substr(slash + 1);
  if (id.find('/') != id.npos) return;  // kube-apiserver looks no further then
  if (domain.empty()) {
    field.invalid("", "the domain must not be empty");
  } else {
    Value text = Value::string(domain);
    check_driver_name(Field(&text, field.path(), field.errors()));
  }
  if (id.empty()) {
    field.invalid("", "the name must not be empty");
  } else {
    check_id(id, field);
  }
}

void check_fully_qualified_name(const Field& name) {
  check_qualified_name(name.text(), name);
  if (name.text().find('/') != std::string_view::npos) return;
  name.invalid(name.text(), "a fully qualified name must be a domain and a name separated by a slash");
}

void check_uid(const Field& uid) {
  std::string problem = uuid_problem(uid.text());
  bool upper = std::ranges::any_of(uid.text(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!problem.empty()) {
    uid.invalid(uid.text(), "error validating uid: " + problem);
  } else if (uid.text().size() != 36 || upper) {
    uid.invalid(uid.text(),
                "uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with "
                "lowercase hexadecimal characters");
  }
}

RequestNames::RequestNames(const Field& claim) {
  claim["requests"].each([&](const Field& request) {
    auto& alternatives = names_[request["name"].text()];
    request["firstAvailable"].each(
        [&](const Field& alternative) { alternatives.insert(alternative["name"].text()); });
  });
}

bool RequestNames::has(std::string_view reference) const {
  std::size_t slash = reference.find('/');
  auto request = names_.find(reference.substr(0, slash));
  if (request == names_.end() || slash == reference.npos) return request != names_.end();
  return request->second.contains(reference.substr(slash + 1));
}

void RequestNames::check_reference(const Field& reference) const {
  constexpr std::string_view kUnknown =
      "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
  std::string_view text = reference.text();
  if (std::ranges::count(text, '/') > 1) return reference.invalid(text, kUnknown);
  each_part(text, [&](std::string_view part) {
    for (const std::string& problem : meta::dns_label_problems(part)) reference.invalid(part, problem);
  });
  if (!has(text)) reference.invalid(text, kUnknown);
}

}  // namespace pedalion::registry::builtin::kinds::devices
