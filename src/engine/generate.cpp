#include <algorithm>
#include <cmath>
#include <format>
#include <numeric>
#include <utility>

#include "engine/state.hpp"
#include "runtime/answer.hpp"

namespace gerbil {
namespace {

template <typename T>
void require(bool condition, std::string_view name, T value, std::string_view range) {
  if (condition) return;
  throw Error(ErrorCode::invalid_argument, std::format("{} is {}, but should be {}.", name, value, range));
}

void check_options(const Options& options, std::int32_t vocabulary) {
  const SamplingOptions& s = options.sampling;
  require(s.temperature >= 0.0f && std::isfinite(s.temperature), "temperature", s.temperature, "0 or more");
  require(s.top_k >= 0, "top_k", s.top_k, "0 or more");
  require(s.top_p > 0.0f && s.top_p <= 1.0f, "top_p", s.top_p, "above 0 and at most 1");
  require(s.min_p >= 0.0f && s.min_p <= 1.0f, "min_p", s.min_p, "between 0 and 1");
  require(s.repetition_penalty > 0.0f && std::isfinite(s.repetition_penalty), "repetition_penalty",
          s.repetition_penalty, "positive");
  require(std::isfinite(s.presence_penalty), "presence_penalty", s.presence_penalty, "a finite number");
  require(std::isfinite(s.frequency_penalty), "frequency_penalty", s.frequency_penalty, "a finite number");
  require(options.log_probabilities <= vocabulary, "log_probabilities", options.log_probabilities,
          "at most the vocabulary's size");
  const std::string ids = "an id from 0 to " + std::to_string(vocabulary - 1);
  for (const auto& [token, bias] : s.logit_bias) {
    require(token >= 0 && token < vocabulary, "A token of logit_bias", token, ids);
    require(!std::isnan(bias), "A value of logit_bias", bias, "a number");
  }
  for (const std::int32_t token : options.stop_tokens)
    require(token >= 0 && token < vocabulary, "A stop token", token, ids);
}

runtime::Request make_request(std::vector<std::int32_t> prompt, const Options& options,
                              const std::vector<std::int32_t>& end_tokens) {
  const SamplingOptions& s = options.sampling;
  runtime::Request request;
  request.prompt = std::move(prompt);
  request.max_tokens = options.max_tokens;
  request.sampling = {
      .temperature = s.temperature, .top_k = s.top_k, .top_p = s.top_p, .min_p = s.min_p, .seed = s.seed};
  request.repetition_penalty = s.repetition_penalty;
  request.presence_penalty = s.presence_penalty;
  request.frequency_penalty = s.frequency_penalty;
  for (const auto& [token, bias] : s.logit_bias) request.bias.push_back({token, 1.0f, bias});
  request.end_tokens = options.stop_tokens;
  if (!options.ignore_end) request.end_tokens.insert(request.end_tokens.end(), end_tokens.begin(), end_tokens.end());
  request.want_logits = options.log_probabilities >= 0;
  request.cancelled = [flag = options.cancellation] { return flag.cancelled(); };
  return request;
}

TokenReport report(std::int32_t token, std::span<const float> logits, int alternatives) {
  const float largest = *std::ranges::max_element(logits);
  double sum = 0.0;
  for (const float value : logits) sum += std::exp(static_cast<double>(value - largest));
  const double norm = largest + std::log(sum);
  const auto probability = [&](std::int32_t id) {
    return TokenProbability{id, static_cast<float>(logits[static_cast<std::size_t>(id)] - norm)};
  };
  TokenReport result{probability(token), {}};
  std::vector<std::int32_t> ids(logits.size());
  std::iota(ids.begin(), ids.end(), 0);
  const auto more_likely = [&](std::int32_t a, std::int32_t b) {
    const float x = logits[static_cast<std::size_t>(a)];
    const float y = logits[static_cast<std::size_t>(b)];
    return x > y || (x == y && a < b);
  };
  std::ranges::partial_sort(ids, ids.begin() + alternatives, more_likely);
  for (int i = 0; i < alternatives; ++i) result.alternatives.push_back(probability(ids[static_cast<std::size_t>(i)]));
  return result;
}

FinishReason finish_reason(runtime::Ending ending) {
  switch (ending) {
    case runtime::Ending::length:
      return FinishReason::length;
    case runtime::Ending::cancelled:
      return FinishReason::cancelled;
    case runtime::Ending::end_token:
    case runtime::Ending::stopped:
      break;
  }
  return FinishReason::stop;
}

double rate(std::int32_t tokens, double seconds) { return seconds > 0.0 ? tokens / seconds : 0.0; }

}  // namespace

const tokenizer::Tokenizer& Engine::State::tokenizer() const {
  if (!files.tokenizer) {
    throw Error(ErrorCode::unsupported,
                "The model '" + info.name + "' came without tokenizer.json, so it takes token ids only.");
  }
  return *files.tokenizer;
}

Result Engine::State::generate(std::vector<std::int32_t> prompt, const Options& options, bool in_reasoning) const {
  check_options(options, info.vocabulary_size);
  runtime::Request request = make_request(std::move(prompt), options, files.end_tokens);
  // Special tokens are no text: one that is named as a stop text ends the answer by its id.
  for (const std::string& stop : files.tokenizer ? options.stop : std::vector<std::string>()) {
    const auto token = files.tokenizer->id(stop);
    if (token && files.tokenizer->is_special(*token)) request.end_tokens.push_back(*token);
  }
  Result result;
  std::optional<tokenizer::Detokenizer> detokenizer;
  if (files.tokenizer) detokenizer.emplace(*files.tokenizer);
  runtime::AnswerText answer(options.stop, in_reasoning, options.on_text);
  const auto on_token = [&](std::int32_t token, std::span<const float> logits) {
    if (request.want_logits) result.log_probabilities.push_back(report(token, logits, options.log_probabilities));
    if (!detokenizer || std::ranges::contains(request.end_tokens, token)) return true;
    // A tokenizer may call its think tags special, which leaves them out of the text; the answer needs to see them.
    if (files.tokenizer->is_special(token)) {
      const std::string spelling = files.tokenizer->token(token);
      if (spelling == "<think>" || spelling == "</think>") return answer.push(detokenizer->finish() + spelling);
    }
    return answer.push(detokenizer->push(token));
  };
  runtime::Outcome outcome = require_scheduler().run(request, on_token);
  if (detokenizer) answer.push(detokenizer->finish());
  answer.finish();

  result.text = answer.text();
  result.reasoning = answer.reasoning();
  // The last token that is allowed may complete a stop sequence.
  result.finish_reason = answer.stopped() ? FinishReason::stop : finish_reason(outcome.ending);
  result.prompt_tokens = outcome.prompt_tokens;
  result.cached_tokens = outcome.cached_tokens;
  result.generated_tokens = static_cast<std::int32_t>(outcome.tokens.size());
  result.tokens = std::move(outcome.tokens);
  result.timings.time_to_first_token = outcome.time_to_first_token;
  result.timings.prefill = outcome.prefill_seconds;
  result.timings.decode = outcome.decode_seconds;
  result.timings.prefill_tokens_per_second =
      rate(outcome.prompt_tokens - outcome.cached_tokens, outcome.prefill_seconds);
  result.timings.decode_tokens_per_second = rate(result.generated_tokens - 1, outcome.decode_seconds);
  return result;
}

}  // namespace gerbil
