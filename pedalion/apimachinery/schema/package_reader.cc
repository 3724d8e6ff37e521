#include "pedalion/apimachinery/schema/package_reader.h"

#include <algorithm>
#include <bit>
#include <charconv>

namespace pedalion::schema {
namespace {

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

constexpr std::pair<std::string_view, Shape> kWords[] = {{"string", Shape::kString},
                                                         {"bytes", Shape::kBytes},
                                                         {"bool", Shape::kBool},
                                                         {"int32", Shape::kInt32},
                                                         {"int64", Shape::kInt64},
                                                         {"uint32", Shape::kUint32},
                                                         {"double", Shape::kDouble},
                                                         {"time", Shape::kTime},
                                                         {"microTime", Shape::kMicroTime},
                                                         {"duration", Shape::kDuration},
                                                         {"quantity", Shape::kQuantity},
                                                         {"intOrString", Shape::kIntOrString},
                                                         {"rawExtension", Shape::kRawExtension},
                                                         {"json", Shape::kJson},
                                                         {"fieldsV1", Shape::kFieldsV1}};

MapType map_type(std::string_view text) { return text == "atomic" ? MapType::kAtomic : MapType::kGranular; }

Field type_meta_field(std::string_view name) {
  Field field;
  field.name = name;
  field.type = scalar(Shape::kString);
  field.omitempty = field.optional = true;
  return field;
}

}  // namespace

std::unexpected<Status> PackageReader::wrong(std::string_view what) const {
  return std::unexpected(Status(500, "InternalError",
                                "api/" + std::string(name_) + ".types, line " + std::to_string(line_number_) +
                                    ": " + std::string(what)));
}

Result<void> PackageReader::read(std::string_view text) {
  for (auto [word, shape] : kWords) by_text_[word] = scalar(shape);
  name_ = head_value(text, "package");
  open_api_ = head_value(text, "openapi");
  while (!text.empty()) {
    auto line = next_line(text);
    ++line_number_;
    if (line.empty() || line.starts_with('#')) continue;
    Declared declared;
    declared.line_number = line_number_;
    declared.word = next_word(line);
    declared.name = next_word(line);
    declared.rest = line;
    auto begin = text;
    for (; text.starts_with("  "); ++line_number_) next_line(text);
    declared.field_lines = begin.substr(0, begin.size() - text.size());
    TRY_OK(declare(declared));
  }
  build_index();
  for (const auto& declared : declared_) {
    if (!declared.field_lines.empty() || declared.word == "kind") TRY_OK(fill(declared));
  }
  return {};
}

Result<void> PackageReader::declare(Declared declared) {
  if (declared.word == "package" || declared.word == "group" || declared.word == "openapi") return {};
  if (declared.name.empty()) return wrong("a name is missing");
  if (declared.word == "alias") {
    TRY_OK(declare_alias(declared));
  } else {
    declared.type = package_.set_.make<Type>();
    declared.type->name = declared.name;
    declared.type->package = name_;
    if (declared.word == "string" || declared.word == "enum")
      declare_string(declared);
    else if (declared.word == "kind" || declared.word == "struct" || declared.word == "oneof")
      declare_struct(declared);
    else
      return wrong("no such declaration: " + std::string(declared.word));
  }
  if (declared.type != nullptr) {
    by_text_[declared.name] = declared.type;
    package_.named_.push_back({declared.name, declared.type});
    if (declared.word == "kind") package_.kinds_.push_back(package_.named_.back());
  }
  declared_.push_back(declared);
  return {};
}

Result<void> PackageReader::declare_alias(Declared& declared) {
  auto text = next_word(declared.rest);
  TRY(const Type* target, type_of(text));
  bool elsewhere =
      text.find('.') != std::string_view::npos && !text.starts_with('[') && !text.starts_with("map[");
  if (elsewhere) {  // a Go alias: the other package's type under a second name
    by_text_[declared.name] = target;
    package_.named_.push_back({declared.name, target});
    if (target->kind != nullptr) package_.kinds_.push_back(package_.named_.back());
    return {};
  }
  declared.type = package_.set_.make<Type>(*target);
  declared.type->name = declared.name;
  declared.type->package = name_;
  declared.type->proto_message = declared.rest == "message";
  if (target->shape == Shape::kJson) {
    declared.type->open_api_name =
        package_.set_.keep(std::string(open_api_) + "." + std::string(declared.name));
  }
  return {};
}

void PackageReader::declare_string(Declared& declared) {
  declared.type->shape = Shape::kString;
  if (declared.word != "enum" || !take_prefix(declared.rest, "= ")) return;
  std::vector<std::string_view> values;
  for (auto rest = declared.rest; !rest.empty();) {
    bool quoted = rest.starts_with('"');
    auto value = quoted ? rest.substr(1, rest.find('"', 1) - 1) : rest.substr(0, rest.find(' '));
    values.push_back(value);
    rest.remove_prefix(std::min(rest.size(), value.size() + (quoted ? 3 : 1)));
  }
  std::sort(values.begin(), values.end());
  declared.type->enum_values = package_.set_.keep(values);
}

void PackageReader::declare_struct(Declared& declared) {
  Type& type = *declared.type;
  type.shape = declared.word == "oneof" ? Shape::kAlternatives : Shape::kStruct;
  type.open_api_name = package_.set_.keep(std::string(open_api_) + "." + std::string(declared.name));
  KindFacts facts;
  while (!declared.rest.empty()) {
    auto word = next_word(declared.rest);
    if (take_prefix(word, "struct="))
      type.map_type = map_type(word);
    else if (take_prefix(word, "introduced="))
      facts.introduced = word;
    else if (take_prefix(word, "deprecated="))
      facts.deprecated = word;
    else if (take_prefix(word, "removed="))
      facts.removed = word;
    else if (take_prefix(word, "replacement="))
      facts.replacement = word;
    else if (word == "union")
      type.is_union = true;
    else if (word == "cluster")
      facts.cluster_scoped = true;
  }
  if (declared.word == "kind") type.kind = package_.set_.make<KindFacts>(facts);
}

void PackageReader::build_index() {
  auto& index = package_.index_;
  index.assign(std::bit_ceil(package_.named_.size() * 2 + 1), 0);
  std::size_t mask = index.size() - 1;
  for (std::size_t i = 0; i < package_.named_.size(); ++i) {
    std::size_t slot = field_name_hash(package_.named_[i].name) & mask;
    while (index[slot] != 0) slot = (slot + 1) & mask;
    index[slot] = static_cast<std::uint16_t>(i + 1);
  }
}

Result<void> PackageReader::fill(const Declared& declared) {
  fields_.clear();
  embedded_.clear();
  line_number_ = declared.line_number;
  if (declared.type->kind != nullptr) {
    fields_.push_back(type_meta_field("kind"));
    fields_.push_back(type_meta_field("apiVersion"));
  }
  auto lines = declared.field_lines;
  while (!lines.empty()) {
    ++line_number_;
    TRY_OK(add_field(next_line(lines).substr(2), *declared.type));
  }
  package_.set_.finish(*declared.type, fields_, embedded_);
  return {};
}

Result<void> PackageReader::add_field(std::string_view line, Type& type) {
  Field field;
  field.name = next_word(line);
  auto number = next_word(line);
  auto type_text = next_word(line);
  if (number != "-") {
    auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), field.proto_number);
    if (error != std::errc() || end != number.data() + number.size()) return wrong("no protobuf number");
  }
  field.pointer = take_prefix(type_text, "*");
  TRY(field.type, type_of(type_text));
  if (field.name == "+") {
    if (field.type->fields.empty()) return wrong("an embedded struct must be declared before what embeds it");
    add_embedded(*field.type, field.proto_number);
    return {};
  }
  if (type.shape == Shape::kAlternatives) field.name = {};
  feature_gate_ = {};
  std::string_view tags;
  while (!line.empty()) {
    auto word = next_word(line);
    if (word == "|") {
      tags = line;
      break;
    }
    TRY_OK(add_flag(word, field));
  }
  if (!tags.empty() || !feature_gate_.empty()) add_facts(tags, field);
  fields_.push_back(field);
  return {};
}

Result<void> PackageReader::add_flag(std::string_view word, Field& field) {
  if (word == "omitempty")
    field.omitempty = true;
  else if (word == "omitzero")
    field.omitzero = true;
  else if (word == "keepempty")
    field.keep_empty = true;
  else if (word == "optional")
    field.optional = true;
  else if (word == "required")
    field.required = true;
  else if (word == "bare")
    field.bare = true;
  else if (word == "list=atomic")
    field.list_type = ListType::kAtomic;
  else if (word == "list=set")
    field.list_type = ListType::kSet;
  else if (take_prefix(word, "map=") || take_prefix(word, "struct="))
    field.map_type = map_type(word);
  else if (take_prefix(word, "key="))
    field.patch_merge_key = word;
  else if (take_prefix(word, "default="))
    field.default_json = word;
  else if (take_prefix(word, "gate="))
    feature_gate_ = word;
  else if (take_prefix(word, "list=map(") && word.ends_with(')')) {
    word.remove_suffix(1);
    field.list_type = ListType::kMap;
    field.list_map_keys = package_.set_.keep(split(word, ','));
  } else if (take_prefix(word, "patch=")) {
    for (auto strategy : split(word, ',')) {
      field.patch_strategy |= strategy == "merge"     ? kPatchMerge
                              : strategy == "replace" ? kPatchReplace
                                                      : kPatchRetainKeys;
    }
  } else {
    return wrong("no such flag: " + std::string(word));
  }
  return {};
}

void PackageReader::add_embedded(const Type& embedded, std::uint32_t proto_number) {
  auto base = static_cast<std::uint16_t>(embedded_.size() + 1);
  embedded_.push_back({&embedded, proto_number, 0});
  for (Embedded inner : embedded.embedded) {
    inner.parent = static_cast<std::uint16_t>(inner.parent + base);
    embedded_.push_back(inner);
  }
  for (Field field : embedded.fields) {
    field.proto_embedded = static_cast<std::uint16_t>(field.proto_embedded + base);
    fields_.push_back(field);
  }
}

void PackageReader::add_facts(std::string_view tags, Field& field) {
  auto* facts = package_.set_.make<FieldFacts>();
  facts->feature_gate = feature_gate_;
  facts->validation = package_.set_.keep(split(tags, ' '));
  field.facts = facts;
}

Result<const Type*> PackageReader::type_of(std::string_view text) {
  if (auto found = by_text_.find(text); found != by_text_.end()) return found->second;
  const Type* made = nullptr;
  auto inner = text;
  if (bool list = take_prefix(inner, "[]"); list || take_prefix(inner, "map[string]")) {
    bool nullable = take_prefix(inner, "*");
    TRY(const Type* element, type_of(inner));
    made = package_.set_.container(list ? Shape::kList : Shape::kMap, element, nullable);
  } else if (auto dot = text.rfind('.'); dot != std::string_view::npos) {
    made = resolver_(text.substr(0, dot), text.substr(dot + 1));
  }
  if (made == nullptr) return wrong("no such type: " + std::string(text));
  by_text_[text] = made;
  return made;
}

}  // namespace pedalion::schema
