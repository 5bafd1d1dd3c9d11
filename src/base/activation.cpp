#include "base/activation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace gerbil {
namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, 27> names{
    "identity",   "silu",       "gelu",     "gelu_tanh",     "relu",        "tanh",     "sigmoid",
    "quick_gelu", "gelu_10",    "relu2",    "relu6",         "leaky_relu",  "rrelu",    "elu",
    "selu",       "mish",       "softplus", "sqrt_softplus", "log_sigmoid", "softsign", "tanhshrink",
    "hardshrink", "softshrink", "hardtanh", "hardsigmoid",   "hardswish",   "laplace"};
static_assert(names.size() == static_cast<std::size_t>(Activation::laplace) + 1);

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double gelu(double x) { return 0.5 * x * (1 + std::erf(x / std::numbers::sqrt2)); }
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

}  // namespace

std::string_view name_of(Activation activation) { return names[static_cast<std::size_t>(activation)]; }

double activate(Activation activation, double x) {
  switch (activation) {
    case Activation::silu:
      return x * sigmoid(x);
    case Activation::gelu:
      return gelu(x);
    case Activation::gelu_tanh:
      return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
    case Activation::relu:
      return std::max(x, 0.0);
    case Activation::tanh:
      return std::tanh(x);
    case Activation::sigmoid:
      return sigmoid(x);
    case Activation::quick_gelu:
      return x * sigmoid(1.702 * x);
    case Activation::gelu_10:
      return std::clamp(gelu(x), -10.0, 10.0);
    case Activation::relu2:
      return std::max(x, 0.0) * std::max(x, 0.0);
    case Activation::relu6:
      return std::clamp(x, 0.0, 6.0);
    case Activation::leaky_relu:
      return x < 0 ? 0.01 * x : x;
    case Activation::rrelu:  // the middle of the slopes that training draws from
      return x < 0 ? (1.0 / 8 + 1.0 / 3) / 2 * x : x;
    case Activation::elu:
      return x < 0 ? std::expm1(x) : x;
    case Activation::selu:
      return 1.0507009873554805 * (x < 0 ? 1.6732632423543772 * std::expm1(x) : x);
    case Activation::mish:
      return x * std::tanh(softplus(x));
    case Activation::softplus:
      return softplus(x);
    case Activation::sqrt_softplus:
      return std::sqrt(softplus(x));
    case Activation::log_sigmoid:
      return -softplus(-x);
    case Activation::softsign:
      return x / (1 + std::abs(x));
    case Activation::tanhshrink:
      return x - std::tanh(x);
    case Activation::hardshrink:
      return std::abs(x) > 0.5 ? x : 0;
    case Activation::softshrink:
      return x - std::clamp(x, -0.5, 0.5);
    case Activation::hardtanh:
      return std::clamp(x, -1.0, 1.0);
    case Activation::hardsigmoid:
      return std::clamp(x + 3, 0.0, 6.0) / 6;
    case Activation::hardswish:
      return x * std::clamp(x + 3, 0.0, 6.0) / 6;
    case Activation::laplace:
      return 0.5 * (1 + std::erf((x - 0.707107) / (0.282095 * std::numbers::sqrt2)));
    case Activation::identity:
      break;
  }
  return x;
}

}  // namespace gerbil
