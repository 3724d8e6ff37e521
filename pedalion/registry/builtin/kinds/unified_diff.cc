#include "pedalion/registry/builtin/kinds/unified_diff.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

namespace pedalion::registry::builtin::kinds {
namespace {

using Lines = std::vector<std::string_view>;

constexpr std::size_t kContext = 3, kPopularFrom = 200;

Lines split(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

struct Block {
  std::size_t a = 0, b = 0, size = 0;
};

class Matcher {
 public:
  Matcher(const Lines& a, const Lines& b) : a_(a), b_(b) {
    for (std::size_t index = 0; index < b.size(); ++index) places_[b[index]].push_back(index);
    if (b.size() < kPopularFrom) return;
    std::size_t most = b.size() / 100 + 1;
    std::erase_if(places_, [&](const auto& entry) { return entry.second.size() > most; });
  }

  std::vector<Block> blocks() {
    std::vector<Block> found;
    match(0, a_.size(), 0, b_.size(), found);
    std::ranges::sort(found, {}, &Block::a);
    std::vector<Block> merged;
    for (const Block& block : found) {
      if (!merged.empty() && merged.back().a + merged.back().size == block.a &&
          merged.back().b + merged.back().size == block.b) {
        merged.back().size += block.size;
      } else {
        merged.push_back(block);
      }
    }
    merged.push_back({a_.size(), b_.size(), 0});
    return merged;
  }

 private:
  void match(std::size_t a_begin, std::size_t a_end, std::size_t b_begin, std::size_t b_end,
             std::vector<Block>& found) {
    Block best = longest(a_begin, a_end, b_begin, b_end);
    if (best.size == 0) return;
    if (a_begin < best.a && b_begin < best.b) match(a_begin, best.a, b_begin, best.b, found);
    found.push_back(best);
    if (best.a + best.size < a_end && best.b + best.size < b_end)
      match(best.a + best.size, a_end, best.b + best.size, b_end, found);
  }

  Block longest(std::size_t a_begin, std::size_t a_end, std::size_t b_begin, std::size_t b_end) const {
    Block best{a_begin, b_begin, 0};
    std::unordered_map<std::size_t, std::size_t> lengths;  // of the match that ends at an index of b
    for (std::size_t i = a_begin; i < a_end; ++i) {
      std::unordered_map<std::size_t, std::size_t> next;
      auto places = places_.find(a_[i]);
      if (places != places_.end()) {
        for (std::size_t j : places->second) {
          if (j < b_begin) continue;
          if (j >= b_end) break;
          auto before = j == 0 ? lengths.end() : lengths.find(j - 1);
          std::size_t size = next[j] = (before == lengths.end() ? 0 : before->second) + 1;
          if (size > best.size) best = {i + 1 - size, j + 1 - size, size};
        }
      }
      lengths = std::move(next);
    }
    // Lines that anchor nothing still extend a match.
    while (best.a > a_begin && best.b > b_begin && a_[best.a - 1] == b_[best.b - 1])
      --best.a, --best.b, ++best.size;
    while (best.a + best.size < a_end && best.b + best.size < b_end &&
           a_[best.a + best.size] == b_[best.b + best.size])
      ++best.size;
    return best;
  }

  const Lines &a_, &b_;
  std::unordered_map<std::string_view, std::vector<std::size_t>> places_;
};

struct Change {
  bool equal;
  std::size_t a_begin, a_end, b_begin, b_end;
};

std::vector<Change> changes_of(const Lines& a, const Lines& b) {
  std::vector<Change> changes;
  std::size_t i = 0, j = 0;
  for (const Block& block : Matcher(a, b).blocks()) {
    if (i < block.a || j < block.b) changes.push_back({false, i, block.a, j, block.b});
    if (block.size > 0)
      changes.push_back({true, block.a, block.a + block.size, block.b, block.b + block.size});
    i = block.a + block.size;
    j = block.b + block.size;
  }
  return changes;
}

/// Changes that lie near each other, with their context.
std::vector<std::vector<Change>> groups_of(std::vector<Change> changes) {
  if (changes.empty()) return {};
  Change& first = changes.front();
  if (first.equal) {
    first.a_begin = std::max(first.a_begin, first.a_end - std::min(kContext, first.a_end));
    first.b_begin = std::max(first.b_begin, first.b_end - std::min(kContext, first.b_end));
  }
  Change& last = changes.back();
  if (last.equal) {
    last.a_end = std::min(last.a_end, last.a_begin + kContext);
    last.b_end = std::min(last.b_end, last.b_begin + kContext);
  }
  std::vector<std::vector<Change>> groups(1);
  for (Change change : changes) {
    if (change.equal && change.a_end - change.a_begin > 2 * kContext) {
      groups.back().push_back({true, change.a_begin, std::min(change.a_end, change.a_begin + kContext),
                               change.b_begin, std::min(change.b_end, change.b_begin + kContext)});
      groups.emplace_back();
      change.a_begin = change.a_end - kContext;
      change.b_begin = change.b_end - kContext;
    }
    groups.back().push_back(change);
  }
  std::erase_if(groups,
                [](const auto& group) { return group.empty() || (group.size() == 1 && group[0].equal); });
  return groups;
}

std::string range(std::size_t begin, std::size_t end) {
  std::size_t size = end - begin;
  if (size == 1) return std::to_string(begin + 1);
  return std::to_string(size == 0 ? begin : begin + 1) + "," + std::to_string(size);
}

void append(std::string& out, char sign, const Lines& lines, std::size_t begin, std::size_t end) {
  for (std::size_t index = begin; index < end; ++index) (out += sign).append(lines[index]);
}

}  // namespace

std::string unified_diff(std::string_view from, std::string_view to) {
  Lines a = split(from), b = split(to);
  std::string out;
  for (const auto& group : groups_of(changes_of(a, b))) {
    out += "@@ -" + range(group.front().a_begin, group.back().a_end) + " +" +
           range(group.front().b_begin, group.back().b_end) + " @@\n";
    for (const Change& change : group) {
      if (change.equal) {
        append(out, ' ', a, change.a_begin, change.a_end);
      } else {
        append(out, '-', a, change.a_begin, change.a_end);
        append(out, '+', b, change.b_begin, change.b_end);
      }
    }
  }
  return out;
}

}  // namespace pedalion::registry::builtin::kinds
