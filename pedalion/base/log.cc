#include "pedalion/base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace pedalion::log {
namespace {

std::shared_ptr<spdlog::logger> make_logger() {
  auto made = spdlog::stderr_logger_mt("pedalion");
  made->set_pattern("%L%m%d %H:%M:%S.%f %t %v");
  return made;
}

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = make_logger();
  return *instance;
}

Format& format() {
  static Format chosen = Format::kText;
  return chosen;
}

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace

void configure(Format wanted, int verbosity) {
  format() = wanted;
  if (wanted == Format::kJson)
    logger().set_pattern(R"({"ts":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l",%v})", spdlog::pattern_time_type::utc);
  logger().set_level(verbosity >= 3 ? spdlog::level::debug : spdlog::level::info);
}

bool enabled(Level level) { return logger().should_log(spdlog_level(level)); }

void write(Level level, std::string_view message, std::initializer_list<Pair> pairs) {
  if (!enabled(level)) return;
  std::string line;
  if (format() == Format::kJson) {
    line += "\"msg\":";
    append_quoted(line, message);
    for (const auto& pair : pairs) {
      line += ",\"";
      line += pair.key;
      line += "\":";
      if (pair.quoted)
        append_quoted(line, pair.value);
      else
        line += pair.value;
    }
  } else {
    append_quoted(line, message);
    for (const auto& pair : pairs) {
      line += ' ';
      line += pair.key;
      line += '=';
      if (pair.quoted)
        append_quoted(line, pair.value);
      else
        line += pair.value;
    }
  }
  logger().log(spdlog_level(level), "{}", line);
}

}  // namespace pedalion::log
