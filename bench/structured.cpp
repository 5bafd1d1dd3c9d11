// Decoding with a schema beside decoding without, by turns: the median of the seconds that a token took, and the ratio.
//
//   bench_structured MODEL [cpu|webgpu]
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "gerbil/gerbil.hpp"

namespace {

constexpr int rounds = 15;
constexpr int tokens = 128;

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + values.size() / 2);
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  namespace s = gerbil::schema;
  if (argc < 2) {
    std::fprintf(stderr, "bench_structured MODEL [cpu|webgpu]\n");
    return 1;
  }
  const bool gpu = argc > 2 && std::string(argv[2]) == "webgpu";
  const auto model =
      gerbil::Model::load(argv[1], {.device = gpu ? gerbil::Device::webgpu : gerbil::Device::cpu, .check = false});
  const gerbil::Generator generator(model, {.ignore_end = true});
  const auto person = s::object({{"name", s::text()},
                                 {"born", s::matching("\\d{4}-\\d\\d-\\d\\d")},
                                 {"children", s::integer(0, 20)},
                                 {"likes", s::list(s::one_of({"tea", "coffee", "milk"}))},
                                 {"notes", s::text(100, 4000).or_null()}});
  gerbil::GenerateOptions free{.max_tokens = tokens};
  free.sampling.temperature = 0.8f;
  free.chat.enable_thinking = false;
  gerbil::GenerateOptions bound = free;
  bound.grammar = s::list(person, 100);
  std::vector<double> without, with;
  for (int round = -1; round < rounds; ++round) {
    free.sampling.seed = bound.sampling.seed = static_cast<std::uint64_t>(round + 2);
    const auto seconds = [&](const gerbil::GenerateOptions& options) {
      const auto result = generator.generate("Invent some people.", options);
      return result.timings.decode / std::max(1, result.generated_tokens - 1);
    };
    const double a = seconds(free), b = seconds(bound);
    if (round < 0) continue;  // the vocabulary is read, and the schema compiled
    without.push_back(a);
    with.push_back(b);
  }
  std::printf("without %.0f us a token, with a schema %.0f us: %.3f of the speed\n", 1e6 * median(without),
              1e6 * median(with), median(without) / median(with));
}
