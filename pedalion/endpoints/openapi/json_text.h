#pragma once
// Writes JSON text straight into a string: the documents are large and no tree of them is ever needed.
#include <string>
#include <string_view>

namespace pedalion::openapi {

/// The caller opens and closes objects and arrays in pairs; commas are put in by themselves. Texts given are
/// plain ASCII identifiers, paths and media types, except in quoted(), which escapes.
class JsonText {
 public:
  JsonText& open(char bracket) {
    separate();
    out_ += bracket;
    comma_ = false;
    return *this;
  }
  JsonText& close(char bracket) {
    out_ += bracket;
    comma_ = true;
    return *this;
  }
  JsonText& key(std::string_view name) {
    quoted(name);
    out_ += ':';
    comma_ = false;
    return *this;
  }
  JsonText& string(std::string_view text) { return quoted(text); }
  /// JSON text as it is: true, 0, {}, …
  JsonText& raw(std::string_view json) {
    separate();
    out_ += json;
    comma_ = true;
    return *this;
  }
  JsonText& member(std::string_view name, std::string_view text) { return key(name).string(text); }
  JsonText& member_raw(std::string_view name, std::string_view json) { return key(name).raw(json); }
  /// An object with the one member "$ref".
  JsonText& reference(std::string_view prefix, std::string_view name) {
    separate();
    out_.append("{\"$ref\":\"").append(prefix).append(name).append("\"}");
    comma_ = true;
    return *this;
  }
  std::string take() { return std::move(out_); }
  void reserve(std::size_t size) { out_.reserve(size); }

 private:
  void separate() {
    if (comma_) out_ += ',';
  }
  JsonText& quoted(std::string_view text) {
    separate();
    out_ += '"';
    for (char c : text) {
      if (c == '"' || c == '\\') out_ += '\\';
      out_ += c;
    }
    out_ += '"';
    comma_ = true;
    return *this;
  }

  std::string out_;
  bool comma_ = false;
};

}  // namespace pedalion::openapi
