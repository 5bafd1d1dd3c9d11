// Measures how fast a model reads prompts and writes answers. The generators go on after the end of an answer
// (GenerateDiagnostics::ignore_end), so that all are as long as they are asked to be.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "gerbil/generator.hpp"

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
  std::int64_t drafted = 0;   // tokens that were guessed ahead
  std::int64_t accepted = 0;  // and right
};

// The context and the cache that the measurement needs.
std::int32_t longest(const GenerateBench& bench);
std::int32_t cache(const GenerateBench& bench, std::int32_t context_length);

// Tokens per second of reading a random prompt, and of decoding `count` tokens of each sequence.
double prefill(const Generator& generator, std::mt19937& random, std::int32_t prompt);
double decode(const Generator& generator, std::mt19937& random, const GenerateBench& bench, std::int32_t count);

Speeds bench_generate(const Generator& generator, const GenerateBench& bench, std::int32_t repetitions);

}  // namespace gerbil::cli
