// Where work is done: what only looks and writes down on the thread of the front, what computes on others.
#pragma once

#include <functional>

namespace gerbil::server {

class Tasks {
 public:
  using Task = std::move_only_function<void()>;
  virtual ~Tasks() = default;
  // Both may be called by any thread, and return at once.
  virtual void on_front(Task task) = 0;
  virtual void on_worker(Task task) = 0;
};

}  // namespace gerbil::server
