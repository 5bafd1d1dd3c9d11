// What runs a model: its graph compiled for a device, under a scheduler.
#pragma once

#include <memory>

#include "backends/backend.hpp"
#include "backends/profiler.hpp"
#include "engine/source.hpp"
#include "gerbil/diagnostics.hpp"
#include "runtime/driver.hpp"

namespace gerbil {

// `drafter`: of a model that generates; may be null. `info` says how long a conversation or a text may be and what the
// vocabulary is. Throws Error{out_of_memory} for what the device cannot hold.
std::unique_ptr<runtime::Driver> make_driver(Memory& memory, graph::Graph graph, const ModelSource& source,
                                             const ModelInfo& info, const LoadOptions& options,
                                             const LoadDiagnostics& diagnostics,
                                             const std::shared_ptr<Profiler>& profiler,
                                             std::unique_ptr<runtime::Drafter> drafter = nullptr);

}  // namespace gerbil
