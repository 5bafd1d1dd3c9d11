// The spelling of operations and activations in printed graphs and messages.
#pragma once

#include <string_view>

#include "graph/ops.hpp"

namespace gerbil::graph {

std::string_view name_of(const Operation& operation);
using gerbil::name_of;
std::string_view name_of(Pooling pooling);

}  // namespace gerbil::graph
