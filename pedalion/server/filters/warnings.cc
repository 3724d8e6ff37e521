#include <set>

#include "pedalion/apimachinery/json/utf8.h"
#include "pedalion/server/filters/filters.h"

namespace pedalion::server::filters {
namespace {

constexpr std::size_t kTotalCharacters = 4096, kCharactersOfOne = 256;

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, starts_character));
}

std::string_view first_characters(std::string_view text, std::size_t count) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (starts_character(text[i]) && count-- == 0) return text.substr(0, i);
  }
  return text;
}

/// What a header cannot carry is left out, as net/http does.
bool is_printable(std::string_view text) {
  return json::is_valid_utf8(text) &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::string header_of(std::string_view text) {
  std::string value = "299 - \"";
  for (char c : text) {
    if (c == '"' || c == '\\') value += '\\';
    value += c;
  }
  return value + "\"";
}

class Warnings final : public Filter {
 public:
  std::string_view name() const override { return "warnings"; }

  void after(Exchange& exchange, http::Response& response) override {
    if (exchange.context.warnings.empty()) return;
    std::set<std::string_view> seen;
    std::vector<std::string_view> texts;
    std::size_t total = 0;
    for (const auto& text : exchange.context.warnings) {
      if (text.empty() || !is_printable(text) || !seen.insert(text).second) continue;
      texts.push_back(text);
      total += characters(text);
    }
    const bool cut = total > kTotalCharacters;
    total = 0;
    for (auto text : texts) {
      if (cut) text = first_characters(text, kCharactersOfOne);
      total += characters(text);
      response.headers.add("warning", header_of(text));
      if (total >= kTotalCharacters) return;
    }
  }
};

}  // namespace

std::unique_ptr<Filter> warnings() { return std::make_unique<Warnings>(); }

}  // namespace pedalion::server::filters
