#pragma once
// The schema engine's one description of a type: built-in kinds and custom resources alike are values of it.
// Codecs, defaulting, patches, server-side apply, protobuf, OpenAPI and discovery all read it.
#include <cstdint>
#include <span>
#include <string_view>

namespace pedalion::schema {

/// What a value looks like in JSON. The special wire forms (Time, Quantity, …) have shapes of their own.
enum class Shape : std::uint8_t {
  kString,
  kBytes /* base64 */,
  kBool,
  kInt32,
  kInt64,
  kUint32,
  kDouble,
  kTime,
  kMicroTime,
  kDuration,
  kQuantity,
  kIntOrString,
  kRawExtension /* any object with a kind */,
  kJson /* any value */,
  kFieldsV1,
  kStruct,
  kList,
  kMap /* string keys */,
  kAlternatives /* one of `fields`, told apart by the JSON value; the last one that is set wins when written
                 */
  ,
};

/// x-kubernetes-list-type; kNone is atomic for server-side apply.
enum class ListType : std::uint8_t { kNone, kAtomic, kSet, kMap };
/// x-kubernetes-map-type (also of structs); kNone is granular.
enum class MapType : std::uint8_t { kNone, kAtomic, kGranular };
/// patchStrategy of strategic merge patch; a bit set.
enum PatchStrategy : std::uint8_t {
  kPatchDefault = 0,
  kPatchMerge = 1,
  kPatchReplace = 2,
  kPatchRetainKeys = 4
};

struct Type;

/// What few fields have.
struct FieldFacts {
  std::string_view
      feature_gate;  // the gates, comma-separated, without which the field is dropped; empty: none
  /// Declarative validation, a tag each, in Kubernetes' words: "maxItems=32", "format=k8s-uuid", "immutable".
  std::span<const std::string_view> validation;
};

/// A Go struct embedded in another: JSON flattens its fields, protobuf nests them in a message of its own.
struct Embedded {
  const Type* type = nullptr;
  std::uint32_t proto_number = 0;  // of the nested message, in the struct that embeds it
  /// Index + 1, in the same list, of the embedded struct that this one lies in; 0: in the type itself.
  std::uint16_t parent = 0;
  std::span<const std::uint16_t> proto_order;  // as Type::proto_order, of what lies in the nested message
};

/// What a kind has besides its fields.
struct KindFacts {
  std::string_view introduced, deprecated, removed;  // "1.25"; empty: no such release
  std::string_view replacement;                      // "discovery.k8s.io/v1.EndpointSlice"
  bool cluster_scoped = false;
};

/// A field of a struct, in the order in which Go declares (and writes) it; embedded structs are already
/// flattened.
struct Field {
  std::string_view name;  // JSON name; empty in alternatives
  const Type* type = nullptr;
  std::uint32_t proto_number = 0;  // 0: not in protobuf
  /// Index + 1 into the type's `embedded`: proto_number counts in that nested message. 0: a field of the type
  /// itself.
  std::uint16_t proto_embedded = 0;
  bool omitempty : 1 = false;   // left out when empty (nil, 0, "", false, no elements)
  bool omitzero : 1 = false;    // left out when it is the zero struct (metadata.creationTimestamp)
  bool keep_empty : 1 = false;  // but for a list that was sent as []: defaults or validation tell it from nil
  bool pointer : 1 = false;     // a Go pointer: absent differs from zero, and an explicit zero is kept
  bool optional : 1 = false;
  bool required : 1 = false;
  bool bare : 1 = false;  // OpenAPI refers to its type without anything besides
  std::uint8_t patch_strategy = kPatchDefault;
  ListType list_type = ListType::kNone;
  MapType map_type = MapType::kNone;
  std::string_view patch_merge_key;                 // strategic merge patch
  std::span<const std::string_view> list_map_keys;  // server-side apply, with listType=map
  std::string_view default_json;                    // JSON text; empty when the declaration gives none
  const FieldFacts* facts = nullptr;                // null: none
};

/// A type. Immutable once built, shared by all threads, lives as long as the Scheme that loaded it.
struct Type {
  std::string_view name;     // "Container"; empty for the anonymous (lists, maps)
  std::string_view package;  // "core/v1", "meta/v1"
  std::string_view
      open_api_name;  // "io.k8s.api.core.v1.Container"; empty for what OpenAPI spells out in place
  Shape shape = Shape::kStruct;
  const Type* element = nullptr;       // of lists and maps
  bool nullable_elements = false;      // elements are Go pointers
  bool proto_message = false;          // a list that protobuf wraps in a message {repeated items = 1}
  bool is_union = false;               // of its pointer fields one is set, as a discriminator may say
  MapType map_type = MapType::kNone;   // structType=atomic and the like
  std::span<const Field> fields;       // of structs and alternatives
  std::span<const Embedded> embedded;  // of structs, outer before inner
  /// What the message holds, by protobuf number: index into `fields`, or, beyond them, into `embedded`.
  std::span<const std::uint16_t> proto_order;
  bool proto_order_is_declared = false;           // none is embedded, and proto_order only ever goes up
  std::span<const std::string_view> enum_values;  // of string types that are enums, sorted
  const KindFacts* kind = nullptr;                // of structs that have kind and apiVersion

  /// Null when there is none. Hashed: constant time.
  const Field* field(std::string_view json_name) const;
  /// Position in fields, or -1.
  int field_index(std::string_view json_name) const;
  /// An open-addressing table over `fields`, built by the loader; field() reads it.
  std::span<const std::uint16_t> field_hash;

  bool is_struct() const { return shape == Shape::kStruct; }
  bool is_list() const { return shape == Shape::kList; }
  bool is_map() const { return shape == Shape::kMap; }
};

/// What field_hash is built with: index + 1 at the first free slot from hash & (size - 1) on; size is a power
/// of two. TypeSet::finish builds it.
std::uint32_t field_name_hash(std::string_view name);

/// The type of a shape that needs no further description; lists and maps of strings too ([]string,
/// map[string]string).
const Type* scalar(Shape shape);
const Type* string_list();
const Type* string_map();

}  // namespace pedalion::schema
