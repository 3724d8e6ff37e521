#include "pedalion/registry/builtin/kinds/go_form.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/quantity.h"
#include "pedalion/apimachinery/scheme/scheme.h"
#include "pedalion/registry/builtin/defaults/filler.h"
#include "pedalion/registry/builtin/kinds/checks.h"

namespace pedalion::registry::builtin::kinds {

namespace {

/// JSON names whose Go name is not just the name with a capital first letter.
constexpr std::pair<std::string_view, std::string_view> kGoNames[] = {
    {"apiGroup", "APIGroup"},
    {"apiGroups", "APIGroups"},
    {"apiVersion", "APIVersion"},
    {"apiVersions", "APIVersions"},
    {"awsElasticBlockStore", "AWSElasticBlockStore"},
    {"caBundle", "CABundle"},
    {"cel", "CEL"},
    {"cephfs", "CephFS"},
    {"cidr", "CIDR"},
    {"cidrs", "CIDRs"},
    {"csi", "CSI"},
    {"dnsConfig", "DNSConfig"},
    {"dnsPolicy", "DNSPolicy"},
    {"fc", "FC"},
    {"fsGroup", "FSGroup"},
    {"fsGroupChangePolicy", "FSGroupChangePolicy"},
    {"fsGroupPolicy", "FSGroupPolicy"},
    {"fsType", "FSType"},
    {"gcePersistentDisk", "GCEPersistentDisk"},
    {"gid", "GID"},
    {"gmsaCredentialSpec", "GMSACredentialSpec"},
    {"gmsaCredentialSpecName", "GMSACredentialSpecName"},
    {"grpc", "GRPC"},
    {"http", "HTTP"},
    {"httpGet", "HTTPGet"},
    {"httpHeaders", "HTTPHeaders"},
    {"ip", "IP"},
    {"ipBlock", "IPBlock"},
    {"ipFamilies", "IPFamilies"},
    {"ipFamilyPolicy", "IPFamilyPolicy"},
    {"ipMode", "IPMode"},
    {"ips", "IPs"},
    {"iqn", "IQN"},
    {"iscsi", "ISCSI"},
    {"iscsiInterface", "ISCSIInterface"},
    {"jsonPatch", "JSONPatch"},
    {"jsonPath", "JSONPath"},
    {"nfs", "NFS"},
    {"os", "OS"},
    {"pdName", "PDName"},
    {"qosClass", "QOSClass"},
    {"rbd", "RBD"},
    {"seLinuxChangePolicy", "SELinuxChangePolicy"},
    {"seLinuxMount", "SELinuxMount"},
    {"seLinuxOptions", "SELinuxOptions"},
    {"sslEnabled", "SSLEnabled"},
    {"tcpSocket", "TCPSocket"},
    {"tls", "TLS"},
    {"ttlSecondsAfterFinished", "TTLSecondsAfterFinished"},
    {"tty", "TTY"},
    {"uid", "UID"},
    {"url", "URL"},
    {"wwids", "WWIDs"},
};

/// The same for the fields of one type.
struct NameInType {
  std::string_view type, json_name, go_name;
};
constexpr NameInType kGoNamesInTypes[] = {
    {"AzureDiskVolumeSource", "diskURI", "DataDiskURI"},
    {"DeviceAttribute", "int", "IntValue"},
    {"DeviceAttribute", "bool", "BoolValue"},
    {"DeviceAttribute", "string", "StringValue"},
    {"DeviceAttribute", "version", "VersionValue"},
    {"DeviceAttribute", "ints", "IntValues"},
    {"DeviceAttribute", "bools", "BoolValues"},
    {"DeviceAttribute", "strings", "StringValues"},
    {"DeviceAttribute", "versions", "VersionValues"},
    {"GlusterfsVolumeSource", "endpoints", "EndpointsName"},
    {"ISCSIVolumeSource", "chapAuthDiscovery", "DiscoveryCHAPAuth"},
    {"ISCSIVolumeSource", "chapAuthSession", "SessionCHAPAuth"},
    {"RBDVolumeSource", "image", "RBDImage"},
    {"RBDVolumeSource", "monitors", "CephMonitors"},
    {"RBDVolumeSource", "pool", "RBDPool"},
    {"RBDVolumeSource", "user", "RadosUser"},
    {"Volume", "storageos", "StorageOS"},
};

/// Fields that the internal type declares before another one than v1 does.
struct PlaceInType {
  std::string_view type, field, before;
};
constexpr PlaceInType kPlacesInTypes[] = {{"Volume", "quobyte", "flexVolume"}};

std::string go_name(std::string_view json_name, std::string_view type) {
  for (const NameInType& name : kGoNamesInTypes) {
    if (name.type == type && name.json_name == json_name) return std::string(name.go_name);
  }
  auto found = std::ranges::find(kGoNames, json_name, &std::pair<std::string_view, std::string_view>::first);
  if (found != std::end(kGoNames)) return std::string(found->second);
  std::string name(json_name);
  if (!name.empty() && name[0] >= 'a' && name[0] <= 'z') name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return name;
}

/// The wire's own types are shown as they are written.
bool is_wire_type(const schema::Type& type) { return type.package == "meta/v1" || type.package == "runtime"; }

void write(std::string& out, const Value* value, const schema::Type& type, bool pointer);

void write_member(std::string& out, bool& first, const std::string& name) {
  if (!std::exchange(first, false)) out += ',';
  out += '"' + name + "\":";
}

/// Metadata is embedded: its members stand among the struct's own, as the wire writes them.
void write_embedded(std::string& out, bool& first, const Value* metadata) {
  if (metadata == nullptr) return;
  for (const json::Member& member : metadata->members()) {
    write_member(out, first, std::string(member.name));
    out += json::to_string(member.value);
  }
}

std::vector<const schema::Field*> in_go_order(const schema::Type& type) {
  std::vector<const schema::Field*> fields;
  for (const schema::Field& field : type.fields) fields.push_back(&field);
  for (const PlaceInType& own : kPlacesInTypes) {
    if (own.type != type.name) continue;
    auto named = [&](std::string_view name) {
      return std::ranges::find(fields, name, [](const schema::Field* field) { return field->name; });
    };
    auto member = named(own.field), before = named(own.before);
    if (member > before) std::rotate(before, member, member + 1);
  }
  return fields;
}

void write_struct(std::string& out, const Value* value, const schema::Type& type) {
  bool first = true;
  out += '{';
  for (const schema::Field* at : in_go_order(type)) {
    const schema::Field& field = *at;
    const Value* member = value == nullptr ? nullptr : value->find(field.name);
    if (field.name == "metadata" && is_wire_type(*field.type)) {
      write_embedded(out, first, member);
    } else if (type.kind == nullptr || (field.name != "kind" && field.name != "apiVersion")) {
      write_member(out, first, go_name(field.name, type.name));
      write(out, member, *field.type, field.pointer);
    }
  }
  out += '}';
}

void write_list(std::string& out, const Value& list, const schema::Type& type) {
  out += '[';
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i > 0) out += ',';
    write(out, &list.items()[i], *type.element, false);
  }
  out += ']';
}

void write_map(std::string& out, const Value& map, const schema::Type& type) {
  std::vector<const json::Member*> members;
  for (const json::Member& member : map.members()) members.push_back(&member);
  std::ranges::sort(members, {}, [](const json::Member* member) { return member->name; });
  bool first = true;
  out += '{';
  for (const json::Member* member : members) {
    if (!std::exchange(first, false)) out += ',';
    out += json::to_string(Value::string(member->name)) + ':';
    write(out, &member->value, *type.element, false);
  }
  out += '}';
}

std::string_view zero_of(schema::Shape shape) {
  using enum schema::Shape;
  switch (shape) {
    case kString:
    case kDuration:
      return "\"\"";
    case kBool:
      return "false";
    case kInt32:
    case kInt64:
    case kUint32:
    case kDouble:
    case kIntOrString:
      return "0";
    case kQuantity:
      return "\"0\"";
    default:
      return "null";
  }
}

void write(std::string& out, const Value* value, const schema::Type& type, bool pointer) {
  bool absent = value == nullptr || value->is_null();
  if (absent && (pointer || !type.is_struct())) {
    out += pointer ? "null" : zero_of(type.shape);
  } else if (is_wire_type(type)) {
    out += absent ? "{}" : json::to_string(*value);
  } else if (type.is_struct()) {
    write_struct(out, value, type);
  } else if (type.is_list()) {
    write_list(out, *value, type);
  } else if (type.is_map()) {
    write_map(out, *value, type);
  } else {
    out += json::to_string(*value);
  }
}

const scheme::Scheme& types() {
  static const scheme::Scheme scheme;  // read when the first such error is made
  return scheme;
}

bool is_none(const Value* value) { return value == nullptr || value->is_null(); }

bool same(const Value* a, const Value* b, const schema::Type& type, bool pointer);

bool same_members(const Value* a, const Value* b, const schema::Type& type) {
  auto member_of = [](const Value* value, std::string_view name) {
    return is_none(value) ? nullptr : value->find(name);
  };
  return std::ranges::all_of(type.fields, [&](const schema::Field& field) {
    return same(member_of(a, field.name), member_of(b, field.name), *field.type, field.pointer);
  });
}

bool same_lists(const Value* a, const Value* b, const schema::Type& element) {
  std::size_t size = is_none(a) ? 0 : a->size();
  if (size != (is_none(b) ? 0 : b->size())) return false;
  for (std::size_t i = 0; i < size; ++i) {
    const Value &left = a->items()[i], &right = b->items()[i];
    if (!json::equal(left, right) && !same(&left, &right, element, false)) return false;
  }
  return true;
}

bool same_maps(const Value* a, const Value* b, const schema::Type& element) {
  std::size_t size = is_none(a) ? 0 : a->size();
  if (size != (is_none(b) ? 0 : b->size())) return false;
  for (std::size_t i = 0; i < size; ++i) {
    const json::Member& member = a->members()[i];
    const Value* other = b->find(member.name);
    if (other == nullptr || !same(&member.value, other, element, false)) return false;
  }
  return true;
}

bool same_amounts(const Value* a, const Value* b) {
  auto amount = [](const Value* value) {
    return is_none(value) ? meta::Quantity()
                          : meta::Quantity::parse(value->string_or()).value_or(meta::Quantity());
  };
  return amount(a) == amount(b);
}

bool same(const Value* a, const Value* b, const schema::Type& type, bool pointer) {
  if (pointer && is_none(a) != is_none(b)) return false;
  if (is_none(a) && is_none(b)) return true;
  if (type.is_struct() && !is_wire_type(type)) return same_members(a, b, type);
  if (type.is_list()) return same_lists(a, b, *type.element);
  if (type.is_map()) return same_maps(a, b, *type.element);
  if (type.shape == schema::Shape::kQuantity) return same_amounts(a, b);
  if (!is_none(a) && !is_none(b)) return json::equal(*a, *b);
  return defaults::is_zero(is_none(a) ? *b : *a);
}

void add(FieldError::Type kind, const Field& field, GoType type, std::string_view detail) {
  field.errors().push_back({.type = kind,
                            .field = field.path().text(),
                            .value = go_form(field.value(), type),
                            .detail = std::string(detail)});
}

}  // namespace

std::string go_form(const Value* value, GoType type, bool present_when_absent) {
  const schema::Type* found = types().named(type.package, type.name);
  if (found == nullptr) return value == nullptr ? "null" : json::to_string(*value);
  std::string out;
  if (!type.list) {
    write(out, value, *found, !present_when_absent);
    return out;
  }
  if (value == nullptr) return "null";
  schema::Type list{.shape = schema::Shape::kList, .element = found};
  write_list(out, *value, list);
  return out;
}

bool same_in_go(const Value* a, const Value* b, GoType type) {
  if (a != nullptr && b != nullptr && json::equal(*a, *b))
    return true;  // what mostly is so, and quick to see
  const schema::Type* found = types().named(type.package, type.name);
  if (found == nullptr) return is_none(a) ? is_none(b) : !is_none(b) && json::equal(*a, *b);
  return type.list ? same_lists(a, b, *found) : same(a, b, *found, true);
}

void invalid_struct(const Field& field, GoType type, std::string_view detail) {
  add(FieldError::Type::kInvalid, field, type, detail);
}

void duplicate_struct(const Field& field, GoType type, std::string_view detail) {
  add(FieldError::Type::kDuplicate, field, type, detail);
}

void not_supported_struct(const Field& field, GoType type, std::span<const std::string_view> supported) {
  field.errors().push_back(FieldError::not_supported(field.path(), "", supported));
  field.errors().back().value = go_form(field.value(), type);
}

void check_immutable_struct(const Field& field, const Field& old, GoType type) {
  if (!kinds::same(field, old)) invalid_struct(field, type, "field is immutable");
}

}  // namespace pedalion::registry::builtin::kinds
