#include "pedalion/registry/builtin/kinds/struct_diff.h"

#include <algorithm>
#include <vector>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"

namespace pedalion::registry::builtin::kinds {

namespace {

constexpr std::size_t kAround = 3;

/// As Go indents by one space.
void write_indented(std::string& out, const Value& value, std::size_t depth) {
  bool object = value.is_object();
  if ((!object && !value.is_array()) || value.empty()) {
    out += json::to_string(value);
    return;
  }
  std::size_t count = value.size();
  out += object ? "{\n" : "[\n";
  for (std::size_t i = 0; i < count; ++i) {
    out.append(depth + 1, ' ');
    if (object) out += json::to_string(Value::string(value.members()[i].name)) + ": ";
    write_indented(out, object ? value.members()[i].value : value.items()[i], depth + 1);
    out += i + 1 < count ? ",\n" : "\n";
  }
  out.append(depth, ' ');
  out += object ? '}' : ']';
}

std::vector<std::string> lines_of(const Value& value, GoType type) {
  auto document = json::parse(go_form(&value, type, true));
  std::string text;
  if (document) write_indented(text, document->root, 0);
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

struct Edit {
  char mark;  // ' ', '-', '+'
  std::string text;
};

/// The longest common subsequence stays; the structs have some hundred lines at most.
std::vector<Edit> edits(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::vector<std::size_t>> common(a.size() + 1, std::vector<std::size_t>(b.size() + 1, 0));
  for (std::size_t i = a.size(); i-- > 0;) {
    for (std::size_t j = b.size(); j-- > 0;) {
      common[i][j] = a[i] == b[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  std::vector<Edit> out;
  for (std::size_t i = 0, j = 0; i < a.size() || j < b.size();) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      out.push_back({' ', a[i++]});
      ++j;
    } else if (j == b.size() || (i < a.size() && common[i + 1][j] >= common[i][j + 1])) {
      out.push_back({'-', a[i++]});
    } else {
      out.push_back({'+', b[j++]});
    }
  }
  return out;
}

std::string range_of(std::size_t first, std::size_t count) {
  return count == 1 ? std::to_string(first) : std::to_string(first) + "," + std::to_string(count);
}

/// Edits [from, until) as one hunk, which begins at these lines (from 1) of the two.
std::string hunk(const std::vector<Edit>& all, std::size_t from, std::size_t until, std::size_t old_line,
                 std::size_t new_line) {
  std::size_t olds = 0, news = 0;
  std::string body;
  for (std::size_t i = from; i < until; ++i) {
    olds += all[i].mark != '+' ? 1 : 0;
    news += all[i].mark != '-' ? 1 : 0;
    body += all[i].mark + all[i].text + "\n";
  }
  return "@@ -" + range_of(old_line, olds) + " +" + range_of(new_line, news) + " @@\n" + body;
}

}  // namespace

std::string struct_diff(const Value& before, const Value& now, GoType type) {
  std::vector<Edit> all = edits(lines_of(before, type), lines_of(now, type));
  std::string out;
  std::size_t old_line = 1, new_line = 1, done = 0;
  auto advance = [&](std::size_t to) {
    for (; done < to; ++done) {
      old_line += all[done].mark != '+' ? 1 : 0;
      new_line += all[done].mark != '-' ? 1 : 0;
    }
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].mark == ' ') continue;
    std::size_t last = i;  // of this hunk's changes
    for (std::size_t k = i; k < all.size() && k <= last + 2 * kAround; ++k) {
      if (all[k].mark != ' ') last = k;
    }
    advance(i > done + kAround ? i - kAround : done);
    std::size_t until = std::min(all.size(), last + kAround + 1);
    out += hunk(all, done, until, old_line, new_line);
    advance(until);
    i = until - 1;
  }
  return out;
}

}  // namespace pedalion::registry::builtin::kinds
