// A call of Driver::run: its requests, what has happened to them, and what their owner has seen of it.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <vector>

#include "runtime/driver.hpp"

namespace gerbil::runtime {

// All of it is guarded by the driver's mutex, which a caller holds except in on_event.
class Driver::Caller {
 public:
  Caller(Driver& driver, std::vector<Request> requests, const OnEvent& on_event)
      : driver_(driver), requests_(std::move(requests)), on_event_(on_event), outcomes_(requests_.size()) {}

  // Gives the scheduler what it has not got yet, a part at a time.
  void add();
  // Shows on_event what it has not seen yet. Once there is an error, all requests are ended.
  void see(std::unique_lock<std::mutex>& lock);

  bool has_unseen() const { return !unseen_.empty(); }
  bool has_open() const { return !open_.empty(); }
  bool done() const { return open_.empty() && (error_ || added_ == requests_.size()); }
  // Throws the error where there is one.
  std::vector<Outcome> take_outcomes();

  std::condition_variable changed;  // woken
  bool woken = false;

 private:
  struct Item {
    std::size_t number;
    RequestId id;
    Event event;
  };
  struct Open {
    std::size_t unseen = 0;  // events
    std::size_t tokens = 0;  // seen
    bool stopped = false;    // by on_event
  };
  bool hear(std::size_t number, RequestId id, Event event);
  void see(const Item& item, std::unique_lock<std::mutex>& lock);
  void show(const Item& item, std::unique_lock<std::mutex>& lock);

  Driver& driver_;
  std::vector<Request> requests_;
  const OnEvent& on_event_;
  std::vector<Outcome> outcomes_;
  std::exception_ptr error_;
  std::size_t added_ = 0;
  std::deque<Item> unseen_;
  std::map<RequestId, Open> open_;  // requests that have not ended
};

}  // namespace gerbil::runtime
