// Answers to requests whose answers are the same every time, so that they are computed once. Bounded in bytes and time;
// those that nobody has asked for longest go first. For any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gerbil/generator.hpp"

namespace gerbil::server {

struct Asked;
struct NamedModel;

struct CacheLimits {
  std::size_t bytes = 0;  // 0: nothing is kept
  std::chrono::duration<double> age = std::chrono::hours(1);
};

class ResponseCache {
 public:
  using Clock = std::chrono::steady_clock;
  using Results = std::vector<GenerateResult>;
  struct Counts {
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::size_t entries = 0;
    std::size_t bytes = 0;
  };
  ResponseCache() = default;
  explicit ResponseCache(const CacheLimits& limits) : limits_(limits) {}

  bool enabled() const { return limits_.bytes > 0; }
  // Null for none.
  std::shared_ptr<const Results> find(const std::string& key, Clock::time_point now = Clock::now());
  void keep(const std::string& key, Results results, Clock::time_point now = Clock::now());
  Counts counts() const;

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const Results> results;
    std::size_t bytes = 0;
    Clock::time_point made;
  };
  using Place = std::list<Entry>::iterator;
  void erase(Place entry);

  CacheLimits limits_;
  mutable std::mutex mutex_;  // guards what follows
  std::list<Entry> entries_;  // the one that was asked for last is the first
  std::unordered_map<std::string_view, Place> by_key_;
  Counts counts_;
};

// All that decides the answers: the model, as it was loaded, the prompts and the options.
std::string cache_key(const NamedModel& model, const Asked& asked);

// What the client wants of a cache (RFC 9111, 5.2.1): no-cache asks for an answer of its own, and no-store besides that
// nothing is kept of it.
struct CacheWish {
  bool read = true;
  bool keep = true;
};
CacheWish cache_wish(std::string_view cache_control);

}  // namespace gerbil::server
