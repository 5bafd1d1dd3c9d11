#include "models/values.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "gerbil/error.hpp"

namespace gerbil::models {

std::int32_t read_size(const Json& config, std::string_view key, std::int32_t fallback, std::int32_t largest) {
  const auto value =
      fallback > 0 ? json_value<std::int32_t>(config, key, fallback) : json_required<std::int32_t>(config, key);
  if (value < 1 || value > largest) {
    throw Error(ErrorCode::corrupt, "\"" + std::string(key) + "\" in config.json is " + std::to_string(value) +
                                        ", but should be between 1 and " + std::to_string(largest) + ".");
  }
  return value;
}

float read_epsilon(const Json& config, std::string_view key, float fallback) {
  const auto epsilon = json_value<float>(config, key, fallback);
  if (!(epsilon >= 0.0f && epsilon < 1.0f)) {
    throw Error(ErrorCode::corrupt, "\"" + std::string(key) + "\" in config.json is " + std::to_string(epsilon) +
                                        ", but should be at least 0 and below 1.");
  }
  return epsilon;
}

LayerType read_layer_type(const Json& config, std::int32_t layer, LayerType fallback, LayerType other) {
  const auto types = json_value<std::vector<std::string>>(config, "layer_types", {});
  if (types.empty()) return fallback;
  if (static_cast<std::size_t>(layer) >= types.size()) {
    throw Error(ErrorCode::corrupt, "\"layer_types\" in config.json has " + std::to_string(types.size()) +
                                        " entries, too few for layer " + std::to_string(layer) + ".");
  }
  const std::string& type = types[static_cast<std::size_t>(layer)];
  const std::string_view known = other == LayerType::linear_attention ? "linear_attention" : "sliding_attention";
  if (type == known) return other;
  if (type == "full_attention") return LayerType::full_attention;
  throw Error(ErrorCode::unsupported, "Layer " + std::to_string(layer) + " has the type \"" + type +
                                          "\" in config.json, but gerbil knows full_attention and " +
                                          std::string(known) + " in this family.");
}

Activation read_activation(const Json& config, std::string_view key, std::string_view fallback) {
  // ACT2FN of transformers, activations.py, without prelu and xielu, which have weights.
  static constexpr std::array<std::pair<std::string_view, Activation>, 22> known{
      {{"silu", Activation::silu},
       {"swish", Activation::silu},
       {"gelu", Activation::gelu},
       {"gelu_python", Activation::gelu},
       {"gelu_new", Activation::gelu_tanh},
       {"gelu_fast", Activation::gelu_tanh},
       {"gelu_accurate", Activation::gelu_tanh},
       {"gelu_pytorch_tanh", Activation::gelu_tanh},
       {"gelu_python_tanh", Activation::gelu_tanh},
       {"gelu_10", Activation::gelu_10},
       {"quick_gelu", Activation::quick_gelu},
       {"relu", Activation::relu},
       {"relu2", Activation::relu2},
       {"relu6", Activation::relu6},
       {"leaky_relu", Activation::leaky_relu},
       {"tanh", Activation::tanh},
       {"sigmoid", Activation::sigmoid},
       {"hardswish", Activation::hardswish},
       {"mish", Activation::mish},
       {"sqrtsoftplus", Activation::sqrt_softplus},
       {"laplace", Activation::laplace},
       {"linear", Activation::identity}}};
  const auto name = json_value<std::string>(config, key, std::string(fallback));
  std::string names;
  for (const auto& [spelling, activation] : known) {
    if (spelling == name) return activation;
    names += (names.empty() ? "" : ", ") + std::string(spelling);
  }
  throw Error(ErrorCode::unsupported,
              "\"" + std::string(key) + "\" in config.json is \"" + name + "\", but gerbil knows " + names + ".");
}

}  // namespace gerbil::models
