// Puts a scheduler to work on a program, in the way that the caller's threads ask for:
//
//   leading  The threads that wait in run() take turns at running a step for everybody. A single caller never switches
//            threads.
//   worker   One thread runs all steps (start_worker). Callers of run() sleep until something happens to their
//            requests, and submit() needs no thread of the caller's at all.
//   polled   Somebody's event loop calls poll(), as WebAssembly without threads must.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "backends/program.hpp"
#include "gerbil/model.hpp"
#include "runtime/scheduler.hpp"

namespace gerbil::runtime {

class Driver {
 public:
  // A drafter is asked before every step, by the thread that runs it.
  Driver(std::unique_ptr<Program> program, const SchedulerOptions& options, std::unique_ptr<Drafter> drafter = nullptr);
  // Requests that still run end with Error{cancelled}. No thread may be in a call of this object.
  ~Driver();

  // Runs requests to their ends; safe to call from several threads, and from on_event. What happens to each is shown
  // to on_event with its number, in order, on the calling thread; false ends that request (Ending::stopped). Throws as
  // check() does before any work; later the first error of any of them, or of on_event, once the others
  // are ended.
  using OnEvent = std::function<bool(std::size_t number, const Event& event)>;
  std::vector<Outcome> run(std::vector<Request> requests, const OnEvent& on_event);

  // Adds a request; throws as Scheduler::add() does. What happens to it is shown to the listener, in order, by the
  // thread that runs the steps, which it must not keep waiting: run() throws there. False ends the request
  // (Ending::stopped), and so does an exception, after which the listener sees no more of it.
  using Listener = std::function<bool(Event event)>;
  RequestId submit(Request request, Listener listener);
  void end(RequestId id, Ending ending);

  // Runs one step, or as much of it as needs no waiting for the device; false when there was nothing to run, another
  // thread is at it, or the worker does it.
  bool poll();
  // From now on a thread of this object runs the steps. Later calls do nothing.
  void start_worker();
  bool is_worker() const { return worker_.get_id() == std::this_thread::get_id(); }  // whether that is the caller

  ModelStatistics statistics();

  const ProgramInfo& info() const { return program_->info(); }
  const SchedulerOptions& options() const { return options_; }

 private:
  class Caller;
  bool nobody_leads() const { return leader_ == std::thread::id(); }
  void sleep(Caller& caller, std::unique_lock<std::mutex>& lock);
  bool step(std::unique_lock<std::mutex>& lock, bool may_wait);
  bool begin(std::unique_lock<std::mutex>& lock);
  void draft(std::unique_lock<std::mutex>& lock);
  void finish(std::unique_lock<std::mutex>& lock);
  void land(std::unique_lock<std::mutex>& lock);
  void give_up(const std::exception_ptr& error, std::unique_lock<std::mutex>& lock);
  bool deliver(std::unique_lock<std::mutex>& lock);
  void tell(RequestId id, Event event, std::unique_lock<std::mutex>& lock);
  void check_open() const;
  void work();

  std::unique_ptr<Program> program_;
  std::unique_ptr<Drafter> drafter_;
  SchedulerOptions options_;

  std::mutex mutex_;  // guards what follows; a step and listeners run without it
  Scheduler scheduler_;
  std::map<RequestId, std::shared_ptr<Listener>> listeners_;
  // Steps in flight, the oldest first: none, or why it could not be begun.
  std::vector<std::exception_ptr> flights_;
  std::thread::id leader_;        // of the thread that runs a step, or tells listeners of one
  std::list<Caller*> callers_;    // that sleep
  std::condition_variable work_;  // for the worker
  bool closing_ = false;
  std::thread worker_;
};

}  // namespace gerbil::runtime
