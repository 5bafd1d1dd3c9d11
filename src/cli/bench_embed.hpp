// gerbil bench --embed: the speed of embeddings.
#pragma once

#include <cstdint>
#include <string>

#include "options.hpp"

namespace gerbil::cli {

struct EmbedBench {
  std::int32_t texts = 64;    // of one call
  std::int32_t tokens = 128;  // of each text, at least 1
};

// Measures `repetitions` calls after one that does not count, and prints a table or JSON. Gives the exit code.
int bench_embed(const std::string& model, const LoadFlags& load, const EmbedBench& bench, std::int32_t repetitions,
                bool json);

}  // namespace gerbil::cli
