// pull() with what its tests choose.
#pragma once

#include "gerbil/hub.hpp"
#include "hub/patience.hpp"

namespace gerbil::hub {

PullResult pull_with(const std::string& model, const PullOptions& options, const Patience& patience);

}  // namespace gerbil::hub
