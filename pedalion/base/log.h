#pragma once
// Structured log lines: a message, then key=value pairs; text or JSON, to standard error.
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace pedalion::log {

enum class Level { kDebug, kInfo, kWarning, kError };
enum class Format { kText, kJson };

/// One pair. Numbers are given as text; `quoted` says whether JSON needs quotes around it.
struct Pair {
  Pair(std::string_view key, std::string_view value) : key(key), value(value), quoted(true) {}
  Pair(std::string_view key, const char* value) : key(key), value(value), quoted(true) {}
  Pair(std::string_view key, const std::string& value) : key(key), value(value), quoted(true) {}
  template <class Number>
    requires std::is_arithmetic_v<Number>
  Pair(std::string_view key, Number value) : key(key), value(std::to_string(value)), quoted(false) {}
  std::string_view key;
  std::string value;
  bool quoted;
};

/// Called once, before the first line. `verbosity` is klog's -v: lines of debug() are written from 3 on.
void configure(Format format, int verbosity);
bool enabled(Level level);

/// Thread-safe; each call writes one whole line.
void write(Level level, std::string_view message, std::initializer_list<Pair> pairs = {});

inline void info(std::string_view message, std::initializer_list<Pair> pairs = {}) {
  write(Level::kInfo, message, pairs);
}
inline void warning(std::string_view message, std::initializer_list<Pair> pairs = {}) {
  write(Level::kWarning, message, pairs);
}
inline void error(std::string_view message, std::initializer_list<Pair> pairs = {}) {
  write(Level::kError, message, pairs);
}

}  // namespace pedalion::log
