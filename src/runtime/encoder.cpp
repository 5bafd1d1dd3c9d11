#include "runtime/encoder.hpp"

#include <algorithm>
#include <format>
#include <numeric>

#include "gerbil/error.hpp"

namespace gerbil::runtime {
namespace {

[[noreturn]] void fail(std::size_t text, const std::string& problem) {
  throw Error(ErrorCode::invalid_argument, std::format("Text {} {}.", text + 1, problem));
}

void check(std::span<const EncoderText> texts, const EncoderLimits& limits) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const EncoderText& text = texts[i];
    if (text.tokens.size() > static_cast<std::size_t>(limits.longest_text)) {
      fail(i, std::format("has {} tokens, but the model takes at most {}", text.tokens.size(), limits.longest_text));
    }
    if (!text.types.empty() && text.types.size() != text.tokens.size()) {
      fail(i, std::format("has {} types for {} tokens", text.types.size(), text.tokens.size()));
    }
    if (text.skipped < 0) fail(i, std::format("skips {} tokens", text.skipped));
    for (const std::int32_t token : text.tokens) {
      if (token < 0 || token >= limits.vocabulary) {
        fail(i, std::format("holds token {}, but the vocabulary has ids from 0 to {}", token, limits.vocabulary - 1));
      }
    }
    for (const std::int32_t type : text.types) {
      if (type < 0 || type >= limits.types) {
        fail(i, std::format("holds type {}, but the model has types from 0 to {}", type, limits.types - 1));
      }
    }
  }
}

// The texts of one step, and what their batch refers to.
struct Step {
  std::vector<std::int32_t> tokens, positions, sequences, types, ordinals, outputs, skipped, blocks;
  std::vector<SequenceView> views;
  std::vector<std::size_t> numbers;  // of the texts in the call

  bool takes(const EncoderText& text, const EncoderLimits& limits) const {
    return numbers.empty() || (std::ssize(numbers) < limits.step_texts &&
                               std::ssize(tokens) + std::ssize(text.tokens) <= limits.step_tokens);
  }

  void add(const EncoderText& text, std::size_t number, std::int32_t padding_token) {
    numbers.push_back(number);
    const auto sequence = static_cast<std::int32_t>(outputs.size());
    const auto length = static_cast<std::int32_t>(text.tokens.size());
    tokens.insert(tokens.end(), text.tokens.begin(), text.tokens.end());
    types.insert(types.end(), text.types.begin(), text.types.end());
    types.resize(tokens.size(), 0);
    for (std::int32_t i = 0; i < length; ++i) positions.push_back(i);
    std::int32_t counted = 0;
    for (const std::int32_t token : text.tokens) ordinals.push_back(token == padding_token ? 0 : ++counted);
    skipped.push_back(text.skipped);
    sequences.resize(tokens.size(), sequence);
    outputs.push_back(static_cast<std::int32_t>(tokens.size()) - 1);
  }

  // Pages from the first on, text after text.
  Batch batch() {
    views.clear();
    std::vector<std::int32_t> lengths(outputs.size());
    std::adjacent_difference(outputs.begin(), outputs.end(), lengths.begin());
    if (!lengths.empty()) ++lengths.front();  // rows count from 0
    const auto pages = [](std::int32_t length) { return (length + kv_block_tokens - 1) / kv_block_tokens; };
    std::int32_t all = 0;
    for (const std::int32_t length : lengths) all += pages(length);
    blocks.resize(static_cast<std::size_t>(all));
    std::iota(blocks.begin(), blocks.end(), 0);
    std::span<const std::int32_t> rest(blocks);
    for (const std::int32_t length : lengths) {
      const auto count = static_cast<std::size_t>(pages(length));
      views.push_back({rest.first(count), length, false, skipped[views.size()]});
      rest = rest.subspan(count);
    }
    return {.tokens = tokens,
            .positions = positions,
            .sequences = sequences,
            .types = types,
            .ordinals = ordinals,
            .views = views,
            .outputs = outputs};
  }
};

}  // namespace

std::vector<float> Encoder::run(std::span<const EncoderText> texts, std::int32_t task,
                                const std::function<bool(std::size_t)>& done) {
  check(texts, limits_);
  const auto width = static_cast<std::size_t>(limits_.width);
  std::vector<float> rows(texts.size() * width);
  for (std::size_t next = 0; next < texts.size();) {
    Step step;
    for (; next < texts.size(); ++next) {
      if (texts[next].tokens.empty()) continue;
      if (!step.takes(texts[next], limits_)) break;
      step.add(texts[next], next, limits_.padding_token);
    }
    if (!step.numbers.empty()) {
      Batch batch = step.batch();
      batch.task = task;
      const std::scoped_lock lock(running_);
      std::vector<std::int32_t> all(step.numbers.size());
      std::iota(all.begin(), all.end(), 0);
      program_->begin(batch);
      program_->choose({.read = all});
      const StepResult result = program_->finish();
      for (std::size_t i = 0; i < step.numbers.size(); ++i) {
        std::copy_n(result.rows.data() + i * width, width, rows.data() + step.numbers[i] * width);
      }
    }
    if (done && !done(next)) {
      throw Error(ErrorCode::cancelled, std::format("Cancelled after {} of {} texts.", next, texts.size()));
    }
  }
  return rows;
}

}  // namespace gerbil::runtime
