#include "pedalion/registry/builtin/printers/printer.h"

#include <algorithm>

#include "pedalion/apimachinery/json/write.h"
#include "pedalion/apimachinery/meta/time.h"
#include "pedalion/registry/builtin/printers/printers.h"

namespace pedalion::registry::builtin::printers {
namespace {

class Convertor final : public rest::TableConvertor {
 public:
  explicit Convertor(const Printer& printer) : printer_(printer) {}
  std::span<const rest::TableColumn> columns() const override { return printer_.columns; }
  rest::TableRow row(const Value& object, json::Arena& arena, std::int64_t now) const override {
    Row row(object, arena, now);
    printer_.print(row);
    return row.finish();
  }
  const Printer& printer() const { return printer_; }

 private:
  const Printer& printer_;
};

const std::vector<Convertor>& convertors() {
  static const auto* all = [] {
    auto* made = new std::vector<Convertor>();
    for (auto list : {core_printers(), node_and_volume_printers(), workload_printers(), networking_printers(),
                      policy_printers(), extension_printers()}) {
      for (const Printer& printer : list) made->emplace_back(printer);
    }
    return made;
  }();
  return *all;
}

std::string requirement_text(const Value& requirement) {
  std::string key(requirement.string_at({"key"}));
  auto op = requirement.string_at({"operator"});
  if (op == "Exists") return key;
  if (op == "DoesNotExist") return "!" + key;
  std::vector<std::string> values;
  for (const Value& value : items_of(requirement, {"values"})) values.emplace_back(value.string_or());
  std::ranges::sort(values);
  return key + (op == "NotIn" ? " notin (" : " in (") + joined(values) + ")";
}

}  // namespace

const rest::TableConvertor* find(std::string_view group, std::string_view resource) {
  for (const Convertor& convertor : convertors()) {
    if (convertor.printer().group == group && convertor.printer().resource == resource) return &convertor;
  }
  return nullptr;
}

void Row::field(std::initializer_list<std::string_view> path, std::string_view fallback) {
  auto found = object.string_at(path);
  text(found.empty() ? fallback : found);
}

void Row::count(std::initializer_list<std::string_view> path) {
  const Value* found = object.at(path);
  number(found == nullptr ? 0 : found->int_or(0));
}

std::string Row::since_text(std::string_view time) const {
  auto parsed = meta::parse_time(time);
  return parsed ? meta::human_duration(now_ - parsed->seconds) : "<unknown>";
}

void Row::since(std::string_view time) { text(since_text(time)); }
void Row::age() { since(object.string_at({"metadata", "creationTimestamp"})); }

void Row::condition(std::string_view type, std::string_view status, std::string_view reason,
                    std::string_view message) {
  Value made = Value::object(arena_, 4);
  made.set("type", Value::string(type, arena_), arena_);
  made.set("status", Value::string(status, arena_), arena_);
  made.set("reason", Value::string(reason, arena_), arena_);
  made.set("message", Value::string(message, arena_), arena_);
  conditions_.push_back(made);
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  std::string text;
  for (const auto& word : words) {
    if (&word != &words.front()) text.append(separator);
    text += word;
  }
  return text;
}

std::string joined_some(const std::vector<std::string>& words, std::size_t shown) {
  if (words.size() <= shown) return joined(words);
  std::vector<std::string> first(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(shown));
  return joined(first) + " + " + std::to_string(words.size() - shown) + " more...";
}

std::string selector_text(const Value* selector) {
  if (selector == nullptr || !selector->is_object()) return "<none>";
  std::vector<std::pair<std::string, std::string>> terms;  // by key
  if (const Value* labels = selector->find("matchLabels")) {
    for (const auto& label : labels->members()) {
      terms.emplace_back(label.key(), std::string(label.key()) + "=" + std::string(label.value.string_or()));
    }
  }
  for (const Value& requirement : items_of(*selector, {"matchExpressions"})) {
    terms.emplace_back(requirement.string_at({"key"}), requirement_text(requirement));
  }
  if (terms.empty()) return "<none>";
  std::ranges::sort(terms, {}, &std::pair<std::string, std::string>::first);
  std::vector<std::string> texts;
  for (auto& term : terms) texts.push_back(std::move(term.second));
  return joined(texts);
}

std::string labels_text(const Value* labels) {
  std::vector<std::string> pairs;
  if (labels != nullptr) {
    for (const auto& label : labels->members())
      pairs.push_back(std::string(label.key()) + "=" + std::string(label.value.string_or()));
  }
  std::ranges::sort(pairs);
  return pairs.empty() ? "<none>" : joined(pairs);
}

std::pair<std::string, std::string> containers_text(const Value* containers) {
  std::vector<std::string> names, images;
  if (containers != nullptr) {
    for (const Value& container : containers->items()) {
      names.emplace_back(container.string_at({"name"}));
      images.emplace_back(container.string_at({"image"}));
    }
  }
  return {joined(names), joined(images)};
}

std::span<const Value> items_of(const Value& object, std::initializer_list<std::string_view> path) {
  const Value* found = object.at(path);
  return found == nullptr ? std::span<const Value>() : found->items();
}

std::string scalar_text(const Value* value, std::string_view fallback) {
  if (value == nullptr || value->is_null()) return std::string(fallback);
  return value->is_string() ? std::string(value->as_string()) : json::to_string(*value);
}

}  // namespace pedalion::registry::builtin::printers
