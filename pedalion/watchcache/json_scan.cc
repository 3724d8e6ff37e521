#include "pedalion/watchcache/json_scan.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "pedalion/apimachinery/json/utf8.h"

namespace pedalion::watchcache {
namespace {

constexpr std::array<bool, 256> make_table(std::string_view characters) {
  std::array<bool, 256> table{};
  for (char character : characters) table[static_cast<unsigned char>(character)] = true;
  return table;
}
constexpr auto kStructural = make_table("\"{}[]");
constexpr auto kScalarEnd = make_table(",}] \t\r\n");

constexpr std::array<std::string_view, 5> kBeforeVersion = {"name", "generateName", "namespace", "selfLink",
                                                            "uid"};

bool is_space(char character) {
  return character == ' ' || character == '\n' || character == '\t' || character == '\r';
}

std::uint64_t load8(const char* at) {
  std::uint64_t bytes;
  std::memcpy(&bytes, at, sizeof bytes);
  return bytes;
}

/// Not 0 when one of the eight bytes is `byte`. (Below the first one that is, no bit is set.)
std::uint64_t bytes_equal(std::uint64_t bytes, char byte) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  std::uint64_t zero_where_equal = bytes ^ (kOnes * static_cast<unsigned char>(byte));
  return (zero_where_equal - kOnes) & ~zero_where_equal & (kOnes << 7);
}

class Scanner {
 public:
  Scanner(std::string_view text, const PathTree& paths)
      : begin_(text.data()), at_(text.data()), end_(text.data() + text.size()), paths_(paths) {}

  bool scan(JsonScan& found) {
    found.values.resize(paths_.slots());
    const PathTree::Node* root = &paths_.root();
    bool has_metadata = false;
    bool well_formed = for_each_member([&](const ScannedText& key) {
      const PathTree::Node* node = key.escaped ? nullptr : paths_.child(*root, key.raw);
      if (key.raw != "metadata") return value(node, found);
      has_metadata = true;
      found.metadata_offset = static_cast<std::size_t>(key.raw.data() - 1 - begin_);
      return metadata(node, found);
    });
    found.text = {begin_, static_cast<std::size_t>(at_ - begin_)};
    skip_space();
    if (!has_metadata) found.metadata_offset = found.version_begin = found.version_end = 1;
    return well_formed && at_ == end_;
  }

 private:
  void skip_space() {
    while (at_ != end_ && is_space(*at_)) ++at_;
  }

  bool take(char wanted) {
    skip_space();
    if (at_ == end_ || *at_ != wanted) return false;
    ++at_;
    return true;
  }

  bool string(ScannedText& text) {
    if (!take('"')) return false;
    const char* start = at_;
    bool escaped = false;
    for (; at_ != end_; ++at_) {
      while (end_ - at_ >= 8) {
        std::uint64_t bytes = load8(at_);
        if ((bytes_equal(bytes, '"') | bytes_equal(bytes, '\\')) != 0) break;
        at_ += 8;
      }
      if (at_ == end_) return false;
      if (*at_ == '"') {
        text = {{start, static_cast<std::size_t>(at_ - start)}, escaped};
        ++at_;
        return true;
      }
      if (*at_ == '\\') {
        escaped = true;
        if (++at_ == end_) return false;
      }
    }
    return false;
  }

  /// The rest of a container whose opening character has been taken.
  bool skip_container() {
    for (std::size_t depth = 1; at_ != end_;) {
      if (!kStructural[static_cast<unsigned char>(*at_)]) {
        ++at_;
        continue;
      }
      if (*at_ == '"') {
        ScannedText ignored;
        if (!string(ignored)) return false;
        continue;
      }
      char character = *at_++;
      if (character == '{' || character == '[') {
        ++depth;
      } else if (--depth == 0) {
        return true;
      }
    }
    return false;
  }

  bool scalar(ScannedText& text) {
    const char* start = at_;
    while (at_ != end_ && !kScalarEnd[static_cast<unsigned char>(*at_)]) ++at_;
    text = {{start, static_cast<std::size_t>(at_ - start)}, false};
    if (text.raw == "null") text.raw = {};
    return at_ != start;
  }

  /// Any value; `node` is where the paths are that lead into it, or null.
  bool value(const PathTree::Node* node, JsonScan& found) {
    skip_space();
    if (at_ == end_) return false;
    if (*at_ == '{' && node != nullptr && !node->children.empty()) {
      return for_each_member([&](const ScannedText& key) {
        return value(key.escaped ? nullptr : paths_.child(*node, key.raw), found);
      });
    }
    if (*at_ == '{' || *at_ == '[') {
      ++at_;
      return skip_container();
    }
    ScannedText text;
    if (!(*at_ == '"' ? string(text) : scalar(text))) return false;
    if (node != nullptr && node->slot) found.values[*node->slot] = text;
    return true;
  }

  template <class Visit>
  bool for_each_member(const Visit& visit) {
    if (!take('{')) return false;
    if (take('}')) return true;
    do {
      ScannedText key;
      if (!string(key) || !take(':')) return false;
      skip_space();
      if (!visit(key)) return false;
    } while (take(','));
    return take('}');
  }

  bool metadata(const PathTree::Node* node, JsonScan& found) {
    std::size_t opening = offset();
    bool seen_version = false;
    std::size_t after_leading = 0;  // behind the last member that comes before resourceVersion
    bool any = false;
    bool well_formed = for_each_member([&](const ScannedText& key) {
      any = true;
      std::size_t begins = offset();
      const PathTree::Node* child = node == nullptr || key.escaped ? nullptr : paths_.child(*node, key.raw);
      if (!metadata_member(key.raw, child, found)) return false;
      if (key.raw == "resourceVersion") {
        seen_version = true;
        found.version_begin = begins;
        found.version_end = offset();
      } else if (std::ranges::find(kBeforeVersion, key.raw) != kBeforeVersion.end()) {
        after_leading = offset();
      }
      return true;
    });
    if (!well_formed) return false;
    using Member = JsonScan::VersionMember;
    found.version_member = seen_version         ? Member::kPresent
                           : after_leading != 0 ? Member::kAfter
                           : any                ? Member::kBefore
                                                : Member::kOnly;
    if (!seen_version) {
      found.version_begin = found.version_end = after_leading != 0 ? after_leading : opening + 1;
    }
    return true;
  }

  /// One member of metadata, whose key has been taken.
  bool metadata_member(std::string_view key, const PathTree::Node* node, JsonScan& found) {
    const char* start = at_;
    if (key == "labels" && start != end_ && *start == '{') {
      if (!labels(found)) return false;
    } else if (key == "ownerReferences" && start != end_ && *start == '[') {
      if (!owner_references(found)) return false;
    } else {
      ScannedText* text = key == "name"        ? &found.name
                          : key == "namespace" ? &found.ns
                          : key == "uid"       ? &found.uid
                                               : nullptr;
      if (text != nullptr && start != end_ && *start == '"') {
        if (!string(*text)) return false;
        if (node != nullptr && node->slot) found.values[*node->slot] = *text;
        return true;
      }
      if (key == "deletionTimestamp") found.terminating = start != end_ && *start == '"';
    }
    // Paths into what was looked at already are followed by going over it again: they are rare.
    if (node == nullptr && at_ != start) return true;
    at_ = start;
    return value(node, found);
  }

  bool labels(JsonScan& found) {
    return for_each_member([&](const ScannedText& key) {
      ScannedText text;
      if (at_ == end_ || *at_ != '"') return value(nullptr, found);
      if (!string(text)) return false;
      found.labels.emplace_back(key, text);
      return true;
    });
  }

  bool owner_references(JsonScan& found) {
    if (!take('[')) return false;
    if (take(']')) return true;
    do {
      skip_space();
      if (at_ == end_ || *at_ != '{') return false;
      bool well_formed = for_each_member([&](const ScannedText& key) {
        if (key.raw != "uid" || at_ == end_ || *at_ != '"') return value(nullptr, found);
        ScannedText uid;
        if (!string(uid)) return false;
        found.owner_uids.push_back(uid);
        return true;
      });
      if (!well_formed) return false;
    } while (take(','));
    return take(']');
  }

  std::size_t offset() const { return static_cast<std::size_t>(at_ - begin_); }

  const char* const begin_;
  const char* at_;
  const char* const end_;
  const PathTree& paths_;
};

std::optional<std::uint32_t> hex4(std::string_view text) {
  std::uint32_t value = 0;
  if (text.size() < 4) return std::nullopt;
  auto [end, error] = std::from_chars(text.data(), text.data() + 4, value, 16);
  if (error != std::errc() || end != text.data() + 4) return std::nullopt;
  return value;
}

/// `raw` begins with a backslash and one more character. Returns how many characters the escape takes.
std::size_t unescape_one(std::string_view raw, std::string& out) {
  constexpr std::string_view kNames = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
  if (std::size_t simple = kNames.find(raw[1]); simple != std::string_view::npos) {
    out.push_back(kMeanings[simple]);
    return 2;
  }
  auto unit = raw[1] == 'u' ? hex4(raw.substr(2)) : std::nullopt;
  if (!unit) {
    out.push_back(raw[0]);
    return 1;
  }
  if (*unit >= 0xd800 && *unit < 0xdc00 && raw.substr(6).starts_with("\\u")) {
    if (auto low = hex4(raw.substr(8)); low && *low >= 0xdc00 && *low < 0xe000) {
      json::append_utf8(0x10000 + ((*unit - 0xd800) << 10) + (*low - 0xdc00), out);
      return 12;
    }
  }
  json::append_utf8(*unit >= 0xd800 && *unit < 0xe000 ? 0xfffd : *unit, out);
  return 6;
}

}  // namespace

std::size_t PathTree::add(std::string_view path) {
  std::size_t at = 0;
  while (true) {
    std::string_view segment = path.substr(0, path.find('.'));
    const Node* found = child(nodes_[at], segment);
    if (found == nullptr) {
      nodes_[at].children.emplace_back(std::string(segment), nodes_.size());
      found = &nodes_.emplace_back();
    }
    at = static_cast<std::size_t>(found - nodes_.data());
    if (segment.size() == path.size()) break;
    path.remove_prefix(segment.size() + 1);
  }
  if (!nodes_[at].slot) nodes_[at].slot = slots_++;
  return *nodes_[at].slot;
}

const PathTree::Node* PathTree::child(const Node& node, std::string_view segment) const {
  for (const auto& [name, index] : node.children) {
    if (name == segment) return &nodes_[index];
  }
  return nullptr;
}

std::optional<JsonScan> scan_object(std::string_view text, const PathTree& paths) {
  JsonScan found;
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  if (!Scanner(text, paths).scan(found)) return std::nullopt;
  return found;
}

void unescape(std::string_view raw, std::string& out) {
  while (!raw.empty()) {
    if (raw.front() != '\\' || raw.size() < 2) {
      out.push_back(raw.front());
      raw.remove_prefix(1);
    } else {
      raw.remove_prefix(unescape_one(raw, out));
    }
  }
}

}  // namespace pedalion::watchcache
