// Finding adapters through Dawn; shared by device.cpp and adapters.cpp.
#pragma once

#include <webgpu/webgpu_cpp.h>

#include <string>
#include <string_view>
#include <vector>

#include "gpu/device.hpp"

namespace gerbil::gpu {

// The process's instance.
wgpu::Instance instance();

// All adapters that compute, best first: real before software, discrete before integrated.
std::vector<wgpu::Adapter> find_adapters(const wgpu::Instance& instance);

// Everything but the features that a device has to ask for is final.
Capabilities capabilities_of(const wgpu::Instance& instance, const wgpu::Adapter& adapter);

inline std::string to_string(wgpu::StringView text) { return std::string(std::string_view(text)); }

}  // namespace gerbil::gpu
