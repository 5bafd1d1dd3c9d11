// The WGSL sources of this folder, embedded into the program when it is built.
#pragma once

#include <string_view>

namespace gerbil {

// The text of src/kernels/wgsl/NAME.wgsl; empty when there is no such file. backends/webgpu/kernel_source.hpp expands
// the directives in it.
std::string_view wgsl_source(std::string_view name);

}  // namespace gerbil
