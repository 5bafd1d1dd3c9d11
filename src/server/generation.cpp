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

  void finish(std::size_t number, GenerateResult result, const std::exception_ptr& error) {
    if (!error) measure(result);
    if (exchange->done()) return;
    if (error) {
      cancellation.cancel();
      fail(*exchange, error);
    } else if (result.finish_reason == FinishReason::cancelled) {
      // Where the client has left, nobody hears it.
      fail(*exchange, std::make_exception_ptr(ApiError(503, "server_error", "cancelled", "The server ends.")));
    } else {
      answers->finish(number, std::move(result));
      if (--open == 0) answers->complete();
    }
  }
};

// All that a thread of the model does for an answer is to put down what happened.
void submit(const Generator& generator, const std::shared_ptr<Group>& group, std::size_t number, Job job, bool stream) {
  job.options.cancellation = group->cancellation;
  if (const double most = group->service.request_seconds; most > 0)
    job.options.timeout = job.options.timeout > 0 ? std::min(most, job.options.timeout) : most;
  if (stream) {
    job.options.on_text = [group, number](std::string_view piece, bool reasoning) {
      group->service.front->on_front([group, number, text = std::string(piece), reasoning] {
        if (!group->exchange->done()) group->answers->piece(number, text, reasoning);
      });
    };
    job.options.on_tool_call = [group, number](const ToolCallPiece& piece) {
      group->service.front->on_front([group, number,
                                      call = CallPiece{piece.index, std::string(piece.id), std::string(piece.name),
                                                       std::string(piece.arguments)}] {
        if (!group->exchange->done()) group->answers->call(number, call);
      });
    };
  }
  const auto done = [group, number](GenerateResult result, std::exception_ptr error) {
    on_front(group->service, group->exchange, [group, number, result = std::move(result), error]() mutable {
      group->finish(number, std::move(result), error);
    });
  };
  std::visit([&](const auto& prompt) { generator.submit(prompt, job.options, done); }, job.prompt);
}

}  // namespace

void generate(Service& service, const ExchangePtr& exchange, const Lease& lease, const std::string& model,
              std::vector<Job> jobs, std::shared_ptr<Answers> answers, bool stream) {
  const Generator generator(*lease);
  const auto group = std::make_shared<Group>(
      Group{service, exchange, lease, model, std::move(answers), exchange->gone.child(), jobs.size()});
  try {
    for (std::size_t number = 0; number < jobs.size(); ++number)
      submit(generator, group, number, std::move(jobs[number]), stream);
  } catch (...) {
    group->cancellation.cancel();
    throw;
  }
  if (stream) on_front(service, exchange, [exchange] { exchange->begin(); });
}

}  // namespace gerbil::server
