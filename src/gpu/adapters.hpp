// The adapters that WebGPU offers on this machine.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gpu/device.hpp"

namespace gerbil::gpu {

struct Adapter {
  Capabilities capabilities;
  std::string type;       // "discrete GPU", "integrated GPU", "software", "unknown"
  std::string subgroups;  // "32 wide", "4 to 64 wide", "no"
};

// Every adapter that computes, best first: real before software, discrete before integrated.
std::vector<Adapter> adapters();

// How wide subgroups are that are between these.
std::string subgroup_text(std::uint32_t smallest, std::uint32_t largest);

// Of the shapes that multiply f16 to f32, the one that kernels use; all 0 when none fits them.
MatrixShape best_matrix(std::span<const MatrixShape> shapes);

// Buffers are whole words and have some. Throws Error{out_of_memory} when the device allows no such buffer.
std::uint64_t buffer_bytes(const Capabilities& device, std::uint64_t bytes, std::string_view label);

}  // namespace gerbil::gpu
