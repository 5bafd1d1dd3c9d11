// What runs a model: its graph compiled for a device, under a scheduler.
#pragma once

#include <memory>
#include <variant>

#include "backends/backend.hpp"
#include "backends/profiler.hpp"
#include "engine/source.hpp"
#include "gerbil/diagnostics.hpp"
#include "runtime/driver.hpp"

namespace gerbil {

// Who guesses how answers go on, of a model that generates: somebody, or layers of the model itself, whose graph
// is compiled beside it; or nobody.
using Guesser = std::variant<std::monostate, std::unique_ptr<runtime::Drafter>, graph::Graph>;

// `info` says how long a conversation or a text may be and what the
// vocabulary is, and is told what layers that guess take. Throws Error{out_of_memory} for what the device cannot hold.
std::unique_ptr<runtime::Driver> make_driver(Memory& memory, graph::Graph graph, const ModelSource& source,
                                             ModelInfo& info, const LoadOptions& options,
                                             const LoadDiagnostics& diagnostics,
                                             const std::shared_ptr<Profiler>& profiler, Guesser guesser = {});

}  // namespace gerbil
