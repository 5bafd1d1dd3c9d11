#include "models/registry.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "gerbil/error.hpp"

namespace gerbil::models {
namespace {

using Build = graph::Graph (*)(const Json&);

constexpr std::array<std::pair<std::string_view, Build>, 5> families{{{"LlamaForCausalLM", build_llama},
                                                                      {"Qwen2ForCausalLM", build_qwen2},
                                                                      {"Qwen3ForCausalLM", build_qwen3},
                                                                      {"SmolLM3ForCausalLM", build_smollm3},
                                                                      {"Phi3ForCausalLM", build_phi3}}};

}  // namespace

std::string architecture(const Json& config) {
  const auto names = json_value<std::vector<std::string>>(config, "architectures", {});
  if (names.empty()) {
    throw Error(ErrorCode::corrupt, "config.json has no \"architectures\", so the model's family is unknown.");
  }
  return names.front();
}

graph::Graph build(const Json& config) {
  const std::string name = architecture(config);
  std::string known;
  for (const auto& [family, build_family] : families) {
    if (family == name) return build_family(config);
    known += (known.empty() ? "" : ", ") + std::string(family);
  }
  throw Error(ErrorCode::unsupported,
              "The architecture \"" + name + "\" is not supported; gerbil knows " + known + ".");
}

}  // namespace gerbil::models
