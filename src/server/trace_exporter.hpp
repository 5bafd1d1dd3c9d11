// Sends spans to a collector, by OTLP over HTTP with JSON (https://opentelemetry.io/docs/specs/otlp/#otlphttp): in
// batches, by a thread of its own. What it cannot get rid of is dropped and counted; nobody waits for it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "server/http.hpp"

namespace gerbil::server {

struct TraceOptions {
  std::string endpoint;              // "http://127.0.0.1:4318"; empty: there are no traces
  std::vector<std::string> headers;  // "Name: value"
  std::string service = "gerbil";
  std::string version;
};

class TraceExporter {
 public:
  explicit TraceExporter(const TraceOptions& options);
  // Sends what is left, for a few seconds at most.
  ~TraceExporter();
  TraceExporter(const TraceExporter&) = delete;
  TraceExporter& operator=(const TraceExporter&) = delete;

  // Spans as OTLP's JSON.
  void add(std::vector<std::string> spans);
  std::uint64_t sent() const { return sent_; }
  std::uint64_t dropped() const { return dropped_; }

 private:
  void work(const std::stop_token& stop);
  std::vector<std::string> take(const std::stop_token& stop);
  std::string body(const std::vector<std::string>& spans) const;

  TraceOptions options_;
  std::string resource_;  // JSON
  std::atomic<std::uint64_t> sent_ = 0;
  std::atomic<std::uint64_t> dropped_ = 0;
  std::mutex mutex_;  // guards what follows
  std::condition_variable_any changed_;
  std::deque<std::string> waiting_;
  std::jthread thread_;
};

}  // namespace gerbil::server
