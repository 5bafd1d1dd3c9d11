// Ending work that runs.
#pragma once

#include <atomic>
#include <memory>

namespace gerbil {

// Ends a call from another thread. Copies share one flag, so the one that is kept cancels the one in the options.
class Cancellation {
 public:
  Cancellation() : flag_(std::make_shared<std::atomic<bool>>(false)) {}
  void cancel() const noexcept { flag_->store(true); }
  bool cancelled() const noexcept { return flag_->load() || (parent_ && parent_->cancelled()); }
  // One that is cancelled with this one, or alone.
  Cancellation child() const {
    Cancellation result;
    result.parent_ = std::make_shared<const Cancellation>(*this);
    return result;
  }

 private:
  std::shared_ptr<std::atomic<bool>> flag_;
  std::shared_ptr<const Cancellation> parent_;
};

}  // namespace gerbil
