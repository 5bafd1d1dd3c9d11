#include "bench_arithmetic.hpp"

namespace gerbil::cli {

Arithmetic arithmetic(const ModelInfo& info, const LoadDiagnostics& diagnostics, const MachineCeilings& ceilings) {
  const bool floats = ceilings.float_operations_per_second > 0 && (diagnostics.exact || info.quantization == "none");
  if (floats) return {"f32 multiply-adds", ceilings.float_operations_per_second};
  return {ceilings.arithmetic, ceilings.operations_per_second};
}

}  // namespace gerbil::cli
