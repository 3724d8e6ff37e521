#include "pedalion/registry/generic/admitted_creater.h"

#include "pedalion/registry/generic/admitted_form.h"
#include "pedalion/registry/generic/metadata.h"

namespace pedalion::registry::generic {

Task<Result<rest::ObjectPtr>> AdmittedCreater::create(rest::RequestContext& context, std::string name,
                                                      json::Document object, rest::WriteOptions options) {
  if (!context.ns.empty()) CO_TRY_OK(put_into_namespace(object, context.ns));
  // What a plugin is shown as the name is that of the URL, or of the object.
  std::string shown =
      name.empty() ? std::string(std::as_const(object.root).string_at({"metadata", "name"})) : name;
  admission::Attributes attributes{.operation = admission::Operation::kCreate,
                                   .resource = posted_.resource,
                                   .kind = posted_.kind,
                                   .subresource = posted_.subresource,
                                   .ns = context.ns,
                                   .name = shown,
                                   .object = &object,
                                   .dry_run = options.dry_run,
                                   .context = context};
  CO_TRY_OK(co_await chain_.mutate(attributes));
  CO_TRY_OK(restore_form(attributes, *posted_.type));
  CO_TRY_OK(co_await chain_.validate(attributes));
  context.step("admission");
  co_return co_await inner_.create(context, std::move(name), std::move(object), std::move(options));
}

}  // namespace pedalion::registry::generic
