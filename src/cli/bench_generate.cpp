#include "bench_generate.hpp"

#include <algorithm>
#include <future>
#include <memory>
#include <random>

namespace gerbil::cli {
namespace {

// Tokens drawn evenly from the vocabulary: every prompt is another one, so that no part of it is found in the cache.
std::vector<std::int32_t> random_prompt(std::mt19937& random, std::int32_t length, std::int32_t vocabulary) {
  std::uniform_int_distribution<std::int32_t> token(0, vocabulary - 1);
  std::vector<std::int32_t> tokens(static_cast<std::size_t>(length));
  for (std::int32_t& id : tokens) id = token(random);
  return tokens;
}

GenerateOptions answer_of(std::int32_t tokens) { return {.max_tokens = tokens}; }

}  // namespace

double prefill(const Generator& generator, std::mt19937& random, std::int32_t prompt) {
  const auto tokens = random_prompt(random, prompt, generator.model().info().vocabulary_size);
  return generator.generate(tokens, answer_of(1)).timings.prefill_tokens_per_second;
}

// Of all sequences together, while the slowest decodes. The first token of each belongs to its prompt's step, so one
// more gives `count` steps.
double decode(const Generator& generator, std::mt19937& random, const GenerateBench& bench, std::int32_t count) {
  const auto prompt = [&] { return random_prompt(random, bench.depth, generator.model().info().vocabulary_size); };
  if (bench.sequences == 1) return generator.generate(prompt(), answer_of(count + 1)).timings.decode_tokens_per_second;
  std::vector<std::future<double>> seconds;
  for (std::int32_t i = 0; i < bench.sequences; ++i) {
    const auto own = std::make_shared<std::promise<double>>();
    seconds.push_back(own->get_future());
    generator.submit(prompt(), answer_of(count + 1),
                     [own](const GenerateResult& result, const std::exception_ptr& error) {
                       error ? own->set_exception(error) : own->set_value(result.timings.decode);
                     });
  }
  double slowest = 0;
  for (std::future<double>& own : seconds) slowest = std::max(slowest, own.get());
  return slowest > 0 ? bench.sequences * static_cast<double>(count) / slowest : 0;
}

std::int32_t longest(const GenerateBench& bench) { return std::max(bench.prompt, bench.depth + bench.generate) + 2; }

// Twice the context is what a model is loaded with by default; a page of 32 tokens of each sequence may be unfilled.
std::int32_t cache(const GenerateBench& bench, std::int32_t context_length) {
  const std::int64_t together = std::int64_t{bench.sequences} * (bench.depth + bench.generate + 2 + 32);
  const std::int64_t wanted = std::max(std::int64_t{2} * context_length, together);
  return static_cast<std::int32_t>(std::min<std::int64_t>(wanted, LoadOptions::most_tokens));
}

Speeds bench_generate(const Generator& generator, const GenerateBench& bench, std::int32_t repetitions) {
  Speeds speeds;
  std::mt19937 random(1);
  // The first run of each kind pays for page faults and caches: it is not counted.
  for (std::int32_t repetition = -1; repetition < repetitions; ++repetition) {
    if (bench.prompt > 0) {
      const double speed = prefill(generator, random, bench.prompt);
      if (repetition >= 0) speeds.prefill.push_back(speed);
    }
    if (bench.generate > 0) {
      const double speed = decode(generator, random, bench, repetition < 0 ? 1 : bench.generate);
      if (repetition >= 0) speeds.decode.push_back(speed);
    }
  }
  const ModelStatistics statistics = generator.model().statistics();
  speeds.drafted = statistics.drafted_tokens;
  speeds.accepted = statistics.accepted_tokens;
  return speeds;
}

}  // namespace gerbil::cli
