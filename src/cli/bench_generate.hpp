// Measures how fast a model reads prompts and writes answers.
#pragma once

#include <cstdint>
#include <vector>

#include "gerbil/engine.hpp"

namespace gerbil::cli {

struct GenerateBench {
  std::int32_t prompt = 512;   // tokens to prefill; 0: none
  std::int32_t generate = 64;  // tokens to decode; 0: none
  std::int32_t depth = 1;      // tokens before the decoded ones
  std::int32_t sequences = 1;  // that are decoded at once
};

// Tokens per second, one a repetition; of decoding, of all sequences together.
struct Speeds {
  std::vector<double> prefill, decode;
};

// The context and the cache that the measurement needs.
std::int32_t longest(const GenerateBench& bench);
std::int32_t cache(const GenerateBench& bench, std::int32_t context_length);

Speeds bench_generate(const Engine& engine, const GenerateBench& bench, std::int32_t repetitions);

}  // namespace gerbil::cli
