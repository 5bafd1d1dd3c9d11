// gerbil bench --profile: what the operations of a step take, and how much of the machine's peaks each reaches.
#pragma once

#include <cstdint>
#include <string>

#include "bench_generate.hpp"
#include "options.hpp"

namespace gerbil::cli {

// Measures `repetitions` prompts and answers after one of each that does not count, and prints tables or JSON. Gives
// the exit code.
int bench_profile(const std::string& model, LoadFlags load, const GenerateBench& bench, std::int32_t repetitions,
                  bool json);

}  // namespace gerbil::cli
