// Loops whose speed is a ceiling of the machine: what reading memory and multiplying bytes or floats can reach at best.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gerbil::kernels {

// Reads `bytes` (a multiple of 1024) once, in order. The result depends on all of them, so that nothing is left out.
std::uint64_t read_bytes(const std::byte* data, std::size_t bytes);

// Runs `iterations` rounds of independent byte dot products in registers and returns how many operations that were,
// multiply and add counted apart. `sink` receives a value that depends on all of them.
std::int64_t multiply_bytes(std::int64_t iterations, std::int32_t* sink);

// The same with fused multiply-adds of f32.
std::int64_t multiply_floats(std::int64_t iterations, float* sink);

}  // namespace gerbil::kernels
