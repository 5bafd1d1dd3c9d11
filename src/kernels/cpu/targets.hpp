// The instruction sets that the kernels are compiled for, and which of them run. Include before any header of Highway.
#pragma once

#include <span>
#include <string>

#include "base/instruction_sets.hpp"

namespace gerbil::kernels {

enum class Target { best, sse2, avx2, avx512_vnni };

// The instruction set that kernels use now, for people: "AVX-512 VNNI", "AVX2", "NEON", …
std::string target_name();

// The targets that this build and this machine can run, `best` excluded.
std::span<const Target> available_targets();

// Makes every kernel use `target` from now on, `best` to undo it; for tests and comparisons. Not while a kernel runs.
void use_target(Target target);

}  // namespace gerbil::kernels
