#include "pedalion/watchcache/list.h"

#include <algorithm>
#include <map>

namespace pedalion::watchcache {
namespace {

constexpr std::size_t kCostlyEdits = 256;
constexpr std::size_t kRemembered = 4;

/// How many keys begin with `prefix` and are not less than `key`.
std::size_t count_from(const Tree& tree, std::string_view key, std::string_view prefix) {
  std::string end = after_prefix(prefix);
  std::size_t before = tree.rank(key), upto = end.empty() ? tree.size() : tree.rank(end);
  return upto > before ? upto - before : 0;
}

/// What takes the keys with `prefix` back to `revision`.
std::vector<Tree::Edit> undoing(const std::vector<BatchPtr>& batches, Revision revision,
                                const std::string& prefix) {
  std::map<std::string_view, ObjectPtr> before;
  for (const BatchPtr& batch : batches) {
    for (const Change& change : batch->changes) {
      // The first change of a key tells what it was.
      if (change.revision > revision && change.key().starts_with(prefix)) {
        before.emplace(change.key(), change.previous);
      }
    }
  }
  std::vector<Tree::Edit> edits;
  edits.reserve(before.size());
  for (auto& [key, object] : before) edits.push_back({key, std::move(object)});
  return edits;
}

}  // namespace

ListPage page_of(const View& view, const ListQuery& query, const std::vector<std::string>& field_names) {
  const Selection& selection = query.selection;
  ListPage page;
  page.revision = view.revision;
  if (selection.single) {
    const ObjectPtr& object = view.tree.find(selection.prefix);
    if (object && object->key > query.start_after && selection.selects(*object, field_names))
      page.items.push_back(object);
    return page;
  }
  std::string first = selection.prefix;
  if (query.start_after >= first) first = query.start_after + '\0';
  // Counted rather than compared: looking at each key would fetch memory that nothing else needs.
  std::size_t left = count_from(view.tree, first, selection.prefix);
  bool all = selection.labels.empty() && selection.fields.empty();
  if (all) page.items.reserve(query.limit == 0 ? left : std::min(left, query.limit));
  for (auto cursor = view.tree.seek(first); left > 0; --left, cursor.advance()) {
    if (query.limit != 0 && page.items.size() == query.limit) {
      page.more = true;
      if (all) page.remaining = left;
      break;
    }
    const ObjectPtr& object = cursor.object();
    if (all || selection.selects(*object, field_names)) page.items.push_back(object);
  }
  return page;
}

Tree PastViews::as_of(const Core::Past& past, Revision revision, const std::string& prefix) {
  auto same = [&](const Made& made) { return made.revision == revision && made.prefix == prefix; };
  if (any_.load(std::memory_order_relaxed)) {
    std::lock_guard lock(mutex_);
    if (auto found = std::ranges::find_if(made_, same); found != made_.end()) return found->tree;
  }
  std::vector<Tree::Edit> edits = undoing(past.batches, revision, prefix);
  Tree tree = past.present.tree.with(edits);
  if (edits.size() < kCostlyEdits) return tree;
  std::lock_guard lock(mutex_);
  if (std::ranges::none_of(made_, same)) {
    if (made_.size() == kRemembered) made_.erase(made_.begin());
    made_.push_back({revision, prefix, tree, Clock::now()});
    any_ = true;
  }
  return tree;
}

void PastViews::tidy() {
  if (!any_.load(std::memory_order_relaxed)) return;
  std::lock_guard lock(mutex_);
  std::erase_if(made_, [old = Clock::now() - age_](const Made& made) { return made.at < old; });
  any_ = !made_.empty();
}

}  // namespace pedalion::watchcache
