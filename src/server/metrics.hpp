// What is counted, as Prometheus' text format. On the thread of the front only.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gerbil/model.hpp"
#include "server/response_cache.hpp"

namespace gerbil::server {

// How many values were at most so large.
class Histogram {
 public:
  explicit Histogram(std::span<const double> bounds) : bounds_(bounds), counts_(bounds.size() + 1) {}
  void add(double value);
  void write(std::string& text, std::string_view name, const std::string& labels) const;
  double mean() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }

 private:
  std::span<const double> bounds_;
  std::vector<std::uint64_t> counts_;  // those above the last bound at the end
  std::uint64_t count_ = 0;
  double sum_ = 0;
};

struct ModelMetrics {
  ModelMetrics();
  std::uint64_t prompt_tokens = 0;
  std::uint64_t cached_tokens = 0;
  std::uint64_t generated_tokens = 0;
  std::uint64_t cancelled = 0;  // answers that nobody waited for any more
  Histogram first_token;        // seconds
  Histogram per_token;          // seconds, after the first
};

// A model as it is now.
struct ModelState {
  std::string id;
  bool loaded = false;
  ModelStatistics statistics;
  std::int64_t memory = 0;  // bytes of weights, activations and cache
};

// The server as it is now.
struct ServerState {
  std::size_t connections = 0;
  ResponseCache::Counts cache;
  std::uint64_t sent_spans = 0;
  std::uint64_t dropped_spans = 0;
};

struct Metrics {
  Metrics();
  std::map<std::pair<std::string, int>, std::uint64_t> requests;  // by route and status
  Histogram request_seconds;
  std::map<std::string, ModelMetrics> models;  // by id

  std::string text(const std::vector<ModelState>& now, const ServerState& server) const;
};

}  // namespace gerbil::server
