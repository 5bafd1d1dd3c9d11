// A backend that accepts every graph and computes nothing: for planning without weights or a device.
#pragma once

#include <memory>

#include "backends/program.hpp"

namespace gerbil::null {

// A program whose steps return token 0 for every wanted row, and zeros as logits. It reads no weights; info() has the
// memory plan, and the operations and the bytes of the cache that the graph would need.
std::unique_ptr<Program> compile(const graph::Graph& graph, const ProgramOptions& options);

}  // namespace gerbil::null
