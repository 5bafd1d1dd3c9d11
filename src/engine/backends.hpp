// The devices of this process, which its models share.
#pragma once

#include <memory>

#include "backends/backend.hpp"
#include "gerbil/model.hpp"

namespace gerbil {

// On the device that the options choose, with as many threads as they say. All models that ask for the same have one
// backend, as long as any of them is there and its device has not been lost. Throws Error{unsupported} for a device
// that is not there.
std::shared_ptr<Backend> shared_backend(const LoadOptions& options);

// The same, for one model alone.
std::shared_ptr<Backend> own_backend(const LoadOptions& options);

}  // namespace gerbil
