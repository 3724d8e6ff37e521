#include "pedalion/registry/generic/read_options.h"

#include <charconv>

#include "pedalion/apimachinery/meta/errors.h"

namespace pedalion::registry::generic {

using watchcache::Freshness;

namespace {

/// Where the key before `start` ends: tokens name the first key that is wanted, which is the last one seen
/// and a zero byte.
std::string key_before(std::string start) {
  if (start.ends_with('\0')) {
    start.pop_back();
  } else if (!start.empty()) {
    // The greatest key that is less: good enough, since no key has a byte of 0xff.
    start.back() = static_cast<char>(start.back() - 1);
    start += '\xff';
  }
  return start;
}

}  // namespace

Result<storage::Revision> parse_revision(std::string_view text) {
  storage::Revision revision = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), revision);
  bool digits_only = end == text.data() + text.size();
  if (error == std::errc() && digits_only) return revision;
  std::string_view why =
      digits_only && error == std::errc::result_out_of_range ? "value out of range" : "invalid syntax";
  return std::unexpected(
      Status(500, "", "strconv.ParseUint: parsing " + meta::go_quoted(text) + ": " + std::string(why)));
}

Result<Freshness> freshness_of(std::string_view resource_version) {
  if (resource_version.empty()) return Freshness{};
  auto revision = parse_revision(resource_version);
  if (!revision) {
    return std::unexpected(meta::bad_request(
        "invalid resource version: resourceVersion: Invalid value: " + meta::go_quoted(resource_version) +
        ": " + revision.error().message));
  }
  if (*revision == 0) return Freshness{.kind = Freshness::Kind::kAny};
  return Freshness{.kind = Freshness::Kind::kNotOlderThan, .revision = *revision};
}

Result<Page> page_of(const rest::ListOptions& options) {
  Page page;
  page.limit = options.limit > 0 ? static_cast<std::size_t>(options.limit) : 0;
  if (!options.continue_token.empty()) {
    if (!options.resource_version.empty() && options.resource_version != "0") {
      return std::unexpected(
          meta::bad_request("specifying resource version is not allowed when using continue"));
    }
    auto token = decode_continue_token(options.continue_token);
    if (!token) return std::unexpected(meta::bad_request("invalid continue token: " + token.error().message));
    page.continued = true;
    page.start_after = key_before(std::move(token->start));
    if (token->revision > 0)
      page.freshness = {.kind = Freshness::Kind::kExact,
                        .revision = static_cast<storage::Revision>(token->revision)};
    return page;
  }
  TRY(page.freshness, freshness_of(options.resource_version));
  bool exact = options.resource_version_match == "Exact" ||
               (options.resource_version_match.empty() && page.limit > 0 &&
                page.freshness.kind == Freshness::Kind::kNotOlderThan);
  if (exact && page.freshness.kind == Freshness::Kind::kNotOlderThan)
    page.freshness.kind = Freshness::Kind::kExact;
  if (page.freshness.kind == Freshness::Kind::kAny) page.limit = 0;
  return page;
}

Status expired_page(const Page& page) {
  if (!page.continued) return meta::expired("The resourceVersion for the provided list is too old.");
  Status status = meta::expired(
      "The provided continue parameter is too old to display a consistent list result. You can start a new "
      "list without "
      "the continue parameter, or use the continue token in this response to retrieve the remainder of the "
      "results. "
      "Continuing with the provided token results in an inconsistent list - objects that were created, "
      "modified, or "
      "deleted between the time the first chunk was returned and now may show up in the list.");
  status.continue_token = encode_continue_token({.revision = -1, .start = page.start_after + '\0'});
  return status;
}

}  // namespace pedalion::registry::generic
