#include "pedalion/controlplane/bootstrap/objects.h"

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/meta/errors.h"

// PEDALION_BOOTSTRAP_OBJECTS is the path of objects.txt, given by CMake.
__asm__(
    ".section .rodata\n"
    ".global pedalion_bootstrap_objects_begin\n"
    "pedalion_bootstrap_objects_begin:\n"
    ".incbin \"" PEDALION_BOOTSTRAP_OBJECTS
    "\"\n"
    ".global pedalion_bootstrap_objects_end\n"
    "pedalion_bootstrap_objects_end:\n"
    ".previous\n");

extern "C" const char pedalion_bootstrap_objects_begin[], pedalion_bootstrap_objects_end[];

namespace pedalion::controlplane::bootstrap {

namespace {

/// What a line with `=` says.
struct Heading {
  meta::GroupVersionKind kind;
  std::string resource, manager;
  json::Document metadata;
};

std::string_view take_word(std::string_view& text) {
  std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return word;
}

Result<Heading> read_heading(std::string_view line) {
  take_word(line);
  TRY(meta::GroupVersion version, meta::GroupVersion::parse(take_word(line)));
  Heading heading;
  heading.resource = take_word(line);
  heading.kind = {version.group, version.version, std::string(take_word(line))};
  heading.manager = take_word(line);
  TRY(heading.metadata, json::parse(line));
  return heading;
}

Result<FixedObject> read_object(std::string_view line, const Heading& heading) {
  TRY(json::Document parsed, json::parse(line));
  FixedObject fixed{heading.kind, heading.resource, heading.manager, std::move(parsed)};
  json::Arena& arena = fixed.object.arena;
  json::Value& metadata = fixed.object.root.object_at("metadata", arena);
  for (const json::Member& common : heading.metadata.root.members()) {
    json::Value& texts = metadata.object_at(common.name, arena);
    for (const json::Member& text : common.value.members()) {
      if (texts.find(text.name) != nullptr) continue;
      texts.set(text.name, json::Value::string(text.value.string_or(), arena), arena);
    }
  }
  return fixed;
}

}  // namespace

Result<std::vector<FixedObject>> read_objects(std::string_view text) {
  std::vector<FixedObject> objects;
  Heading heading;
  for (int number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.empty()) continue;
    Result<void> read;
    if (line.front() == '=') {
      auto made = read_heading(line);
      if (made) heading = *std::move(made);
      if (!made) read = std::unexpected(made.error());
    } else {
      auto made = read_object(line, heading);
      if (made) objects.push_back(*std::move(made));
      if (!made) read = std::unexpected(made.error());
    }
    if (!read) {
      return std::unexpected(meta::internal_error("bootstrap objects, line " + std::to_string(number) + ": " +
                                                  read.error().message));
    }
  }
  return objects;
}

Result<std::vector<FixedObject>> fixed_objects() {
  return read_objects(
      {pedalion_bootstrap_objects_begin,
       static_cast<std::size_t>(pedalion_bootstrap_objects_end - pedalion_bootstrap_objects_begin)});
}

}  // namespace pedalion::controlplane::bootstrap
