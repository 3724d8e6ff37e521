#pragma once
// What was measured, as rows: printed as a table for people, written as JSON for programs.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace pedalion::bench {

/// Durations in microseconds.
struct Latencies {
  double p50 = 0, p90 = 0, p99 = 0, max = 0;
};

class Samples {
 public:
  void add(double microseconds) { values_.push_back(static_cast<float>(microseconds)); }
  void reserve(std::size_t count) { values_.reserve(count); }
  std::size_t size() const { return values_.size(); }
  Latencies latencies();

 private:
  std::vector<float> values_;
};

struct Row {
  std::string scenario, protocol, shape;
  double per_second = 0;
  Latencies latencies;
  double cpu_us = 0;                                 // of the server, an operation
  double rss_mb = 0;                                 // of the server, at the end
  std::vector<std::pair<std::string, double>> more;  // what only this scenario has, with its unit in the name
  std::string problem;                               // why there are no numbers; empty: there are
};

/// Prints the head of the table, then each row as it comes.
class Report {
 public:
  void begin();
  void add(Row row);
  bool has_problems() const;
  /// False when the file cannot be written.
  bool write_json(const std::string& path) const;

 private:
  std::vector<Row> rows_;
};

}  // namespace pedalion::bench
