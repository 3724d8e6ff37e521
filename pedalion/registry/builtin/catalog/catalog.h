#pragma once
// Which resources the server has, as data: one row a resource, in the order of discovery.
#include <cstdint>
#include <span>
#include <string_view>

#include "pedalion/apimachinery/meta/validation.h"

namespace pedalion::registry::builtin::catalog {

enum class Scope : std::uint8_t { kNamespaced, kCluster };
/// What is served of the resource itself.
enum class Verbs : std::uint8_t { kAll, kNoDeleteCollection, kGetList, kCreate };
/// What is served of a subresource; kStream is what upgrades a GET or POST, kProxy takes any method.
enum class SubVerbs : std::uint8_t { kReadWrite, kCreate, kUpdate, kGet, kStream, kProxy };

/// How a resource differs from the most common one; a bit set.
enum Trait : std::uint16_t {
  kPlain = 0,
  kNotStored = 1,             // answered from elsewhere, nothing under a storage key
  kCreateOnUpdate = 2,        // PUT of a missing name creates it
  kNeedsResourceVersion = 4,  // PUT without a resource version is refused
  kReturnsDeleted = 8,        // DELETE answers the object, not a Status
  kHasGeneration = 16,        // metadata.generation counts the changes of what is wanted
  kOrphansByDefault = 32,     // DELETE without a propagation policy orphans
  kGracefulDeletion = 64,     // DELETE may leave time to end
  kCountsChanges = 128,       // metadata.generation counts the changes, and is absent before the first
  kJudgesWhole = 256,  // an update's metadata is judged once more as a new object's, by the kind itself …
  kJudgesWholeTwice = 512,  // … or twice: each tells the same causes again
};

struct Subresource {
  std::string_view name = {}, kind = {},
                   api_version = {},  // kind empty: the resource's; api_version empty: its own
      also_accepts = {};              // another version of the kind that a body may have
  SubVerbs verbs = SubVerbs::kReadWrite;
};

/// A field label that a selector may use.
struct FieldLabel {
  std::string_view label = {}, path = {}, fallback_path = {}, when_absent = {};
};

struct ResourceFacts {
  std::string_view resource = {}, kind = {};
  Scope scope = Scope::kNamespaced;
  std::string_view singular = {};                      // empty: the kind in lower case
  std::string_view short_names = {}, categories = {};  // comma-separated
  std::string_view storage_version_hash = {};
  std::string_view storage_key = {};  // below the key prefix; empty: the resource's name
  Verbs verbs = Verbs::kAll;
  std::uint16_t traits = kPlain;
  meta::NameRule name_rule = meta::dns_subdomain_problems;
  std::span<const FieldLabel> fields = {};
  std::string_view unknown_field_text = {};  // `$` stands for the label; empty: the common words
  std::span<const Subresource> subresources = {};
  std::string_view deprecation = {};

  bool has(Trait trait) const { return (traits & trait) != 0; }
  bool namespaced() const { return scope == Scope::kNamespaced; }
  std::string_view key() const { return storage_key.empty() ? resource : storage_key; }
};

struct GroupFacts {
  std::string_view group;
  std::string_view versions;  // comma-separated, preferred (and stored) first
  std::span<const ResourceFacts> resources;
};

/// Every group, in the order of discovery. Lives as long as the program.
std::span<const GroupFacts> groups();
/// Null when there is none.
const ResourceFacts* find(std::string_view group, std::string_view resource);

// The groups' tables, one source a family.
std::span<const ResourceFacts> core_resources();
std::span<const ResourceFacts> event_resources();
std::span<const ResourceFacts> workload_resources(std::string_view group);
std::span<const ResourceFacts> access_resources(std::string_view group);
std::span<const ResourceFacts> infrastructure_resources(std::string_view group);
std::span<const ResourceFacts> extension_resources(std::string_view group);

/// Subresources that several resources have.
inline constexpr Subresource kStatusOnly[] = {{.name = "status"}};
inline constexpr Subresource kScaleAndStatus[] = {
    {.name = "scale", .kind = "Scale", .api_version = "autoscaling/v1"}, {.name = "status"}};

}  // namespace pedalion::registry::builtin::catalog
