#include "server/generation.hpp"

#include <algorithm>
#include <utility>

#include "gerbil/diagnostics.hpp"

namespace gerbil::server {
namespace {

struct Group {
  Service& service;
  ExchangePtr exchange;
  NamedModel model;
  std::shared_ptr<Answers> answers;
  Cancellation cancellation;
  bool stream = false;
  std::size_t open = 0;
  std::string key;                 // that the results are kept by; empty: they are not
  ResponseCache::Results results;  // where they are

  void measure(const GenerateResult& result) {
    ModelMetrics& metrics = service.metrics.models[model.id];
    metrics.prompt_tokens += static_cast<std::uint64_t>(result.prompt_tokens);
    metrics.cached_tokens += static_cast<std::uint64_t>(result.cached_tokens);
    metrics.generated_tokens += static_cast<std::uint64_t>(result.generated_tokens);
    if (result.finish_reason == FinishReason::cancelled) ++metrics.cancelled;
    if (exchange->trace) exchange->trace->add(result);
    if (result.generated_tokens > 0) metrics.first_token.add(result.timings.time_to_first_token);
    if (result.generated_tokens > 1) metrics.per_token.add(result.timings.decode / (result.generated_tokens - 1));
  }

  void finish(std::size_t number, GenerateResult result, const std::exception_ptr& error) {
    if (!error) measure(result);
    if (exchange->done()) return;
    if (error) {
      cancellation.cancel();
      end_with(to_api_error(error));
    } else if (result.finish_reason == FinishReason::cancelled) {
      // Where the client has left, nobody hears it.
      end_with({503, "server_error", "cancelled", "The server ends."});
    } else {
      if (!key.empty()) results[number] = result;
      answers->finish(number, std::move(result));
      if (--open > 0) return;
      if (!key.empty()) service.cache.keep(key, std::move(results));
      complete();
    }
  }

  void end_with(const ApiError& error) const {
    const std::string last = exchange->streaming() ? answers->failure(error) : std::string();
    if (last.empty()) return fail(*exchange, std::make_exception_ptr(error));
    exchange->send(last);
    exchange->end();
  }

  void complete() {
    if (stream) return answers->end_stream();
    on_worker(service, exchange, [&service = service, exchange = exchange, answers = answers] {
      respond(service, exchange, answers->whole());
    });
  }
};

void listen(const std::shared_ptr<Group>& group, std::size_t number, GenerateOptions& options) {
  if (options.log_probabilities >= 0) {
    options.on_token = [group, number](const TokenReport& token) {
      group->service.front->on_front([group, number, token] {
        if (!group->exchange->done()) group->answers->token(number, token);
      });
    };
  }
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

// All that a thread of the model does for an answer is to put down what happened.
void submit(const Generator& generator, const std::shared_ptr<Group>& group, std::size_t number, const Prompt& prompt,
            GenerateOptions options) {
  options.cancellation = group->cancellation;
  if (group->stream) listen(group, number, options);
  const auto done = [group, number](GenerateResult result, const std::exception_ptr& error) {
    on_front(group->service, group->exchange, [group, number, result = std::move(result), error]() mutable {
      group->finish(number, std::move(result), error);
    });
  };
  std::visit([&](const auto& text) { generator.submit(text, options, done); }, prompt);
}

// As they might have come.
void send_pieces(Answers& answers, std::size_t number, const GenerateResult& result) {
  for (const TokenReport& token : result.log_probabilities) answers.token(number, token);
  if (!result.reasoning.empty()) answers.piece(number, result.reasoning, true);
  if (!result.text.empty()) answers.piece(number, result.text, false);
  for (std::size_t i = 0; i < result.tool_calls.size(); ++i) {
    const auto& [id, name, arguments] = result.tool_calls[i];
    answers.call(number, {.index = i, .id = id, .name = name, .arguments = arguments, .whole = true});
  }
}

void answer_from_cache(Group& group, const ResponseCache::Results& results) {
  if (group.stream) group.exchange->begin();
  group.answers->from_cache();
  for (std::size_t number = 0; number < results.size(); ++number) {
    if (group.stream) send_pieces(*group.answers, number, results[number]);
    group.answers->finish(number, results[number]);
  }
  group.complete();
}

// Whether the results are there; otherwise they will be kept, where they may be.
bool look_into_cache(const std::shared_ptr<Group>& group, const Asked& asked, std::size_t all) {
  Service& service = group->service;
  if (!service.cache.enabled() || !asked.repeatable) return false;
  const CacheWish wish = cache_wish(group->exchange->request().header("cache-control"));
  const std::string key = cache_key(group->model, asked);
  if (const auto results = wish.read ? service.cache.find(key) : nullptr) {
    on_front(service, group->exchange, [group, results] { answer_from_cache(*group, *results); });
    return true;
  }
  if (wish.keep) group->key = key;
  if (wish.keep) group->results.resize(all);
  return false;
}

}  // namespace

void generate(Service& service, const ExchangePtr& exchange, const NamedModel& model, const Asked& asked,
              std::shared_ptr<Answers> answers) {
  const Generator generator(*model.lease, GenerateDiagnostics{.ignore_end = asked.ignore_end});
  const auto answers_each = static_cast<std::size_t>(asked.count);
  const std::size_t all = asked.prompts.size() * answers_each;
  const auto group = std::make_shared<Group>(
      Group{service, exchange, model, std::move(answers), exchange->gone.child(), asked.stream, all});
  if (look_into_cache(group, asked, all)) return;
  try {
    for (std::size_t number = 0; number < all; ++number) {
      GenerateOptions own = asked.options;
      own.sampling.seed += number % answers_each;
      own.timeout = time_left(service, *exchange, own.timeout);
      submit(generator, group, number, asked.prompts[number / answers_each], std::move(own));
    }
  } catch (const GrammarError& error) {
    group->cancellation.cancel();
    ApiError api = to_api_error(error);
    if (api.param.empty()) api.param = asked.answer_param;
    throw api;
  } catch (...) {
    group->cancellation.cancel();
    throw;
  }
  if (asked.stream) on_front(service, exchange, [exchange] { exchange->begin(); });
}

}  // namespace gerbil::server
