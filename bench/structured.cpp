// Decoding with a schema beside decoding without, by turns: the medians of the seconds that a token took, and the
// medians of the ratios of neighbouring turns. Known are the masks of a schema that has had answers, cold those of one
// that has had none; `whole` is a cold answer from its call to its end, with compiling.
//
//   bench_structured MODEL [DEVICE [THREADS [TEMPERATURE [ROUNDS [TOKENS]]]]]
//
// The logits of random weights are as N(0, 1): at a temperature of 0.15 as many tokens are likely as in real texts.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "gerbil/gerbil.hpp"

namespace {

namespace s = gerbil::schema;

struct Seconds {
  double token;
  double whole;
};

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + values.size() / 2);
  return values[values.size() / 2];
}

// Long enough for any number of tokens.
std::vector<std::pair<std::string, std::string>> schemas() {
  const auto person = s::object({{"name", s::text()},
                                 {"born", s::matching("\\d{4}-\\d\\d-\\d\\d")},
                                 {"children", s::integer(0, 20)},
                                 {"likes", s::list(s::one_of({"tea", "coffee", "milk"}))},
                                 {"notes", s::text(100, 4000).or_null()}});
  const auto ticket = s::object({{"title", s::text(1, 24)},
                                 {"kind", s::one_of({"bug", "wish", "question"})},
                                 {"urgent", s::boolean()},
                                 {"hours", s::number()},
                                 {"by", s::text(1, 12).or_null()}});
  return {{"people", s::list(person, 100).json()},
          {"strings", s::list(s::text(), 100).json()},
          {"short strings", s::list(s::text(1, 20), 100).json()},
          {"tickets", s::list(ticket, 100).json()}};
}

}  // namespace

int main(int argc, char** argv) {
  const auto word = [&](int i, const char* otherwise) { return std::string(i < argc ? argv[i] : otherwise); };
  if (argc < 2) {
    std::fprintf(stderr, "bench_structured MODEL [cpu|webgpu [THREADS [TEMPERATURE [ROUNDS [TOKENS]]]]]\n");
    return 1;
  }
  const int rounds = std::stoi(word(5, "15"));
  // What a random model writes repeats itself more than texts do, and would be guessed.
  const auto model =
      gerbil::Model::load(argv[1], {.device = word(2, "cpu") == "webgpu" ? gerbil::Device::webgpu : gerbil::Device::cpu,
                                    .threads = std::stoi(word(3, "0")),
                                    .speculate = false,
                                    .check = false});
  const gerbil::Generator generator(model, {.ignore_end = true});
  gerbil::GenerateOptions options{.max_tokens = std::stoi(word(6, "128"))};
  options.sampling.temperature = std::stof(word(4, "0.8"));
  options.chat.enable_thinking = false;
  const auto measure = [&](const std::string& schema) {
    options.grammar = {};
    if (!schema.empty()) options.grammar = gerbil::JsonSchema{schema};
    const auto start = std::chrono::steady_clock::now();
    const auto result = generator.generate("Invent something.", options);
    const std::chrono::duration<double> whole = std::chrono::steady_clock::now() - start;
    if (result.generated_tokens != options.max_tokens) {
      std::fprintf(stderr, "%d tokens instead of %d\n", result.generated_tokens, options.max_tokens);
      std::exit(1);
    }
    return Seconds{result.timings.decode / (result.generated_tokens - 1), whole.count()};
  };
  measure(schemas().front().second);  // the vocabulary is read
  std::printf("%-14s %12s %12s %7s %12s %7s %7s\n", "", "without, us", "known, us", "ratio", "cold, us", "ratio",
              "whole");
  for (const auto& [name, schema] : schemas()) {
    measure(schema);
    std::vector<double> times[3], ratios[3];
    for (int round = 0; round < rounds; ++round) {
      options.sampling.seed = static_cast<std::uint64_t>(round + 1);
      const Seconds without = measure("");
      const Seconds known = measure(schema);
      const Seconds cold = measure("{\"$comment\":\"" + std::to_string(round) + "\"," + schema.substr(1));
      for (const auto& [i, seconds] : {std::pair{0, without.token}, {1, known.token}, {2, cold.token}})
        times[i].push_back(seconds);
      ratios[0].push_back(without.token / known.token);
      ratios[1].push_back(without.token / cold.token);
      ratios[2].push_back(without.whole / cold.whole);
    }
    std::printf("%-14s %12.1f %12.1f %7.3f %12.1f %7.3f %7.3f\n", name.c_str(), 1e6 * median(times[0]),
                1e6 * median(times[1]), median(ratios[0]), 1e6 * median(times[2]), median(ratios[1]),
                median(ratios[2]));
  }
}
