#include "pedalion/controllers/deployment/replica_sets.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/controllers/ownership.h"
#include "pedalion/controllers/pods.h"

namespace pedalion::controllers::deployment {
namespace {

constexpr std::string_view kRevisionHistory = "deployment.kubernetes.io/revision-history";
constexpr std::size_t kHistoryCharacters = 2000;
/// Annotations of a deployment that are its own.
constexpr std::array<std::string_view, 6> kNotCopied = {"kubectl.kubernetes.io/last-applied-configuration",
                                                        kRevision,
                                                        kRevisionHistory,
                                                        kDesiredReplicas,
                                                        kMaxReplicas,
                                                        "deprecated.deployment.rollback.to"};

json::Value& annotations_of(json::Document& object) {
  return object.root.object_at("metadata", object.arena).object_at("annotations", object.arena);
}

bool put(json::Value& annotations, std::string_view key, std::string_view value, json::Arena& arena) {
  const auto* before = annotations.find(key);
  if (before != nullptr && before->string_or() == value) return false;
  annotations.set(key, json::Value::string(value, arena), arena);
  return true;
}

/// What comes after `history` when `revision` has been left behind.
std::string longer_history(std::string_view history, std::string_view revision) {
  std::string text(history);
  while (!text.empty() && text.size() + 1 + revision.size() > kHistoryCharacters) {
    auto comma = text.find(',');
    text = comma == std::string::npos ? std::string() : text.substr(comma + 1);
  }
  if (revision.size() > kHistoryCharacters) return text;
  return text.empty() ? std::string(revision) : text + "," + std::string(revision);
}

/// A template as two of them are compared.
json::Value comparable(const json::Value& pod_template, json::Arena& arena) {
  auto copy = json::deep_copy(pod_template, arena);
  if (auto* metadata = copy.find("metadata")) {
    metadata->erase("creationTimestamp");
    if (auto* labels = metadata->find("labels")) labels->erase(kHashLabel);
  }
  return copy;
}

void add_label(json::Value& object, std::string_view field, std::string_view hash, json::Arena& arena) {
  object.object_at(field, arena).set(kHashLabel, json::Value::string(hash, arena), arena);
}

}  // namespace

std::int64_t integer_at(const json::Value& object, std::initializer_list<std::string_view> path,
                        std::int64_t fallback) {
  const auto* value = object.at(path);
  return value == nullptr ? fallback : value->int_or(fallback);
}

SetState::SetState(json::Document document) : tree(std::move(document)) {
  const auto& root = tree.root;
  name = root.string_at({"metadata", "name"});
  uid = root.string_at({"metadata", "uid"});
  deleted = !root.string_at({"metadata", "deletionTimestamp"}).empty();
  if (auto time = meta::parse_time(root.string_at({"metadata", "creationTimestamp"})))
    created = time->seconds;
  generation = integer_at(root, {"metadata", "generation"}, 0);
  observed_generation = integer_at(root, {"status", "observedGeneration"}, 0);
  wanted = integer_at(root, {"spec", "replicas"}, 1);
  replicas = integer_at(root, {"status", "replicas"}, 0);
  ready = integer_at(root, {"status", "readyReplicas"}, 0);
  available = integer_at(root, {"status", "availableReplicas"}, 0);
  terminating = integer_at(root, {"status", "terminatingReplicas"}, 0);
}

std::string_view SetState::annotation(std::string_view key) const {
  return tree.root.string_at({"metadata", "annotations", key});
}

std::optional<std::int64_t> SetState::number(std::string_view key) const {
  auto text = annotation(key);
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::int64_t SetState::revision() const { return number(kRevision).value_or(0); }

bool same_template(const json::Value& a, const json::Value& b) {
  json::Arena arena;
  return json::equal(comparable(a, arena), comparable(b, arena));
}

SetState* find_new_set(const json::Value& deployment, std::vector<SetState>& sets) {
  const auto* wanted = deployment.at({"spec", "template"});
  for (auto& set : sets) {
    const auto* present = set.tree.root.at({"spec", "template"});
    // The oldest one: after a collision of hashes there may be more.
    if (wanted != nullptr && present != nullptr && same_template(*wanted, *present)) return &set;
  }
  return nullptr;
}

bool annotate(const json::Value& deployment, std::int64_t revision, json::Document& set) {
  auto& annotations = annotations_of(set);
  bool changed = false;
  if (const auto* own = deployment.at({"metadata", "annotations"})) {
    for (const auto& annotation : own->members()) {
      if (std::ranges::find(kNotCopied, annotation.key()) != kNotCopied.end()) continue;
      changed |= put(annotations, annotation.key(), annotation.value.string_or(), set.arena);
    }
  }
  const std::string before(annotations.string_at({kRevision}));
  std::int64_t old = 0;
  std::from_chars(before.data(), before.data() + before.size(), old);
  // A set keeps a revision that is higher: some that came before it may have gone.
  if (old >= revision) return changed;
  put(annotations, kRevision, std::to_string(revision), set.arena);
  if (!before.empty()) {
    put(annotations, kRevisionHistory, longer_history(annotations.string_at({kRevisionHistory}), before),
        set.arena);
  }
  return true;
}

bool annotate_replicas(std::int64_t desired, std::int64_t max, json::Document& set) {
  auto& annotations = annotations_of(set);
  bool changed = put(annotations, kDesiredReplicas, std::to_string(desired), set.arena);
  return put(annotations, kMaxReplicas, std::to_string(max), set.arena) || changed;
}

json::Document new_set(const json::Value& deployment) {
  json::Document set;
  auto& arena = set.arena;
  auto text = [&](std::string_view view) { return json::Value::string(view, arena); };
  const auto& pod_template = *deployment.at({"spec", "template"});
  auto hash = template_hash(pod_template, integer_at(deployment, {"status", "collisionCount"}, 0));
  auto name = deployment.string_at({"metadata", "name"});
  set.root = json::Value::object(arena);
  set.root.set("apiVersion", text("apps/v1"), arena);
  set.root.set("kind", text("ReplicaSet"), arena);
  auto& metadata = set.root.object_at("metadata", arena);
  metadata.set("name", text(std::string(name) + "-" + hash), arena);
  metadata.set("namespace", text(deployment.string_at({"metadata", "namespace"})), arena);
  if (const auto* labels = pod_template.at({"metadata", "labels"})) {
    metadata.set("labels", json::deep_copy(*labels, arena), arena);
  }
  add_label(metadata, "labels", hash, arena);
  auto reference =
      controller_reference({"apps/v1", "Deployment", name, deployment.string_at({"metadata", "uid"})}, arena);
  metadata.set("ownerReferences", json::Value::array(arena), arena)
      .push_back(json::deep_copy(reference, arena), arena);
  auto& spec = set.root.object_at("spec", arena);
  spec.set("replicas", json::Value::integer(0), arena);
  if (auto seconds = integer_at(deployment, {"spec", "minReadySeconds"}, 0); seconds != 0)
    spec.set("minReadySeconds", json::Value::integer(seconds), arena);
  if (const auto* selector = deployment.at({"spec", "selector"}))
    spec.set("selector", json::deep_copy(*selector, arena), arena);
  add_label(spec.object_at("selector", arena), "matchLabels", hash, arena);
  auto& copy = spec.set("template", json::deep_copy(pod_template, arena), arena);
  add_label(copy.object_at("metadata", arena), "labels", hash, arena);
  return set;
}

std::vector<const SetState*> beyond_history(const json::Value& deployment, std::vector<const SetState*> old) {
  constexpr std::int64_t kNoLimit = std::numeric_limits<std::int32_t>::max();
  auto limit = integer_at(deployment, {"spec", "revisionHistoryLimit"}, kNoLimit);
  std::erase_if(old, [](const SetState* set) { return set->deleted; });
  auto surplus = static_cast<std::int64_t>(old.size()) - limit;
  if (limit == kNoLimit || surplus <= 0) return {};
  std::ranges::sort(old, {}, [](const SetState* set) { return std::pair(set->revision(), set->created); });
  old.resize(static_cast<std::size_t>(surplus));
  std::erase_if(old, [](const SetState* set) {
    return set->replicas != 0 || set->wanted != 0 || set->generation > set->observed_generation;
  });
  return old;
}

}  // namespace pedalion::controllers::deployment
