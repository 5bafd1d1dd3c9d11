// Responses that later ones may go on from, in memory: bounded in number, bytes and time, and those that nobody has
// looked at for longest go first. On the thread of the front only.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gerbil::server {

// Long texts of requests, which are written on a worker and handed on as they are.
using SharedText = std::shared_ptr<const std::string>;

struct StoredResponse {
  std::string id;
  std::string owner;     // the key that it was asked for with: nobody else sees it
  std::string previous;  // the id of the response that it goes on from; empty: none
  std::string response;  // JSON
  SharedText items;      // JSON: its input
  SharedText asked;      // JSON: the messages that its input is to the codec
  SharedText answered;   // JSON: and its answer

  std::size_t bytes() const;
};

struct StoreLimits {
  std::size_t count = 4096;
  std::size_t bytes = 64 << 20;
  std::chrono::steady_clock::duration age = std::chrono::hours(24);  // since it was made
};

class ResponseStore {
 public:
  using Clock = std::chrono::steady_clock;
  ResponseStore() = default;
  explicit ResponseStore(const StoreLimits& limits) : limits_(limits) {}

  // One that is larger than all may be is not kept.
  void keep(StoredResponse response, Clock::time_point now = Clock::now());
  // Throws ApiError 404 for what is not there, or not of this owner.
  const StoredResponse& find(std::string_view id, std::string_view owner, Clock::time_point now = Clock::now());
  void forget(std::string_view id, std::string_view owner, Clock::time_point now = Clock::now());
  // The lists of messages of a response and of all before it, those of the first one first. Throws ApiError 400 where
  // one is missing: nothing of a conversation is left out in silence.
  std::vector<SharedText> conversation(std::string_view id, std::string_view owner,
                                       Clock::time_point now = Clock::now());
  std::size_t count() const { return entries_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    StoredResponse response;
    Clock::time_point made;
  };
  using Place = std::list<Entry>::iterator;
  Place place_of(std::string_view id, std::string_view owner, Clock::time_point now);
  void erase(Place entry);

  StoreLimits limits_;
  std::list<Entry> entries_;  // the one that was looked at last is the first
  std::map<std::string, Place, std::less<>> by_id_;
  std::size_t bytes_ = 0;
};

}  // namespace gerbil::server
