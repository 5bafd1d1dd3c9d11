// The choice of a device.
#pragma once

#include "gerbil/device.hpp"

namespace gerbil {

// Whether `device` means WebGPU on this machine. Throws Error{unsupported} when it does and gerbil was built without.
bool use_webgpu(Device device);

// Whether a call may wait for what `device` means. A page may not wait for its GPU: there everything is submitted.
bool may_wait(Device device);

}  // namespace gerbil
