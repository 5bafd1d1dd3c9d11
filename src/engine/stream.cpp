#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <utility>

#include "base/boundary.hpp"
#include "gerbil/generator.hpp"

namespace gerbil {

struct Stream::State {
  State(Generator g, const GenerateOptions& o) : generator(std::move(g)), options(o) {
    options.cancellation = o.cancellation.child();
    options.on_text = [this, on_text = o.on_text](std::string_view piece, bool reasoning) {
      if (on_text) on_text(piece, reasoning);
      if (reasoning) return;
      const std::lock_guard lock(mutex);
      guarded([&] { pieces.emplace_back(piece); });
      changed.notify_all();
    };
  }

  Generator generator;
  GenerateOptions options;

  std::mutex mutex;  // guards what follows
  std::condition_variable changed;
  std::deque<std::string> pieces;
  bool done = false;
  std::exception_ptr error;
  GenerateResult result;

  std::string current;  // the consumer's piece

  void start(const auto& prompt) {
    const auto end = [this](GenerateResult made, std::exception_ptr failure) {
      const std::lock_guard lock(mutex);
      result = std::move(made);
      error = std::move(failure);
      done = true;
      changed.notify_all();
    };
    try {
      generator.submit(prompt, options, end);
    } catch (...) {
      done = true;  // nothing runs that the destructor could wait for
      throw;
    }
  }

  // Until ready() is true, with the lock held.
  void wait(std::unique_lock<std::mutex>& lock, const auto& ready) {
#ifdef __EMSCRIPTEN__
    while (!ready()) {
      lock.unlock();
      generator.model().poll();
      lock.lock();
    }
#else
    changed.wait(lock, ready);
#endif
  }

  // Waits for a piece; false at the end.
  bool next() {
    std::unique_lock lock(mutex);
    wait(lock, [this] { return !pieces.empty() || done; });
    if (!pieces.empty()) {
      current = std::move(pieces.front());
      pieces.pop_front();
      return true;
    }
    if (error) std::rethrow_exception(error);
    return false;
  }

  ~State() {
    options.cancellation.cancel();
    std::unique_lock lock(mutex);
    wait(lock, [this] { return done; });
  }
};

Stream::Stream(std::unique_ptr<State> state) : state_(std::move(state)) {}
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&&) noexcept = default;
Stream::~Stream() = default;

Stream::Iterator Stream::begin() {
  Iterator iterator;
  iterator.stream_ = this;
  ++iterator;
  return iterator;
}

std::string_view Stream::Iterator::operator*() const { return stream_->state_->current; }

Stream::Iterator& Stream::Iterator::operator++() {
  if (!stream_->state_->next()) stream_ = nullptr;
  return *this;
}

bool Stream::Iterator::at_end() const { return stream_ == nullptr; }

const GenerateResult& Stream::result() {
  std::unique_lock lock(state_->mutex);
  state_->wait(lock, [this] { return state_->done; });
  if (state_->error) std::rethrow_exception(state_->error);
  return state_->result;
}

Stream Generator::stream(std::string_view prompt, const GenerateOptions& options) const {
  auto state = guarded([&] { return std::make_unique<Stream::State>(*this, options); });
  state->start(prompt);
  return Stream(std::move(state));
}

Stream Generator::stream(const std::vector<Message>& messages, const GenerateOptions& options) const {
  auto state = guarded([&] { return std::make_unique<Stream::State>(*this, options); });
  state->start(messages);
  return Stream(std::move(state));
}

}  // namespace gerbil
