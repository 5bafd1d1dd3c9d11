#include "engine/torch_activation.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "gerbil/error.hpp"

namespace gerbil {
namespace {

// Without those that have weights (PReLU), need arguments (Threshold) or look at a whole row (Softmax, GLU).
constexpr std::array<std::pair<std::string_view, Activation>, 22> classes{{{"Identity", Activation::identity},
                                                                           {"Tanh", Activation::tanh},
                                                                           {"Sigmoid", Activation::sigmoid},
                                                                           {"GELU", Activation::gelu},
                                                                           {"ReLU", Activation::relu},
                                                                           {"SiLU", Activation::silu},
                                                                           {"ReLU6", Activation::relu6},
                                                                           {"LeakyReLU", Activation::leaky_relu},
                                                                           {"RReLU", Activation::rrelu},
                                                                           {"ELU", Activation::elu},
                                                                           {"CELU", Activation::elu},
                                                                           {"SELU", Activation::selu},
                                                                           {"Mish", Activation::mish},
                                                                           {"Softplus", Activation::softplus},
                                                                           {"LogSigmoid", Activation::log_sigmoid},
                                                                           {"Softsign", Activation::softsign},
                                                                           {"Tanhshrink", Activation::tanhshrink},
                                                                           {"Hardshrink", Activation::hardshrink},
                                                                           {"Softshrink", Activation::softshrink},
                                                                           {"Hardtanh", Activation::hardtanh},
                                                                           {"Hardsigmoid", Activation::hardsigmoid},
                                                                           {"Hardswish", Activation::hardswish}}};

}  // namespace

Activation torch_activation(const std::string& path, Activation fallback, const std::string& where,
                            std::vector<std::string>& warnings) {
  if (!path.starts_with("torch.")) {
    warnings.push_back(where + " is \"" + path + "\", which is not one of PyTorch's own; " +
                       std::string(name_of(fallback)) + " takes its place.");
    return fallback;
  }
  const std::string name = path.substr(path.rfind('.') + 1);
  std::string known;
  for (const auto& [spelling, activation] : classes) {
    if (spelling == name) return activation;
    known += (known.empty() ? "" : ", ") + std::string(spelling);
  }
  throw Error(ErrorCode::unsupported, where + " is \"" + path + "\", but gerbil knows " + known + ".");
}

}  // namespace gerbil
