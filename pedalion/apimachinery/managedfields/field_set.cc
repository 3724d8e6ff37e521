#include "pedalion/apimachinery/managedfields/field_set.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "pedalion/apimachinery/json/output.h"
#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/managedfields/canonical_text.h"

namespace pedalion::managedfields {
namespace {

using json::Value;
using Node = FieldSet::Node;
using Nodes = std::span<const Node>;

/// Reads a FieldsV1 tree; `pending_` is a stack on which each level collects and sorts its elements.
class Reader {
 public:
  Reader(FieldSetBuilder& builder, json::Arena& arena) : builder_(builder), arena_(arena) {}

  /// The contents of one object; says whether it holds ".".
  Result<bool> read(const Value& fields, int depth) {
    if (!fields.is_object() && !fields.is_null())
      return std::unexpected(Status(400, "BadRequest", "expected a map of fields"));
    if (depth > kMaxDepth) return std::unexpected(Status(400, "BadRequest", "exceeded max depth"));
    std::size_t base = pending_.size();
    bool self = false, sorted = true;
    for (const auto& member : fields.members()) {
      if (member.name == ".") {
        self = true;
        continue;
      }
      TRY(auto element, canonical_element(member.name, arena_));
      if (!element) continue;
      if (pending_.size() > base && compare_elements(pending_.back().element, *element) >= 0) sorted = false;
      pending_.push_back({*element, &member.value});
    }
    if (!sorted) sort_from(base);
    std::size_t end = pending_.size();
    bool any = end > base;
    for (std::size_t i = base; i < end; ++i) {
      Pending here = pending_[i];
      builder_.open(here.element);
      TRY(bool member, read(*here.value, depth + 1));
      if (member) builder_.mark();
      builder_.close();
    }
    pending_.resize(base);
    return self || !any;
  }

 private:
  static constexpr int kMaxDepth = 1000;
  struct Pending {
    Element element;
    const Value* value;
  };

  void sort_from(std::size_t base) {
    auto begin = pending_.begin() + static_cast<std::ptrdiff_t>(base);
    std::sort(begin, pending_.end(),
              [](const Pending& a, const Pending& b) { return compare_elements(a.element, b.element) < 0; });
    auto same = [](const Pending& a, const Pending& b) {
      return compare_elements(a.element, b.element) == 0;
    };
    pending_.erase(std::unique(begin, pending_.end(), same), pending_.end());
  }

  FieldSetBuilder& builder_;
  json::Arena& arena_;
  std::vector<Pending> pending_;
};

enum class Operation { kUnion, kIntersection, kDifference, kRecursiveDifference };

/// Merges two lists of siblings; recursion follows what both have.
void merge(Nodes a, Nodes b, Operation operation, FieldSetBuilder& out) {
  bool keeps_left = operation != Operation::kIntersection, keeps_right = operation == Operation::kUnion;
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    int order = compare_elements(a[i].element(), b[j].element());
    if (order < 0) {
      if (keeps_left) out.copy(a.subspan(i, a[i].size));
      i += a[i].size;
    } else if (order > 0) {
      if (keeps_right) out.copy(b.subspan(j, b[j].size));
      j += b[j].size;
    } else {
      bool left = a[i].member, right = b[j].member;
      if (!(operation == Operation::kRecursiveDifference && right)) {
        out.open(a[i].element());
        bool in = operation == Operation::kUnion          ? left || right
                  : operation == Operation::kIntersection ? left && right
                                                          : left && !right;
        if (in) out.mark();
        merge(a.subspan(i + 1, a[i].size - 1), b.subspan(j + 1, b[j].size - 1), operation, out);
        out.close();
      }
      i += a[i].size;
      j += b[j].size;
    }
  }
  if (keeps_left && i < a.size()) out.copy(a.subspan(i));
  if (keeps_right && j < b.size()) out.copy(b.subspan(j));
}

FieldSet merged(const FieldSet& a, const FieldSet& b, Operation operation) {
  if (operation == Operation::kIntersection && (a.empty() || b.empty())) return {};
  if (b.empty()) return a;
  if (a.empty() && operation == Operation::kUnion) return b;
  FieldSetBuilder out;
  merge(a.nodes(), b.nodes(), operation, out);
  return out.finish();
}

bool covers(Nodes a, Nodes b) {
  std::size_t i = 0;
  for (std::size_t j = 0; j < b.size(); j += b[j].size) {
    int order = -1;
    while (i < a.size() && (order = compare_elements(a[i].element(), b[j].element())) < 0) i += a[i].size;
    if (i == a.size() || order > 0 || (b[j].member == 1 && a[i].member == 0)) return false;
    if (!covers(a.subspan(i + 1, a[i].size - 1), b.subspan(j + 1, b[j].size - 1))) return false;
  }
  return true;
}

/// Is something of b, which is in that set itself, on the way to something of a?
bool meets(Nodes a, Nodes b) {
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const int order = compare_elements(a[i].element(), b[j].element());
    if (order == 0 &&
        (b[j].member == 1 || meets(a.subspan(i + 1, a[i].size - 1), b.subspan(j + 1, b[j].size - 1))))
      return true;
    if (order <= 0) i += a[i].size;
    if (order >= 0) j += b[j].size;
  }
  return false;
}

void write_nodes(Nodes nodes, bool with_self, json::Output& out) {
  out.put('{');
  if (with_self) out.put(nodes.empty() ? "" : R"(".":{},)");
  for (std::size_t i = 0; i < nodes.size(); i += nodes[i].size) {
    const Node& node = nodes[i];
    if (i > 0) out.put(',');
    out.quoted(node.element());
    out.put(':');
    write_nodes(nodes.subspan(i + 1, node.size - 1), node.member, out);
  }
  out.put('}');
}

void append_paths(Nodes nodes, std::string& prefix, std::vector<std::string>& out) {
  std::size_t length = prefix.size();
  for (bool below : {false, true}) {
    for (std::size_t i = 0; i < nodes.size(); i += nodes[i].size) {
      if (below ? nodes[i].size == 1 : !nodes[i].member) continue;
      append_element_text(nodes[i].element(), prefix);
      if (below) {
        append_paths(nodes.subspan(i + 1, nodes[i].size - 1), prefix, out);
      } else {
        out.push_back(prefix);
      }
      prefix.resize(length);
    }
  }
}

}  // namespace

namespace {

/// Rooms of builders that are done with.
struct KeptRooms {
  static constexpr std::size_t kMost = 8, kLargest = 1 << 14;  // rooms; nodes
  std::vector<std::pair<std::vector<Node>, std::vector<std::uint32_t>>> rooms;
};

KeptRooms& kept_rooms() {
  thread_local KeptRooms the_threads;
  return the_threads;
}

}  // namespace

FieldSetBuilder::FieldSetBuilder() {
  auto& rooms = kept_rooms().rooms;
  if (rooms.empty()) return;
  std::tie(nodes_, open_) = std::move(rooms.back());
  rooms.pop_back();
}

FieldSetBuilder::~FieldSetBuilder() {
  auto& rooms = kept_rooms().rooms;
  if (rooms.size() == KeptRooms::kMost || nodes_.capacity() > KeptRooms::kLargest) return;
  nodes_.clear();
  open_.clear();
  rooms.emplace_back(std::move(nodes_), std::move(open_));
}

void FieldSetBuilder::close() {
  std::uint32_t begin = open_.back();
  open_.pop_back();
  auto size = static_cast<std::uint32_t>(nodes_.size()) - begin;
  if (size == 1 && !nodes_[begin].member) {
    nodes_.pop_back();
  } else {
    nodes_[begin].size = size & 0x7fffffff;
  }
}

void FieldSetBuilder::copy(Nodes nodes) { nodes_.insert(nodes_.end(), nodes.begin(), nodes.end()); }

FieldSet FieldSetBuilder::finish() {
  FieldSet set;
  finish_in(set);
  return set;
}

void FieldSetBuilder::finish_in(FieldSet& set) {
  set.nodes_.assign(nodes_.begin(), nodes_.end());
  nodes_.clear();
  open_.clear();
}

FieldSet FieldSet::of_paths(std::initializer_list<std::initializer_list<Element>> paths) {
  FieldSet all;
  for (auto path : paths) {
    FieldSetBuilder builder;
    for (Element element : path) builder.open(element);
    builder.mark();
    for (std::size_t i = 0; i < path.size(); ++i) builder.close();
    all = set_union(all, builder.finish());
  }
  return all;
}

Result<FieldSet> FieldSet::parse(const Value& fields, json::Arena& arena) {
  if (fields.is_raw()) {
    if (auto canonical = read_canonical(fields.as_raw(), arena)) return *std::move(canonical);
    TRY(const Value tree, json::parse(fields.as_raw(), arena));
    return parse(tree, arena);
  }
  FieldSetBuilder builder;
  TRY_OK(Reader(builder, arena).read(fields, 0));
  return builder.finish();
}

Value FieldSet::to_json(json::Arena& arena) const {
  thread_local std::string text;  // grows to what is usual
  text.clear();
  {
    json::Output out(text);
    write_nodes(nodes_, false, out);
  }
  return Value::raw(arena.copy(text));
}

void FieldSet::subtract(const FieldSet& other) {
  FieldSetBuilder rest;
  merge(nodes_, other.nodes_, Operation::kDifference, rest);
  rest.finish_in(*this);
}

bool FieldSet::has(std::initializer_list<Element> path) const {
  Nodes here = nodes_;
  std::size_t left = path.size();
  for (Element element : path) {
    --left;
    std::size_t i = 0;
    while (i < here.size() && compare_elements(here[i].element(), element) != 0) i += here[i].size;
    if (i >= here.size()) return false;
    if (left == 0) return here[i].member;
    here = here.subspan(i + 1, here[i].size - 1);
  }
  return false;
}

std::vector<std::string> FieldSet::path_texts() const {
  std::vector<std::string> out;
  std::string prefix;
  append_paths(nodes_, prefix, out);
  return out;
}

bool FieldSet::operator==(const FieldSet& other) const {
  return std::ranges::equal(nodes_, other.nodes_, [](const Node& a, const Node& b) {
    return a.size == b.size && a.member == b.member && a.element() == b.element();
  });
}

bool covers(const FieldSet& a, const FieldSet& b) { return covers(a.nodes(), b.nodes()); }
FieldSet set_union(const FieldSet& a, const FieldSet& b) { return merged(a, b, Operation::kUnion); }
FieldSet intersection(const FieldSet& a, const FieldSet& b) { return merged(a, b, Operation::kIntersection); }
FieldSet difference(const FieldSet& a, const FieldSet& b) { return merged(a, b, Operation::kDifference); }
FieldSet recursive_difference(FieldSet a, const FieldSet& b) {
  if (!meets(a.nodes(), b.nodes())) return a;
  return merged(a, b, Operation::kRecursiveDifference);
}

}  // namespace pedalion::managedfields
