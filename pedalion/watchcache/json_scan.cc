#include "pedalion/watchcache/json_scan.h"

#include <algorithm>
#include <array>

namespace pedalion::watchcache {
namespace {

constexpr std::array<std::string_view, 5> kBeforeVersion = {"name", "generateName", "namespace", "selfLink",
                                                            "uid"};

class Scanner {
 public:
  Scanner(std::string_view text, const PathTree& paths) : text_(text), at_(text), paths_(paths) {}

  bool scan(JsonScan& found) {
    found.values.resize(paths_.slots());
    const PathTree::Node* root = &paths_.root();
    bool has_metadata = false;
    bool well_formed = at_.for_each_member([&](const ScannedText& key) {
      const PathTree::Node* node = key.escaped ? nullptr : paths_.child(*root, key.raw);
      if (key.raw != "metadata") return value(node, found);
      has_metadata = true;
      found.metadata_offset = static_cast<std::size_t>(key.raw.data() - 1 - text_.data());
      return metadata(node, found);
    });
    found.text = at_.since(0);
    at_.skip_space();
    if (!has_metadata) found.metadata_offset = found.version_begin = found.version_end = 1;
    return well_formed && at_.at_end();
  }

 private:
  /// Any value; `node` is where the paths are that lead into it, or null.
  bool value(const PathTree::Node* node, JsonScan& found) {
    at_.skip_space();
    if (at_.peek() == '{' && node != nullptr && !node->children.empty()) {
      return at_.for_each_member([&](const ScannedText& key) {
        return value(key.escaped ? nullptr : paths_.child(*node, key.raw), found);
      });
    }
    if (at_.peek() == '{' || at_.peek() == '[') return at_.skip_value();
    ScannedText text;
    const bool quoted = at_.peek() == '"';
    if (!(quoted ? at_.string(text) : at_.scalar(text.raw))) return false;
    if (!quoted && text.raw == "null") text.raw = {};
    if (node != nullptr && node->slot) found.values[*node->slot] = text;
    return true;
  }

  bool metadata(const PathTree::Node* node, JsonScan& found) {
    std::size_t opening = at_.offset();
    bool seen_version = false;
    std::size_t after_leading = 0;  // behind the last member that comes before resourceVersion
    bool any = false;
    bool well_formed = at_.for_each_member([&](const ScannedText& key) {
      any = true;
      std::size_t begins = at_.offset();
      const PathTree::Node* child = node == nullptr || key.escaped ? nullptr : paths_.child(*node, key.raw);
      if (!metadata_member(key.raw, child, found)) return false;
      if (key.raw == "resourceVersion") {
        seen_version = true;
        found.version_begin = begins;
        found.version_end = at_.offset();
      } else if (std::ranges::find(kBeforeVersion, key.raw) != kBeforeVersion.end()) {
        after_leading = at_.offset();
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
    const std::size_t start = at_.offset();
    const char first = at_.peek();
    if (key == "labels" && first == '{') {
      if (!labels(found)) return false;
    } else if (key == "ownerReferences" && first == '[') {
      if (!owner_references(found)) return false;
    } else {
      ScannedText* text = key == "name"        ? &found.name
                          : key == "namespace" ? &found.ns
                          : key == "uid"       ? &found.uid
                                               : nullptr;
      if (text != nullptr && first == '"') {
        if (!at_.string(*text)) return false;
        if (node != nullptr && node->slot) found.values[*node->slot] = *text;
        return true;
      }
      if (key == "deletionTimestamp") found.terminating = first == '"';
    }
    // Paths into what was looked at already are followed by going over it again: they are rare.
    if (node == nullptr && at_.offset() != start) return true;
    at_.go_to(start);
    return value(node, found);
  }

  bool labels(JsonScan& found) {
    return at_.for_each_member([&](const ScannedText& key) {
      ScannedText text;
      if (at_.peek() != '"') return value(nullptr, found);
      if (!at_.string(text)) return false;
      found.labels.emplace_back(key, text);
      return true;
    });
  }

  bool owner_references(JsonScan& found) {
    return at_.for_each_element([&] {
      return at_.for_each_member([&](const ScannedText& key) {
        if (key.raw != "uid" || at_.peek() != '"') return value(nullptr, found);
        ScannedText uid;
        if (!at_.string(uid)) return false;
        found.owner_uids.push_back(uid);
        return true;
      });
    });
  }

  const std::string_view text_;
  json::Cursor at_;
  const PathTree& paths_;
};

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
  json::Cursor begin(text);
  begin.skip_space();
  text.remove_prefix(begin.offset());
  if (!Scanner(text, paths).scan(found)) return std::nullopt;
  return found;
}

}  // namespace pedalion::watchcache
