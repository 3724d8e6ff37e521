#include "pedalion/client/tools/lease_record.h"

#include "pedalion/apimachinery/json/write.h"

namespace pedalion::client::tools {
namespace {

std::int64_t int_at(const json::Value& spec, std::string_view name) {
  const json::Value* found = spec.find(name);
  return found == nullptr ? 0 : found->int_or(0);
}

void put(json::Value& spec, const LeaseRecord& record, json::Arena& arena) {
  spec.set("holderIdentity", json::Value::string(record.holder, arena), arena);
  spec.set("leaseDurationSeconds", json::Value::integer(record.duration_seconds), arena);
  spec.set("acquireTime", json::Value::string(record.acquired, arena), arena);
  spec.set("renewTime", json::Value::string(record.renewed, arena), arena);
  spec.set("leaseTransitions", json::Value::integer(record.transitions), arena);
}

}  // namespace

LeaseRecord read_lease(const api::Object& lease) {
  LeaseRecord record;
  const json::Document document = lease.parse();
  const json::Value* spec = document.root.find("spec");
  if (spec == nullptr) return record;
  record.holder = spec->string_at({"holderIdentity"});
  record.duration_seconds = int_at(*spec, "leaseDurationSeconds");
  record.acquired = spec->string_at({"acquireTime"});
  record.renewed = spec->string_at({"renewTime"});
  record.transitions = int_at(*spec, "leaseTransitions");
  return record;
}

Bytes new_lease(std::string_view namespace_name, std::string_view name, const LeaseRecord& record) {
  json::Document document;
  json::Arena& arena = document.arena;
  document.root = json::Value::object(arena);
  document.root.set("apiVersion", json::Value::string("coordination.k8s.io/v1"), arena);
  document.root.set("kind", json::Value::string("Lease"), arena);
  json::Value& metadata = document.root.object_at("metadata", arena);
  metadata.set("name", json::Value::string(name), arena);
  metadata.set("namespace", json::Value::string(namespace_name), arena);
  put(document.root.object_at("spec", arena), record, arena);
  return Bytes(json::to_string(document.root));
}

Bytes with_record(const api::Object& lease, const LeaseRecord& record) {
  json::Document document = lease.parse();
  put(document.root.object_at("spec", document.arena), record, document.arena);
  return Bytes(json::to_string(document.root));
}

}  // namespace pedalion::client::tools
