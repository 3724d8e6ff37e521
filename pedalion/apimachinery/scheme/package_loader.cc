#include "pedalion/apimachinery/scheme/package_loader.h"

#include <bit>
#include <charconv>

namespace pedalion::scheme {
namespace {

using schema::Field;
using schema::Shape;
using schema::Type;

constexpr std::pair<std::string_view, Shape> kScalars[] = {
    {"string", Shape::kString}, {"bytes", Shape::kBytes}, {"bool", Shape::kBool}, {"int32", Shape::kInt32},
    {"int64", Shape::kInt64}, {"uint32", Shape::kUint32}, {"double", Shape::kDouble}, {"time", Shape::kTime},
    {"microtime", Shape::kMicroTime}, {"duration", Shape::kDuration}, {"quantity", Shape::kQuantity},
    {"intorstring", Shape::kIntOrString}, {"raw", Shape::kRawExtension}, {"json", Shape::kJson}, {"fieldsv1", Shape::kFieldsV1}};

const Type* scalar(std::string_view text) {
  static const auto* types = [] {
    auto* made = new std::unordered_map<std::string_view, Type>();
    for (auto [name, shape] : kScalars) (*made)[name].shape = shape;
    return made;
  }();
  auto found = types->find(text);
  return found == types->end() ? nullptr : &found->second;
}

std::string_view next_word(std::string_view& line) {
  auto blank = line.find(' ');
  auto word = line.substr(0, blank);
  line = blank == std::string_view::npos ? std::string_view() : line.substr(blank + 1);
  return word;
}

std::string_view next_line(std::string_view& text) {
  auto end = text.find('\n');
  auto line = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return line;
}

bool take_prefix(std::string_view& word, std::string_view prefix) {
  if (!word.starts_with(prefix)) return false;
  word.remove_prefix(prefix.size());
  return true;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  }
  return parts;
}

std::string open_api_prefix(std::string_view package) {
  auto group = package.substr(0, package.find('/'));
  std::string version(package.substr(package.find('/') + 1));
  std::string_view base = "io.k8s.api.";
  if (group == "meta") base = "io.k8s.apimachinery.pkg.apis.";
  if (group == "apiextensions") base = "io.k8s.apiextensions-apiserver.pkg.apis.";
  if (group == "apiregistration") base = "io.k8s.kube-aggregator.pkg.apis.";
  return std::string(base) + std::string(group) + "." + version + ".";
}

std::uint8_t patch_strategy(std::string_view text) {
  std::uint8_t strategy = schema::kPatchDefault;
  for (auto word : split(text, ',')) {
    strategy |= word == "merge" ? schema::kPatchMerge : word == "replace" ? schema::kPatchReplace : schema::kPatchRetainKeys;
  }
  return strategy;
}

}  // namespace

LoadedPackage::LoadedPackage(std::string_view name, std::string_view text) : name_(name), open_api_prefix_(open_api_prefix(name)) {
  next_line(text);  // package …
  while (!text.empty()) {
    auto line = next_line(text);
    auto begin = text;
    while (text.starts_with(' ')) next_line(text);
    declare(line, begin.substr(0, begin.size() - text.size()));
  }
}

void LoadedPackage::declare(std::string_view line, std::string_view field_lines) {
  auto what = next_word(line);
  auto name = next_word(line);
  Declared& declared = declared_[name];
  declared.type = &types_.emplace_back();
  declared.type->name = name;
  declared.type->package = name_;
  if (what == "alias") {
    declared.shape = next_word(line);
    if (!line.empty()) declared.type->enum_values = words_.emplace_back(split(line, ' '));
    return;
  }
  declared.field_lines = field_lines;
  declared.type->open_api_name = keep(open_api_prefix_ + std::string(name));
  for (auto word = next_word(line); !word.empty(); word = next_word(line)) {
    if (word == "top") declared.top = true;
    if (word == "atomic") declared.type->map_type = schema::MapType::kAtomic;
  }
  if (declared.top) kinds_.push_back(name);
}

void LoadedPackage::resolve(const Lookup& lookup) {
  lookup_ = &lookup;
  for (auto& [name, declared] : declared_) {
    if (declared.shape.empty()) continue;
    // An alias has the shape of what it stands for, and its own name and enum.
    Type copy = *type_of(declared.shape, lookup);
    copy.name = name;
    copy.package = name_;
    copy.enum_values = declared.type->enum_values;
    *declared.type = copy;
  }
  for (auto& [name, declared] : declared_) {
    if (declared.shape.empty() && declared.type->fields.empty()) fill_struct(declared, lookup);
  }
  lookup_ = nullptr;
}

const Type* LoadedPackage::find(std::string_view type) const {
  auto found = declared_.find(type);
  return found == declared_.end() ? nullptr : found->second.type;
}

void LoadedPackage::fill_struct(Declared& declared, const Lookup& lookup) {
  std::vector<Field> fields;
  if (declared.top) {
    for (std::string_view name : {"kind", "apiVersion"}) {
      Field field;
      field.name = name;
      field.type = scalar("string");
      field.omitempty = field.optional = true;
      fields.push_back(field);
    }
  }
  std::string_view lines = declared.field_lines;
  while (!lines.empty()) append_field(next_line(lines).substr(1), fields, lookup);
  declared.type->fields = fields_.emplace_back(std::move(fields));
  build_hash(*declared.type);
}

void LoadedPackage::append_field(std::string_view line, std::vector<Field>& fields, const Lookup& lookup) {
  Field field;
  field.name = next_word(line);
  auto type_text = next_word(line);
  field.pointer = take_prefix(type_text, "*");
  field.type = type_of(type_text, lookup);
  auto number = next_word(line);
  std::from_chars(number.data(), number.data() + number.size(), field.proto_number);
  if (field.name == "inline") return append_inline(*field.type, field.proto_number, fields);
  while (!line.empty()) {
    if (take_prefix(line, "default:")) {  // the rest of the line: JSON may hold blanks
      field.default_json = line;
      break;
    }
    auto word = next_word(line);
    if (word == "omit") field.omitempty = true;
    else if (word == "omitzero") field.omitzero = true;
    else if (word == "opt") field.optional = true;
    else if (word == "req") field.required = true;
    else if (take_prefix(word, "patch:")) field.patch_strategy = patch_strategy(word);
    else if (take_prefix(word, "key:")) field.patch_merge_key = word;
    else if (take_prefix(word, "map:")) field.map_type = word == "atomic" ? schema::MapType::kAtomic : schema::MapType::kGranular;
    else if (take_prefix(word, "list:map:")) {
      field.list_type = schema::ListType::kMap;
      field.list_map_keys = words_.emplace_back(split(word, ','));
    } else if (take_prefix(word, "list:")) {
      field.list_type = word == "set" ? schema::ListType::kSet : schema::ListType::kAtomic;
    }
  }
  fields.push_back(field);
}

void LoadedPackage::append_inline(const Type& embedded, std::uint32_t proto_number, std::vector<Field>& fields) {
  // Flattened in place; an embedded type of this package may itself not be filled yet.
  if (embedded.fields.empty()) {
    auto found = declared_.find(embedded.name);
    if (found != declared_.end() && found->second.type == &embedded) fill_struct(found->second, *lookup_);
  }
  for (Field field : embedded.fields) {
    field.proto_embedded = static_cast<std::uint16_t>(proto_number);
    fields.push_back(field);
  }
}

const Type* LoadedPackage::type_of(std::string_view text, const Lookup& lookup) {
  if (const Type* basic = scalar(text)) return basic;
  if (auto found = declared_.find(text); found != declared_.end()) {
    Declared& declared = found->second;
    // An alias that stands for another shape may be asked for before its own turn.
    if (!declared.shape.empty() && declared.type->shape == Shape::kStruct) {
      auto values = declared.type->enum_values;
      auto name = declared.type->name;
      *declared.type = *type_of(declared.shape, lookup);
      declared.type->name = name;
      declared.type->package = name_;
      declared.type->enum_values = values;
    }
    return declared.type;
  }
  if (auto found = by_text_.find(text); found != by_text_.end()) return found->second;
  const Type* made = nullptr;
  auto inner = text;
  bool list = take_prefix(inner, "[]");
  if (list || take_prefix(inner, "map[]")) {
    bool nullable = take_prefix(inner, "*");
    made = container(list ? Shape::kList : Shape::kMap, type_of(inner, lookup), nullable);
  } else {
    auto dot = text.rfind('.');
    made = dot == std::string_view::npos ? nullptr : lookup(text.substr(0, dot), text.substr(dot + 1));
  }
  if (made == nullptr) made = scalar("json");
  by_text_[text] = made;
  return made;
}

Type* LoadedPackage::container(Shape shape, const Type* element, bool nullable) {
  Type& made = types_.emplace_back();
  made.shape = shape;
  made.element = element;
  made.nullable_elements = nullable;
  return &made;
}

std::string_view LoadedPackage::keep(std::string text) { return texts_.emplace_back(std::move(text)); }

void LoadedPackage::build_hash(Type& type) {
  std::size_t size = std::bit_ceil(type.fields.size() * 2 + 1);
  auto& table = hashes_.emplace_back(size, 0);
  for (std::size_t i = 0; i < type.fields.size(); ++i) {
    std::size_t slot = schema::field_name_hash(type.fields[i].name) & (size - 1);
    while (table[slot] != 0) slot = (slot + 1) & (size - 1);
    table[slot] = static_cast<std::uint16_t>(i + 1);
  }
  type.field_hash = table;
}

}  // namespace pedalion::scheme
