#include "engine/generation.hpp"

#include <algorithm>
#include <cmath>
#include <format>
#include <limits>
#include <span>
#include <string>
#include <utility>

#include "base/boundary.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil {
namespace {

template <typename T>
void require(bool condition, std::string_view name, T value, std::string_view range) {
  if (condition) return;
  throw Error(ErrorCode::invalid_argument, std::format("{} is {}, but should be {}.", name, value, range));
}

void check_options(const GenerateOptions& options, std::int32_t vocabulary) {
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

std::optional<std::int32_t> special(const tokenizer::Tokenizer& tokenizer, const std::string& text) {
  const auto token = tokenizer.id(text);
  return token && tokenizer.is_special(*token) ? token : std::nullopt;
}

// Tokens that end the answer.
std::vector<std::int32_t> end_tokens(const ModelFiles& files, const GenerateOptions& options, bool ignore_end) {
  std::vector<std::int32_t> tokens = options.stop_tokens;
  if (!ignore_end) tokens.append_range(files.end_tokens);
  if (!files.tokenizer) return tokens;
  // Special tokens are no text: one that is named as a stop text ends the answer by its id.
  for (const std::string& stop : options.stop)
    if (const auto token = special(*files.tokenizer, stop)) tokens.push_back(*token);
  return tokens;
}

runtime::Request make_request(const Prompt& prompt, const GenerateOptions& options,
                              std::vector<std::int32_t> end_tokens, std::shared_ptr<runtime::Guide> guide) {
  const SamplingOptions& s = options.sampling;
  runtime::Generate generate{.max_tokens = options.max_tokens,
                             .sampling = {.temperature = s.temperature,
                                          .top_k = s.top_k,
                                          .top_p = s.top_p,
                                          .min_p = s.min_p,
                                          .seed = s.seed,
                                          .alternatives = options.log_probabilities},
                             .repetition_penalty = s.repetition_penalty,
                             .presence_penalty = s.presence_penalty,
                             .frequency_penalty = s.frequency_penalty,
                             .end_tokens = std::move(end_tokens),
                             .guide = std::move(guide)};
  for (const auto& [token, bias] : s.logit_bias) generate.bias.push_back({token, 1.0f, bias});
  runtime::Request request{.tokens = prompt.tokens, .task = std::move(generate)};
  return request;
}

TokenReport report(const runtime::TokenEvent& event) {
  if (event.probabilities.empty()) return {{event.token, std::numeric_limits<float>::quiet_NaN()}, {}};
  const std::span scored(event.probabilities);
  const auto convert = [](const ScoredToken& s) { return TokenProbability{s.token, s.log_probability}; };
  TokenReport result{convert(scored.front()), {}};
  for (const ScoredToken& other : scored.subspan(1)) result.alternatives.push_back(convert(other));
  return result;
}

FinishReason finish_reason(runtime::Ending ending) {
  switch (ending) {
    case runtime::Ending::length:
      return FinishReason::length;
    case runtime::Ending::cancelled:
      return FinishReason::cancelled;
    case runtime::Ending::end_token:
    case runtime::Ending::complete:
    case runtime::Ending::stopped:
      break;
  }
  return FinishReason::stop;
}

double rate(std::int32_t tokens, double seconds) { return seconds > 0.0 ? tokens / seconds : 0.0; }

}  // namespace

Generation::Generation(const ModelFiles& files, std::int32_t vocabulary, const Prompt& prompt,
                       const GenerateOptions& options, bool ignore_end, std::shared_ptr<GrammarGuide> guide)
    : tokenizer_(files.tokenizer ? &*files.tokenizer : nullptr),
      end_tokens_(gerbil::end_tokens(files, options, ignore_end)),
      reasoning_tags_(files.chat_templates ? files.chat_templates->reasoning_tags() : runtime::ReasoningTags()),
      on_text_(callers(options.on_text)),
      on_token_(callers(options.on_token)),
      call_format_(prompt.call_format),
      answer_(options.stop, reasoning_tags_,
              {.reasoning = prompt.in_reasoning,
               .tags = !guide || prompt.may_reason,
               .keeps_space = guide && guide->begins_with_space(),
               .exact = guide != nullptr},
              [this](std::string_view piece, bool reasoning) {
                if (calls_ && !reasoning) {
                  calls_->push(piece);
                } else if (on_text_) {
                  on_text_(piece, reasoning);
                }
              }),
      stops_(options.stop) {
  check_options(options, vocabulary);
  if (call_format_) {
    const auto text = [this](std::string_view piece) {
      if (on_text_) on_text_(piece, false);
    };
    calls_.emplace(*call_format_, calls::Tools(parse_exact_json(options.chat.tools, "The list of tools")),
                   prompt.earlier_calls, calls::ToolCallParser::Events{text, callers(options.on_tool_call)});
  }
  if (guide) spelled_ = guide->reasoning();
  request_ = make_request(prompt, options, end_tokens_, std::move(guide));
  if (tokenizer_) detokenizer_.emplace(*tokenizer_);
}

// With a grammar a text is what its tokens are to the grammar; a decoder may do otherwise at the beginning of a text.
std::string Generation::text_of(std::int32_t token) {
  if (!spelled_) return detokenizer_->push(token);
  if (spelled_->vocabulary().special(token)) return "";
  held_ += spelled_->vocabulary().bytes(token);
  const std::size_t whole = held_.size() - tokenizer::unfinished_utf8(held_);
  std::string storage;
  std::string text(tokenizer::well_formed_utf8(std::string_view(held_).substr(0, whole), storage));
  held_.erase(0, whole);
  return text;
}

std::string Generation::rest_of_text() {
  if (!spelled_) return detokenizer_->finish();
  std::string storage;
  return std::string(tokenizer::well_formed_utf8(std::exchange(held_, ""), storage));
}

bool Generation::take(const runtime::Event& event) {
  const auto* happened = std::get_if<runtime::TokenEvent>(&event);
  if (!happened) return true;
  const std::int32_t token = happened->token;
  if (on_token_) on_token_(report(*happened));
  if (!happened->probabilities.empty()) log_probabilities_.push_back(report(*happened));
  const bool reasoned = answer_.reasons();
  const bool more = push(token);
  if (reasoned || answer_.reasons()) ++reasoning_tokens_;
  return more;
}

bool Generation::push(std::int32_t token) {
  if (!detokenizer_ || std::ranges::contains(end_tokens_, token)) return true;
  if (tokenizer_->is_special(token)) {
    const std::string spelling = tokenizer_->token(token);
    if (is_written(spelling)) return answer_.push(rest_of_text() + spelling);
  }
  return answer_.push(text_of(token));
}

// A tokenizer may call tags special, or what they begin with, which leaves them out of the text; those that are looked
// for must be in it.
bool Generation::is_written(std::string_view special) const {
  if (special.empty()) return false;
  return reasoning_tags_.open.starts_with(special) || special == reasoning_tags_.close ||
         (call_format_ && calls::writes(*call_format_, special));
}

// In the text, or the special token that ended the answer.
std::string Generation::stop_sequence(const runtime::Outcome& outcome) const {
  if (answer_.stopped()) return answer_.stop_sequence();
  if (!tokenizer_ || outcome.ending != runtime::Ending::end_token || outcome.tokens.empty()) return {};
  const auto found = std::ranges::find_if(
      stops_, [&](const std::string& stop) { return special(*tokenizer_, stop) == outcome.tokens.back(); });
  return found == stops_.end() ? std::string() : *found;
}

GenerateResult Generation::finish(const runtime::Outcome& outcome) {
  if (detokenizer_) answer_.push(rest_of_text());
  answer_.finish();
  GenerateResult result;
  result.text = answer_.text();
  if (calls_) {
    calls_->finish(outcome.ending == runtime::Ending::end_token);
    result.text = calls_->text();
    result.tool_calls = calls_->calls();
    result.unfinished_tool_call = calls_->unfinished();
  }
  result.reasoning = answer_.reasoning();
  result.log_probabilities = std::move(log_probabilities_);
  // The last token that is allowed may complete a stop sequence.
  result.finish_reason = answer_.stopped() ? FinishReason::stop : finish_reason(outcome.ending);
  result.stop_sequence = stop_sequence(outcome);
  const bool calls = !result.tool_calls.empty() && result.unfinished_tool_call.empty();
  if (calls && result.finish_reason == FinishReason::stop) result.finish_reason = FinishReason::tool_calls;
  result.prompt_tokens = outcome.prompt_tokens;
  result.cached_tokens = outcome.cached_tokens;
  result.generated_tokens = static_cast<std::int32_t>(outcome.tokens.size());
  result.reasoning_tokens = reasoning_tokens_;
  result.tokens = outcome.tokens;
  result.timings.time_to_first_token = outcome.time_to_first_token;
  result.timings.prefill = outcome.prefill_seconds;
  result.timings.decode = outcome.decode_seconds;
  result.timings.prefill_tokens_per_second =
      rate(outcome.prompt_tokens - outcome.cached_tokens, outcome.prefill_seconds);
  result.timings.decode_tokens_per_second = rate(result.generated_tokens - 1, outcome.decode_seconds);
  return result;
}

}  // namespace gerbil
