#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "gerbil/engine.hpp"

namespace gerbil {

struct Stream::State {
  std::function<Result(const Options&)> generate;
  Options options;

  std::mutex mutex;  // guards what follows
  std::condition_variable changed;
  std::deque<std::string> pieces;
  bool done = false;
  std::exception_ptr error;

  Result result;
  std::string current;  // the consumer's piece
  std::thread thread;

  void produce() {
    const auto on_text = std::move(options.on_text);
    options.on_text = [this, &on_text](std::string_view piece, bool reasoning) {
      if (on_text) on_text(piece, reasoning);
      if (reasoning) return;
      const std::lock_guard lock(mutex);
      pieces.emplace_back(piece);
      changed.notify_all();
    };
    std::exception_ptr failure;
    try {
      result = generate(options);
    } catch (...) {
      failure = std::current_exception();
    }
    const std::lock_guard lock(mutex);
    error = failure;
    done = true;
    changed.notify_all();
  }

  void start() {
#if defined(__EMSCRIPTEN__) && !defined(__EMSCRIPTEN_PTHREADS__)
    produce();  // no threads: the whole answer is made before the first piece is seen
#else
    thread = std::thread([this] { produce(); });
#endif
  }

  // Waits for a piece; false at the end.
  bool next() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return !pieces.empty() || done; });
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
    if (thread.joinable()) thread.join();
  }
};

Stream::Stream(std::unique_ptr<State> state) : state_(std::move(state)) { state_->start(); }
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

const Result& Stream::result() {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [this] { return state_->done; });
  if (state_->error) std::rethrow_exception(state_->error);
  return state_->result;
}

Stream Engine::stream(std::string_view prompt, const Options& options) const {
  auto state = std::make_unique<Stream::State>();
  state->options = options;
  state->options.cancellation = options.cancellation.child();
  state->generate = [engine = *this, text = std::string(prompt)](const Options& o) { return engine.generate(text, o); };
  return Stream(std::move(state));
}

Stream Engine::stream(const std::vector<Message>& messages, const Options& options) const {
  auto state = std::make_unique<Stream::State>();
  state->options = options;
  state->options.cancellation = options.cancellation.child();
  state->generate = [engine = *this, messages](const Options& o) { return engine.generate(messages, o); };
  return Stream(std::move(state));
}

}  // namespace gerbil
