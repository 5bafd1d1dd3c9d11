// The arithmetic that a model's projections are made of, and its ceiling.
#pragma once

#include <string>

#include "gerbil/diagnostics.hpp"
#include "gerbil/model.hpp"

namespace gerbil::cli {

struct Arithmetic {
  std::string name;
  double operations_per_second = 0;
};

Arithmetic arithmetic(const ModelInfo& info, const LoadDiagnostics& diagnostics, const MachineCeilings& ceilings);

}  // namespace gerbil::cli
