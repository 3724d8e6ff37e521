#include "bench/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace pedalion::bench {
namespace {

std::string number(double value) {
  if (value == 0) return "-";
  if (value >= 100) return fmt::format("{:.0f}", value);
  return value >= 10 ? fmt::format("{:.1f}", value) : fmt::format("{:.2f}", value);
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (unsigned char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c < 0x20) {
      out += fmt::format("\\u{:04x}", c);
    } else {
      out += static_cast<char>(c);
    }
  }
  return out + '"';
}

}  // namespace

Latencies Samples::latencies() {
  if (values_.empty()) return {};
  std::ranges::sort(values_);
  auto at = [&](double share) {
    return static_cast<double>(
        values_[static_cast<std::size_t>(share * static_cast<double>(values_.size() - 1))]);
  };
  return {at(0.5), at(0.9), at(0.99), static_cast<double>(values_.back())};
}

void Report::begin() {
  fmt::print("{:<10} {:<4} {:<24} {:>9} {:>9} {:>9} {:>9} {:>9} {:>10} {:>8}  {}\n", "scenario", "HTTP",
             "shape", "ops/s", "p50 us", "p90 us", "p99 us", "max us", "CPU us/op", "RSS MB", "more");
  std::fflush(stdout);
}

void Report::add(Row row) {
  std::string line = fmt::format("{:<10} {:<4} {:<24} ", row.scenario, row.protocol, row.shape);
  if (!row.problem.empty()) {
    line += row.problem;
  } else {
    const auto& latencies = row.latencies;
    line += fmt::format("{:>9} {:>9} {:>9} {:>9} {:>9} {:>10} {:>8}  ", number(row.per_second),
                        number(latencies.p50), number(latencies.p90), number(latencies.p99),
                        number(latencies.max), number(row.cpu_us), number(row.rss_mb));
    for (const auto& [name, value] : row.more) line += fmt::format("{}={} ", name, number(value));
  }
  fmt::print("{}\n", line);
  std::fflush(stdout);
  rows_.push_back(std::move(row));
}

bool Report::has_problems() const {
  return std::ranges::any_of(rows_, [](const Row& row) { return !row.problem.empty(); });
}

bool Report::write_json(const std::string& path) const {
  std::ofstream file(path);
  file << "[";
  const char* separator = "\n";
  for (const auto& row : rows_) {
    file << separator
         << fmt::format(R"(  {{"scenario": {}, "protocol": {}, "shape": {})", quoted(row.scenario),
                        quoted(row.protocol), quoted(row.shape));
    if (row.problem.empty()) {
      const auto& [p50, p90, p99, max] = row.latencies;
      file << fmt::format(
          R"(, "per_second": {}, "p50_us": {}, "p90_us": {}, "p99_us": {}, "max_us": {}, "cpu_us": {}, "rss_mb": {})",
          row.per_second, p50, p90, p99, max, row.cpu_us, row.rss_mb);
      for (const auto& [name, value] : row.more) file << fmt::format(", {}: {}", quoted(name), value);
    } else {
      file << fmt::format(R"(, "problem": {})", quoted(row.problem));
    }
    file << "}";
    separator = ",\n";
  }
  file << "\n]\n";
  return file.good();
}

}  // namespace pedalion::bench
