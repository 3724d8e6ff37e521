#pragma once
// One object on its way into the store.
#include "pedalion/registry/generic/resource_store.h"

namespace pedalion::registry::generic {

/// Lives in the frame of the coroutine that runs it.
class Creation {
 public:
  Creation(ResourceStore& store, const Door& door, rest::RequestContext& context, json::Document object,
           rest::WriteOptions options)
      : store_(store),
        door_(door),
        context_(context),
        object_(std::move(object)),
        options_(std::move(options)) {}

  /// `name`: from the URL; empty: from the object.
  Task<Result<rest::ObjectPtr>> run(std::string name, rest::FieldTracking tracking);

 private:
  const Strategy& strategy() const { return *door_.strategy; }
  /// The object gets its place: what the URL says of it.
  Result<void> place(std::string name);
  /// What only the server gives: uid, time, and a name in place of a generateName.
  void name_object();
  void generate_name();
  void track_fields();
  admission::Attributes attributes();
  Task<Result<void>> allocate();
  Result<void> validate() const;
  /// From validation to the store.
  Task<Result<rest::ObjectPtr>> finish(const admission::Attributes& attributes);
  Task<Result<rest::ObjectPtr>> pretend();
  Task<Result<rest::ObjectPtr>> write();
  Task<Result<rest::ObjectPtr>> exists() const;
  std::string key() const;

  ResourceStore& store_;
  const Door& door_;
  rest::RequestContext& context_;
  json::Document object_;
  const rest::WriteOptions options_;
  std::string prefix_;
  bool generated_ = false;
  std::unique_ptr<Allocation> allocation_;
};

}  // namespace pedalion::registry::generic
