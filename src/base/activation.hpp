// The activation functions that models name, by their meaning.
#pragma once

#include <string_view>

namespace gerbil {

// Functions that have parameters have PyTorch's defaults. Reference: torch.nn.modules.activation; transformers,
// activations.py, for gelu_tanh, gelu_10, quick_gelu, relu2, laplace and sqrt_softplus.
enum class Activation {
  identity,
  silu,
  gelu,
  gelu_tanh,
  relu,
  tanh,
  sigmoid,
  quick_gelu,
  gelu_10,
  relu2,
  relu6,
  leaky_relu,
  rrelu,
  elu,
  selu,
  mish,
  softplus,
  sqrt_softplus,
  log_sigmoid,
  softsign,
  tanhshrink,
  hardshrink,
  softshrink,
  hardtanh,
  hardsigmoid,
  hardswish,
  laplace,
};

// "silu", the spelling in printed graphs; WGSL has the same in capitals.
std::string_view name_of(Activation activation);

double activate(Activation activation, double x);

}  // namespace gerbil
