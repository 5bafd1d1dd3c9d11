// Models that are loaded when somebody asks for them, within a limit of memory. On the thread of the front only;
// loading and unloading are done by a thread of their own, one model at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gerbil/cancellation.hpp"
#include "gerbil/model.hpp"
#include "server/metrics.hpp"
#include "server/model_loader.hpp"
#include "server/tasks.hpp"

namespace gerbil::server {

struct PoolOptions {
  std::int64_t memory_limit = 0;  // bytes of all models; 0: none
  double keep_alive = -1;         // seconds that a model stays after its last request; negative: for ever
  LoadModel load;
};

// A model while it is used: it is not unloaded before its last lease has gone. Any thread may let go of one.
using Lease = std::shared_ptr<const Model>;

struct NamedModel {
  Lease lease;
  std::string id;          // what requests call it
  std::uint64_t load = 0;  // how often it had been loaded: what is on the disk may differ from time to time
};

class ModelPool : public std::enable_shared_from_this<ModelPool> {
 public:
  struct Name {
    std::string id;    // what requests say
    std::string name;  // what `load` is given
  };
  ModelPool(std::vector<Name> names, const PoolOptions& options, Tasks& tasks);

  // The id that a request means; "" means the first. Throws ApiError 404 for one that is not served.
  const std::string& resolve(std::string_view model) const;
  struct Patience {
    Cancellation gone;   // who waits for a model is forgotten with its client
    double seconds = 0;  // then Error{timeout}; 0: any number
  };
  // Calls back with the model, once it is loaded, or with the error that loading ended in, unless the client has gone
  // by then.
  using Ready = std::move_only_function<void(Lease lease, std::exception_ptr error)>;
  void acquire(const std::string& id, const Patience& patience, Ready ready);
  // Unloads what nobody has used for keep_alive, and ends waits that were too long.
  void tick();

  enum class Phase : std::uint8_t { unloaded, waiting, loading, loaded, failed };
  struct Status {
    std::string id;
    Phase phase;
    std::string error;
  };
  std::vector<Status> status() const;
  std::vector<ModelState> states() const;  // for metrics
  const Model* loaded(const std::string& id) const;
  std::uint64_t loads(const std::string& id) const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Waiter {
    Cancellation gone;
    Clock::time_point since;
    Clock::time_point until;
    Ready ready;
  };
  struct Entry {
    Name name;
    Phase phase = Phase::unloaded;
    std::optional<Model> model;
    std::uint64_t loads = 0;
    std::int64_t users = 0;
    std::int64_t bytes = 0;  // in memory, when it was last loaded
    Clock::time_point used;
    std::vector<Waiter> waiters;
    bool leaving = false;  // somebody has waited for another model for long: whoever comes now waits, too
    std::string error;
  };
  Entry* find(std::string_view id);
  Lease lease(Entry& entry);
  void release(Entry& entry);
  void work();
  Entry* next();
  void start(Entry& entry);
  bool over_limit(std::int64_t more) const;
  bool make_room(const Entry& entry);
  void empty_for(const Entry& entry);
  void stay();
  void serve(Entry& entry, const std::exception_ptr& error);
  void forget_waiters();
  void unload(Entry& entry);
  void finish(Entry& entry, std::optional<Model> model, std::exception_ptr error);
  std::int64_t memory() const;
  Entry* idlest();

  std::deque<Entry> entries_;
  PoolOptions options_;
  Tasks& tasks_;
  ModelLoader loader_;
};

std::string_view to_string(ModelPool::Phase phase);

}  // namespace gerbil::server
