// What of a request can be seen to be wrong before any work is done.
#include <algorithm>
#include <format>
#include <span>
#include <string>
#include <string_view>

#include "gerbil/error.hpp"
#include "runtime/scheduler.hpp"

namespace gerbil::runtime {

void check(const Request& request, const SchedulerOptions& options) {
  const auto require = [&](bool condition, const std::string& problem, ErrorCode code = ErrorCode::invalid_argument) {
    if (!condition) throw Error(code, std::format("{} {}.", request.name, problem));
  };
  const auto within = [&](std::span<const std::int32_t> numbers, std::int32_t count, std::string_view kind,
                          std::string_view whole) {
    const auto wrong = std::ranges::find_if(numbers, [&](std::int32_t n) { return n < 0 || n >= count; });
    if (wrong == numbers.end()) return;
    require(false, std::format("holds {} {}, but {} from 0 to {}", kind, *wrong, whole, count - 1));
  };
  const std::size_t length = request.tokens.size();
  require(length > 0, "has no tokens; it should have at least one");
  within(request.tokens, options.vocabulary, "token", "the vocabulary has ids");
  if (const auto* encode = std::get_if<Encode>(&request.task)) {
    require(options.whole_texts, "cannot be encoded: the model predicts tokens", ErrorCode::unsupported);
    require(length <= static_cast<std::size_t>(options.context_length),
            std::format("has {} tokens, but the model takes at most {}", length, options.context_length));
    require(encode->types.empty() || encode->types.size() == length,
            std::format("has {} types for {} tokens", encode->types.size(), length));
    within(encode->types, options.types, "type", "the model has types");
    require(encode->skipped >= 0, std::format("skips {} tokens", encode->skipped));
    return;
  }
  require(!options.whole_texts, "cannot be continued: the model encodes whole texts", ErrorCode::unsupported);
  std::int64_t answer = 0;
  if (const auto* generate = std::get_if<Generate>(&request.task)) {
    if (generate->max_tokens < 0) {
      throw Error(ErrorCode::invalid_argument,
                  std::format("max_tokens is {}, but should not be negative.", generate->max_tokens));
    }
    answer = std::max(1, generate->max_tokens);
  } else {
    const std::int32_t first = std::get<Score>(request.task).first;
    require(first >= 0 && first < std::ssize(request.tokens),
            std::format("has {} tokens, so the first row cannot be that of token {}", length, first));
  }
  const std::int64_t room = std::min(options.context_length, options.kv_tokens);
  require(static_cast<std::int64_t>(length) + answer <= room,
          // Clients look for these words of OpenAI's.
          std::format("has {} tokens and {} are to be generated, but this model's maximum context length is {} tokens; "
                      "shorten the prompt, lower max_tokens or load the model with a larger context_length",
                      length, answer, room),
          ErrorCode::context_full);
}

}  // namespace gerbil::runtime
