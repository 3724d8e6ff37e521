#include "pedalion/server/authn/token_file.h"

#include <fstream>
#include <sstream>

#include "pedalion/server/authn/bearer.h"

namespace pedalion::server::authn {
namespace {

Status broken(std::size_t line, std::string_view what) {
  return Status(500, "InternalError",
                "token auth file, line " + std::to_string(line) + ": " + std::string(what));
}

/// Splits one CSV record (RFC 4180: fields in quotes may hold commas and doubled quotes).
Result<std::vector<std::string>> split_record(std::string_view line, std::size_t number) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += '"';
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  if (quoted) return std::unexpected(broken(number, "a quote is not closed"));
  for (auto& field : fields) {
    field.erase(0, std::min(field.find_first_not_of(" \t"), field.size()));
    while (!field.empty() && (field.back() == ' ' || field.back() == '\t')) field.pop_back();
  }
  return fields;
}

std::vector<std::string> split_groups(std::string_view text) {
  std::vector<std::string> groups;
  while (!text.empty()) {
    auto comma = text.find(',');
    auto group = text.substr(0, comma);
    if (!group.empty()) groups.emplace_back(group);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return groups;
}

}  // namespace

Result<std::unique_ptr<TokenFileAuthenticator>> TokenFileAuthenticator::parse(std::string_view csv) {
  std::unique_ptr<TokenFileAuthenticator> made(new TokenFileAuthenticator());
  std::size_t number = 0;
  while (!csv.empty()) {
    ++number;
    auto end = csv.find('\n');
    auto line = csv.substr(0, end);
    csv = end == std::string_view::npos ? std::string_view() : csv.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    TRY(auto fields, split_record(line, number));
    if (fields.size() < 3)
      return std::unexpected(broken(number, "needs at least the three columns token, user name and uid"));
    if (fields[0].empty()) continue;
    UserInfo user;
    user.name = fields[1];
    user.uid = fields[2];
    if (fields.size() >= 4) user.groups = split_groups(fields[3]);
    made->users_[fields[0]] = authenticated(std::move(user));
  }
  return made;
}

Result<std::unique_ptr<TokenFileAuthenticator>> TokenFileAuthenticator::open(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::unexpected(Status(500, "InternalError", "cannot read the token auth file " + path));
  std::stringstream text;
  text << file.rdbuf();
  return parse(text.str());
}

Result<User> TokenFileAuthenticator::authenticate(const http::Request& request) const {
  auto token = bearer_token(request.headers);
  if (token.empty()) return nullptr;
  auto found = users_.find(token);
  if (found == users_.end()) return std::unexpected(Status(401, "Unauthorized", "invalid bearer token"));
  return found->second;
}

}  // namespace pedalion::server::authn
