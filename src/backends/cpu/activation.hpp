// The kernels know nothing of graphs: their names for activation functions.
#pragma once

#include "graph/ops.hpp"
#include "kernels/cpu/elementwise.hpp"

namespace gerbil::cpu {

inline kernels::Activation to_kernel(graph::Activation activation) {
  switch (activation) {
    case graph::Activation::silu:
      return kernels::Activation::silu;
    case graph::Activation::gelu:
      return kernels::Activation::gelu;
    case graph::Activation::gelu_tanh:
      return kernels::Activation::gelu_tanh;
    case graph::Activation::relu:
      return kernels::Activation::relu;
    case graph::Activation::tanh:
      return kernels::Activation::tanh;
    case graph::Activation::identity:
      break;
  }
  return kernels::Activation::identity;
}

}  // namespace gerbil::cpu
