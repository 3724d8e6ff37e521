#pragma once
// A resource in a version in which it is not stored: every capability of the stored one, with objects
// converted on the way in and out.
#include "pedalion/registry/builtin/conversion/conversion.h"
#include "pedalion/registry/builtin/defaults/defaulter.h"
#include "pedalion/registry/rest/storage.h"
#include "pedalion/registry/rest/table.h"

namespace pedalion::registry::builtin::conversion {

/// The stored version's capabilities; null where it has none. Borrowed.
struct Capabilities {
  rest::Getter* getter = nullptr;
  rest::Lister* lister = nullptr;
  rest::Watcher* watcher = nullptr;
  rest::Creater* creater = nullptr;
  rest::Updater* updater = nullptr;
  rest::Deleter* deleter = nullptr;
  rest::CollectionDeleter* collection_deleter = nullptr;
};

/// Thread-safe. Costs a parse and a write of each object that passes.
class VersionView final : public rest::Getter,
                          public rest::Lister,
                          public rest::Watcher,
                          public rest::Creater,
                          public rest::Updater,
                          public rest::Deleter,
                          public rest::CollectionDeleter {
 public:
  /// `subresource`: whose door this is, and `reset_fields` (borrowed) what nobody owns by it, for field
  /// ownership.
  VersionView(Conversion conversion, Capabilities stored, meta::GroupResource resource,
              std::string subresource, const managedfields::FieldSet* reset_fields = nullptr);

  Task<Result<rest::ObjectPtr>> get(rest::RequestContext& context, std::string name,
                                    rest::GetOptions options) override;
  Task<Result<rest::ObjectList>> list(rest::RequestContext& context, rest::ListOptions options) override;
  Task<Result<std::unique_ptr<watchcache::Subscription>>> watch(rest::RequestContext& context,
                                                                rest::ListOptions options) override;
  Task<Result<rest::ObjectPtr>> create(rest::RequestContext& context, std::string name, json::Document object,
                                       rest::WriteOptions options) override;
  Task<Result<rest::UpdateResult>> update(rest::RequestContext& context, std::string name,
                                          rest::MakeObject make, rest::WriteOptions options,
                                          rest::CreateIfMissing missing,
                                          rest::FieldTracking tracking) override;
  Task<Result<rest::DeleteResult>> remove(rest::RequestContext& context, std::string name,
                                          rest::DeleteOptions options) override;
  Task<Result<rest::ObjectList>> remove_collection(rest::RequestContext& context, rest::DeleteOptions options,
                                                   rest::ListOptions list) override;

 private:
  struct Change;  // one update's maker
  Result<rest::ObjectPtr> view(const rest::ObjectPtr& object) const;
  Result<void> view_all(rest::ObjectList& list) const;
  /// Fails with 400 for the stored version's names.
  Result<void> rename_labels(rest::ListOptions& options) const;
  /// Fails with 422 when the view's version does not allow the write. `object` has the stored form.
  Result<void> judge(json::Document& object, const Value* present, const rest::RequestContext& context) const;
  /// `before` has the view's form, `object` the stored one.
  Result<void> track(const Value* before, json::Document& object, const rest::WriteOptions& options) const;

  const Conversion conversion_;
  const Capabilities stored_;
  const meta::GroupResource resource_;
  const std::string subresource_;
  const managedfields::FieldSet* const reset_fields_;
  const defaults::Defaulter defaulter_;
};

/// The stored version's columns (borrowed) for objects of the view.
class ViewTable final : public rest::TableConvertor {
 public:
  ViewTable(Conversion conversion, const rest::TableConvertor& stored)
      : conversion_(std::move(conversion)), stored_(stored) {}
  std::span<const rest::TableColumn> columns() const override { return stored_.columns(); }
  rest::TableRow row(const Value& object, json::Arena& arena, std::int64_t now_unix_seconds) const override;

 private:
  const Conversion conversion_;
  const rest::TableConvertor& stored_;
};

}  // namespace pedalion::registry::builtin::conversion
