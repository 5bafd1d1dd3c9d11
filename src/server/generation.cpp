#include "server/generation.hpp"

#include <algorithm>
#include <utility>

#include "server/errors.hpp"

namespace gerbil::server {
namespace {

struct Group {
  Service& service;
  ExchangePtr exchange;
  Lease lease;
  std::string model;
  std::shared_ptr<Answers> answers;
  Cancellation cancellation;
  bool stream = false;
  std::size_t open = 0;

  void measure(const GenerateResult& result) {
    ModelMetrics& metrics = service.metrics.models[model];
    metrics.prompt_tokens += static_cast<std::uint64_t>(result.prompt_tokens);
    metrics.cached_tokens += static_cast<std::uint64_t>(result.cached_tokens);
    metrics.generated_tokens += static_cast<std::uint64_t>(result.generated_tokens);
    if (result.finish_reason == FinishReason::cancelled) ++metrics.cancelled;
    if (result.generated_tokens > 0) metrics.first_token.add(result.timings.time_to_first_token);
    if (result.generated_tokens > 1) metrics.per_token.add(result.timings.decode / (result.generated_tokens - 1));
  }

  void finish(std::size_t number, GenerateResult result, const std::exception_ptr& error, Json log_probabilities) {
    if (!error) measure(result);
    if (exchange->done()) return;
    if (error) {
      cancellation.cancel();
      fail(*exchange, error);
    } else if (result.finish_reason == FinishReason::cancelled) {
      // Where the client has left, nobody hears it.
      fail(*exchange, std::make_exception_ptr(ApiError(503, "server_error", "cancelled", "The server ends.")));
    } else {
      answers->finish(number, std::move(result), std::move(log_probabilities));
      if (--open == 0) complete();
    }
  }

  void complete() {
    if (stream) return answers->end_stream();
    on_worker(service, exchange, [&service = service, exchange = exchange, answers = answers] {
      respond(service, exchange, answers->whole());
    });
  }
};

void listen(const std::shared_ptr<Group>& group, std::size_t number, GenerateOptions& options) {
  options.on_text = [group, number](std::string_view piece, bool reasoning) {
    group->service.front->on_front([group, number, text = std::string(piece), reasoning] {
      if (!group->exchange->done()) group->answers->piece(number, text, reasoning);
    });
  };
  options.on_tool_call = [group, number](const ToolCallPiece& piece) {
    group->service.front->on_front([group, number,
                                    call = CallPiece{piece.index, std::string(piece.id), std::string(piece.name),
                                                     std::string(piece.arguments), piece.whole}] {
      if (!group->exchange->done()) group->answers->call(number, call);
    });
  };
}

void finish(const std::shared_ptr<Group>& group, std::size_t number, GenerateResult result,
            const std::exception_ptr& error, Json log_probabilities = nullptr) {
  on_front(group->service, group->exchange,
           [group, number, result = std::move(result), error, list = std::move(log_probabilities)]() mutable {
             group->finish(number, std::move(result), error, std::move(list));
           });
}

// All that a thread of the model does for an answer is to put down what happened.
void submit(const Generator& generator, const std::shared_ptr<Group>& group, std::size_t number, const Prompt& prompt,
            GenerateOptions options) {
  options.cancellation = group->cancellation;
  if (group->stream) listen(group, number, options);
  const auto done = [group, number](GenerateResult result, const std::exception_ptr& error) {
    if (error || result.log_probabilities.empty()) return finish(group, number, std::move(result), error);
    on_worker(group->service, group->exchange, [group, number, result = std::move(result)]() mutable {
      Json list = group->answers->log_probabilities(number, result);
      finish(group, number, std::move(result), nullptr, std::move(list));
    });
  };
  std::visit([&](const auto& text) { generator.submit(text, options, done); }, prompt);
}

}  // namespace

void generate(Service& service, const ExchangePtr& exchange, const Lease& lease, const std::string& model,
              const std::vector<Prompt>& prompts, std::int32_t count, const GenerateOptions& options,
              std::shared_ptr<Answers> answers, bool stream) {
  const Generator generator(*lease);
  const auto answers_each = static_cast<std::size_t>(count);
  const auto group = std::make_shared<Group>(Group{service, exchange, lease, model, std::move(answers),
                                                   exchange->gone.child(), stream, prompts.size() * answers_each});
  try {
    for (std::size_t number = 0; number < prompts.size() * answers_each; ++number) {
      GenerateOptions own = options;
      own.sampling.seed += number % answers_each;
      own.timeout = time_left(service, *exchange, options.timeout);
      submit(generator, group, number, prompts[number / answers_each], std::move(own));
    }
  } catch (...) {
    group->cancellation.cancel();
    throw;
  }
  if (stream) on_front(service, exchange, [exchange] { exchange->begin(); });
}

}  // namespace gerbil::server
