#include "pedalion/watchcache/list.h"

#include <map>

namespace pedalion::watchcache {
namespace {

bool selects_all(const Selection& selection) { return selection.labels.empty() && selection.fields.empty(); }

/// How many keys begin with `prefix` and are not less than `key`.
std::size_t count_from(const Tree& tree, std::string_view key, std::string_view prefix) {
  std::string end = after_prefix(prefix);
  return (end.empty() ? tree.size() : tree.rank(end)) - tree.rank(key);
}

}  // namespace

ListPage page_of(const View& view, const ListQuery& query, const std::vector<std::string>& field_names) {
  const Selection& selection = query.selection;
  ListPage page;
  page.revision = view.revision;
  std::string first = selection.prefix;
  if (query.start_after >= first) first = query.start_after + '\0';
  auto cursor = view.tree.seek(first);
  auto in_range = [&] { return cursor.valid() && cursor.object()->key.starts_with(selection.prefix); };
  if (!selection.single && selects_all(selection)) {
    std::size_t count = count_from(view.tree, first, selection.prefix);
    page.items.reserve(query.limit == 0 ? count : std::min(count, query.limit));
  }
  for (; in_range(); cursor.advance()) {
    const ObjectPtr& object = cursor.object();
    if (query.limit != 0 && page.items.size() == query.limit) {
      page.more = !selection.single;
      if (page.more && selects_all(selection))
        page.remaining = count_from(view.tree, object->key, selection.prefix);
      return page;
    }
    if (selection.matches(*object, field_names)) page.items.push_back(object);
    if (selection.single) break;
  }
  return page;
}

Tree as_of(const Core::Past& past, Revision revision, std::string_view prefix) {
  std::map<std::string_view, ObjectPtr> before;
  for (const BatchPtr& batch : past.batches) {
    for (const Change& change : batch->changes) {
      // The first change of a key tells what it was.
      if (change.revision > revision && change.key().starts_with(prefix))
        before.emplace(change.key(), change.previous);
    }
  }
  std::vector<Tree::Edit> edits;
  edits.reserve(before.size());
  for (auto& [key, object] : before) edits.push_back({key, std::move(object)});
  return past.present.tree.with(edits);
}

}  // namespace pedalion::watchcache
