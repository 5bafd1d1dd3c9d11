#include <exception>
#include <memory>
#include <utility>

#include "engine/generation.hpp"
#include "engine/state.hpp"

namespace gerbil {

const tokenizer::Tokenizer& Engine::State::tokenizer() const {
  if (!files.tokenizer) {
    throw Error(ErrorCode::unsupported,
                "The model '" + info.name + "' came without tokenizer.json, so it takes token ids only.");
  }
  return *files.tokenizer;
}

Result Engine::State::generate(const Prompt& prompt, const Options& options) const {
  require_generator();
  Generation generation(files, info.vocabulary_size, prompt, options);
  const auto outcomes = driver->run({generation.request()},
                                    [&](std::size_t, const runtime::Event& event) { return generation.take(event); });
  return generation.finish(outcomes.front());
}

void Engine::State::submit(const Prompt& prompt, const Options& options, OnResult done) const {
  require_generator();
  struct Job {
    Generation generation;
    OnResult done;
    std::exception_ptr error;  // of on_text
    bool take(const runtime::Event& event) {
      try {
        return generation.take(event);
      } catch (...) {
        error = std::current_exception();
        return false;
      }
    }
    void end(const runtime::Event& event) {
      Result result;
      if (const auto* failure = std::get_if<std::exception_ptr>(&event); failure && !error) error = *failure;
      if (!error) {
        try {
          result = generation.finish(std::get<runtime::Outcome>(event));
        } catch (...) {
          error = std::current_exception();
        }
      }
      done(std::move(result), error);
    }
  };
  const auto job = std::make_shared<Job>(Generation(files, info.vocabulary_size, prompt, options), std::move(done));
#if !defined(__EMSCRIPTEN__) || defined(__EMSCRIPTEN_PTHREADS__)
  driver->start_worker();
#endif
  driver->submit(job->generation.request(), [job](const runtime::Event& event) {
    if (!runtime::is_end(event)) return job->take(event);
    job->end(event);
    return true;
  });
}

}  // namespace gerbil
