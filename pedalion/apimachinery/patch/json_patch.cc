#include "pedalion/apimachinery/patch/json_patch.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "pedalion/apimachinery/codec/scalars.h"
#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/errors.h"
#include "pedalion/apimachinery/patch/tree.h"

namespace pedalion::patch {
namespace {

using json::Value;

constexpr std::size_t kMaxOperations = 10000;
constexpr std::size_t kMaxCopied = 3 * 1024 * 1024;
constexpr std::array<std::string_view, 4> kMembers = {"op", "path", "from", "value"};

/// strconv.Atoi.
std::optional<std::int64_t> parse_index(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t index = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (text.empty() || text.starts_with("+") || error != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return index;
}

std::string decoded_token(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] == '~' && i + 1 < token.size() && (token[i + 1] == '0' || token[i + 1] == '1')) {
      out += token[++i] == '0' ? '~' : '/';
    } else {
      out += token[i];
    }
  }
  return out;
}

/// Equality of "test": numbers must be written alike.
bool same(const Value& a, const Value& b) {
  if (a.kind() != b.kind() || a.size() != b.size()) return false;
  if (a.is_array()) return std::ranges::equal(a.items(), b.items(), same);
  if (!a.is_object()) return json::equal(a, b);
  return std::ranges::all_of(a.members(), [&](const json::Member& member) {
    const Value* other = b.find(member.name);
    return other != nullptr && same(member.value, *other);
  });
}

/// The document while it is being patched. Every function says whether the operation was possible.
class Patcher {
 public:
  Patcher(const Value& object, json::Arena& arena) : arena_(arena), root_(copy_structure(object, arena)) {
    if (root_.is_object()) root_.sort_members();
  }

  bool run(const Value& operation) {
    auto kind = operation.string_at({"op"});
    if (kind == "add") return add(operation, value_of(operation));
    if (kind == "remove") return remove(operation, "path");
    if (kind == "replace") return replace(operation);
    if (kind == "test") return test(operation);
    if (kind == "move") return move(operation);
    return kind == "copy" && copy(operation);
  }

  const Value& root() const { return root_; }

 private:
  /// Where a pointer points: a container, and a member or index in it.
  struct Target {
    Value* container;
    std::string key;
    std::size_t level;
  };

  static const Value* value_of(const Value& operation) { return operation.find("value"); }

  std::optional<Target> target(const Value& operation, std::string_view member) {
    const Value* path = operation.find(member);
    if (path == nullptr || !path->is_string()) return std::nullopt;
    std::string_view rest = path->as_string();
    std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(slash + 1);
    Value* here = &root_;
    for (std::size_t level = 1;; ++level) {
      if (here->is_object()) here->sort_members();
      slash = rest.find('/');
      std::string key = decoded_token(rest.substr(0, slash));
      if (slash == std::string_view::npos) return Target{here, std::move(key), level};
      here = get(*here, key);
      if (here == nullptr || (!here->is_object() && !here->is_array())) return std::nullopt;
      rest.remove_prefix(slash + 1);
    }
  }

  /// An index into `size` elements; negative ones count from the end.
  static std::optional<std::uint32_t> index_in(std::string_view key, std::size_t size) {
    auto index = parse_index(key);
    auto count = static_cast<std::int64_t>(size);
    if (!index || *index >= count || *index < -count) return std::nullopt;
    return static_cast<std::uint32_t>(*index < 0 ? *index + count : *index);
  }

  static Value* get(Value& container, std::string_view key) {
    if (container.is_object()) return container.find(key);
    auto index = index_in(key, container.size());
    return index ? &container.items()[*index] : nullptr;
  }

  bool put(const Target& at, const Value& value) {
    if (static_cast<int>(at.level) + depth(value) > kMaxDepth) return false;
    if (at.container->is_object()) {
      std::size_t before = at.container->size();
      at.container->set(at.key, value, arena_);
      if (at.container->size() > before) {  // target() left the others sorted
        auto members = at.container->members();
        std::rotate(std::ranges::lower_bound(members.first(before), at.key, {}, &json::Member::name),
                    members.end() - 1, members.end());
      }
      return true;
    }
    if (at.key == "-") {
      at.container->push_back(value, arena_);
      return true;
    }
    auto index = index_in(at.key, at.container->size() + 1);
    if (index) at.container->insert(*index, value, arena_);
    return index.has_value();
  }

  bool add(const Value& operation, const Value* value) {
    auto at = target(operation, "path");
    return at && put(*at, value == nullptr ? Value() : copy_structure(*value, arena_));
  }

  bool remove(const Value& operation, std::string_view member) {
    auto at = target(operation, member);
    if (!at) return false;
    if (at->container->is_object()) return at->container->erase(at->key);
    auto index = index_in(at->key, at->container->size());
    if (index) at->container->erase_at(*index);
    return index.has_value();
  }

  bool replace(const Value& operation) {
    const Value* value = value_of(operation);
    if (const Value* path = operation.find("path");
        path != nullptr && path->is_string() && path->as_string().empty()) {
      if (value == nullptr || (!value->is_object() && !value->is_array())) return false;
      root_ = copy_structure(*value, arena_);
      return true;
    }
    auto at = target(operation, "path");
    if (!at) return false;
    Value made = value == nullptr ? Value() : copy_structure(*value, arena_);
    if (at->container->is_object()) return put(*at, made);  // also when there was none
    Value* old = get(*at->container, at->key);
    if (old == nullptr || static_cast<int>(at->level) + depth(made) > kMaxDepth) return false;
    *old = made;
    return true;
  }

  bool test(const Value& operation) {
    const Value* wanted = value_of(operation);
    if (const Value* path = operation.find("path");
        path != nullptr && path->is_string() && path->as_string().empty()) {
      return wanted != nullptr && same(root_, *wanted);
    }
    auto at = target(operation, "path");
    if (!at) return false;
    const Value* found = get(*at->container, at->key);
    if (found == nullptr && at->container->is_array()) return false;
    if (found == nullptr || found->is_null()) return wanted == nullptr || wanted->is_null();
    return wanted != nullptr && same(*found, *wanted);
  }

  bool move(const Value& operation) {
    auto from = target(operation, "from");
    const Value* found = from ? get(*from->container, from->key) : nullptr;
    if (found == nullptr) return false;
    Value moved = *found;
    if (!remove(operation, "from")) return false;
    auto at = target(operation, "path");
    return at && put(*at, moved);
  }

  bool copy(const Value& operation) {
    auto from = target(operation, "from");
    if (!from) return false;
    const Value* found = get(*from->container, from->key);
    if (found == nullptr && from->container->is_array()) return false;
    Value made;
    if (found != nullptr) {
      copied_ += json::to_string(*found).size();
      if (copied_ > kMaxCopied) return false;
      made = copy_structure(*found, arena_);
    }
    auto at = target(operation, "path");
    return at && put(*at, made);
  }

  json::Arena& arena_;
  Value root_;
  std::size_t copied_ = 0;
};

Status undecodable(const Value& value, std::string_view into) {
  return meta::bad_request("error decoding patch: json: cannot unmarshal " +
                           std::string(codec::kind_word(value)) + " into Go " + std::string(into));
}

Result<void> check_operations(const Value& patch) {
  if (!patch.is_array()) return std::unexpected(undecodable(patch, "value of type []handlers.jsonPatchOp"));
  for (const Value& operation : patch.items()) {
    if (operation.is_null()) continue;
    if (!operation.is_object())
      return std::unexpected(undecodable(operation, "value of type handlers.jsonPatchOp"));
    for (std::string_view name : {"op", "path", "from"}) {
      const Value* member = operation.find(name);
      if (member == nullptr || member->is_null() || member->is_string()) continue;
      return std::unexpected(
          undecodable(*member, "struct field jsonPatchOp." + std::string(name) + " of type string"));
    }
  }
  if (patch.size() > kMaxOperations) {
    return std::unexpected(
        Status(413, "RequestEntityTooLarge",
               "Request entity too large: The allowed maximum operations in a JSON patch is " +
                   std::to_string(kMaxOperations) + ", got " + std::to_string(patch.size())));
  }
  return {};
}

}  // namespace

Result<Value> apply_json_patch(const Value& object, const Value& patch, json::Arena& arena) {
  if (!patch.is_null()) TRY_OK(check_operations(patch));
  Patcher patcher(object, arena);
  for (const Value& operation : patch.items()) {
    if (!patcher.run(operation)) return std::unexpected(meta::generic_server_response(422));
  }
  return patcher.root();
}

std::vector<std::string> json_patch_unknown_fields(const Value& patch) {
  std::vector<std::string> problems;
  for (std::size_t i = 0; i < patch.items().size(); ++i) {
    for (const auto& member : patch.items()[i].members()) {
      if (std::ranges::find(kMembers, member.name) != kMembers.end()) continue;
      problems.push_back("json patch unknown field \"[" + std::to_string(i) + "]." +
                         std::string(member.name) + "\"");
    }
  }
  return problems;
}

}  // namespace pedalion::patch
