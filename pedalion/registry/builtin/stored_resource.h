#pragma once
// One stored resource: its strategy, its store, and a door for each way in besides the main one.
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "pedalion/admission/admission.h"
#include "pedalion/apimachinery/managedfields/field_set.h"
#include "pedalion/apimachinery/scheme/scheme.h"
#include "pedalion/registry/builtin/allocation/service_allocator.h"
#include "pedalion/registry/builtin/catalog/catalog.h"
#include "pedalion/registry/builtin/conversion/version_view.h"
#include "pedalion/storage/store.h"

namespace pedalion::registry::generic {
class Allocator;
class ResourceStore;
}  // namespace pedalion::registry::generic

namespace pedalion::registry::builtin {

/// What a resource is made from. Facts and types are borrowed.
struct StoredSetup {
  storage::Store* store = nullptr;
  const admission::Chain* admission = nullptr;
  const scheme::Scheme* scheme = nullptr;
  const catalog::ResourceFacts* facts = nullptr;
  std::string group, version;  // in which it is stored
  std::string key_prefix;      // "/registry"
  std::optional<std::chrono::seconds> ttl;
};

class StoredResource {
 public:
  static std::unique_ptr<StoredResource> create(StoredSetup setup);
  virtual ~StoredResource() = default;

  /// Everything the resource can do.
  virtual conversion::Capabilities capabilities() = 0;
  /// Reading and writing through a subresource: "status", "finalize", "approval", "resize",
  /// "ephemeralcontainers"; "binding" is for binding pods, and not served as such. Made at first use.
  virtual conversion::Capabilities door(std::string_view subresource) = 0;
  /// The fields that nobody comes to own through the door; the empty one is the main one.
  virtual const managedfields::FieldSet& reset_fields(std::string_view subresource) const = 0;
  virtual generic::ResourceStore& store() = 0;
  virtual const schema::Type& type() const = 0;
  virtual const meta::GroupVersionKind& kind() const = 0;
  /// What new objects take from the store besides their own place. Before anything is written.
  virtual void set_allocator(std::unique_ptr<generic::Allocator> allocator) = 0;
};

/// The service allocator (borrowed) as resources take it.
std::unique_ptr<generic::Allocator> service_allocations(allocation::ServiceAllocator& allocator,
                                                        const schema::Type& service);

}  // namespace pedalion::registry::builtin
