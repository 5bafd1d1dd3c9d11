// wasm_generate NANO LLAMA: generates with the built-in model, compares the logits of a golden checkpoint with those of
// transformers, catches an error, and does it again where pointers are above 2 GiB. Exit code 0 when all is as it
// should be.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "gerbil/diagnostics.hpp"
#include "gerbil/generator.hpp"

namespace {

// The tokens of the case "llama_config" in tests/fixtures/goldens/manifest.json.
const std::vector<std::int32_t> kTokens{126, 41,  125, 114, 23, 98,  35, 24, 92, 113,
                                        64,  130, 130, 23,  11, 105, 34, 78, 64, 117};

bool tells_a_story(const std::string& model) {
  const gerbil::Generator generator(gerbil::Model::load(model, {.threads = 1, .context_length = 256}));
  std::string streamed;
  gerbil::GenerateOptions options{.max_tokens = 60};
  options.on_text = [&](std::string_view piece, bool reasoning) {
    if (!reasoning) streamed += piece;
  };
  const gerbil::GenerateResult result = generator.generate("Tell me a story about a fox", options);
  std::cout << result.text << "\n"
            << generator.model().info().device << ", " << result.timings.decode_tokens_per_second << " tok/s\n";
  return result.text.find("fox") != std::string::npos && streamed == result.text;
}

// Without threads the consumer of a stream makes the answer go on, so its first piece is there before the last is made.
bool streams(const std::string& model) {
  const gerbil::Generator generator(gerbil::Model::load(model, {.threads = 1, .context_length = 256}));
  int made = 0;
  gerbil::GenerateOptions options{.max_tokens = 60};
  options.on_text = [&](std::string_view, bool reasoning) { made += reasoning ? 0 : 1; };
  gerbil::Stream stream = generator.stream("Tell me a story about a fox", options);
  int seen = 0;
  int ahead = 0;
  for (const std::string_view piece : stream) {
    if (!piece.empty()) ++seen;
    ahead = std::max(ahead, made - seen);
  }
  std::cout << seen << " pieces, at most " << ahead << " made ahead\n";
  return seen > 20 && ahead < 5;
}

// The largest error, relative to the largest logit.
double golden_error(const std::string& folder) {
  const gerbil::Generator generator(gerbil::Model::load(folder, {.threads = 1, .check = false}, {.exact = true}));
  const std::vector<float> logits = generator.logits(kTokens);
  std::vector<float> expected(logits.size());
  std::ifstream file(folder + "/config.logits", std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(expected.data()),
                 static_cast<std::streamsize>(expected.size() * sizeof(float))))
    return INFINITY;
  double error = 0;
  double largest = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    error = std::max(error, std::abs(static_cast<double>(logits[i]) - static_cast<double>(expected[i])));
    largest = std::max(largest, std::abs(static_cast<double>(expected[i])));
  }
  std::cout << "error of the golden checkpoint: " << error / largest << "\n";
  return error / largest;
}

bool errors_are_caught() {
  try {
    gerbil::Model::load("/no/such/model", {.threads = 1});
  } catch (const gerbil::Error& error) {
    std::cout << error.what() << "\n";
    return error.code() == gerbil::ErrorCode::not_found;
  }
  return false;
}

}  // namespace

int main(int, char** arguments) {
  const auto works = [&] {
    return tells_a_story(arguments[1]) && streams(arguments[1]) && golden_error(arguments[2]) < 1e-4 &&
           errors_are_caught();
  };
  try {
    if (!works()) return 1;
    std::vector<std::unique_ptr<char[]>> ballast;
    while (reinterpret_cast<std::uintptr_t>(ballast.empty() ? nullptr : ballast.back().get()) <
           (std::uintptr_t{1} << 31))
      ballast.push_back(std::make_unique<char[]>(100 << 20));
    std::cout << "pointers from " << static_cast<const void*>(ballast.back().get()) << " on\n";
    return works() ? 0 : 1;
  } catch (const gerbil::Error& error) {
    std::cout << error.what() << "\n";
    return 1;
  }
}
