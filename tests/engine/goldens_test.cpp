// Logits of the whole engine against those of transformers in float32, for every family and weight format.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "engine/golden_case.hpp"

namespace gerbil {
namespace {

using testing::GoldenCase;

class Goldens : public ::testing::TestWithParam<std::tuple<GoldenCase, Device>> {};

// The largest error relative to the largest logit; infinite when a logit is not a number.
double relative_error(const std::vector<float>& logits, const std::vector<float>& expected) {
  double error = 0, largest = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (!std::isfinite(logits[i])) return HUGE_VAL;
    error = std::max(error, std::abs(static_cast<double>(logits[i]) - expected[i]));
    largest = std::max(largest, std::abs(static_cast<double>(expected[i])));
  }
  return error / largest;
}

TEST_P(Goldens, LogitsMatchTransformers) {
  const auto& [golden, device] = GetParam();
  const std::vector<float> expected = testing::expected_logits(golden);
  const testing::ModelDirectory directory(golden);
  for (const bool optimize : {true, false}) {
    SCOPED_TRACE(optimize ? "optimized graph" : "graph as written");
    const LoadOptions options{.device = device,
                              .threads = 2,
                              .context_length = golden.context_length,
                              .quantize = golden.quantize,
                              .group_size = golden.group_size,
                              .check = false};
    const Generator generator(Model::load(directory.path(), options, {.exact = true, .optimize = optimize}));
    EXPECT_EQ(generator.model().info().vocabulary_size, golden.vocabulary_size);
    const std::vector<float> logits = generator.logits(golden.tokens);
    ASSERT_EQ(logits.size(), expected.size());
    const double error = relative_error(logits, expected);
    RecordProperty(optimize ? "error_optimized" : "error_as_written", std::to_string(error * 1e9) + "e-9");
    EXPECT_LT(error, golden.tolerance);
  }
}

std::string parameter_name(const ::testing::TestParamInfo<Goldens::ParamType>& info) {
  return std::get<0>(info.param).name + "_" + testing::device_name(std::get<1>(info.param));
}

std::vector<Goldens::ParamType> parameters() {
  std::vector<Goldens::ParamType> result;
  for (const GoldenCase& golden : testing::golden_cases()) {
    result.emplace_back(golden, Device::cpu);
    // The other spelling of the same configuration is no business of the device.
    if (!golden.name.ends_with("_transformers5")) result.emplace_back(golden, Device::webgpu);
  }
  return result;
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Goldens, ::testing::ValuesIn(parameters()), parameter_name);

// Decoding on a GPU is bound by the number of dispatches before anything else.
TEST(WebGpuDispatches, AtMostSixALayerAndOneReadback) {
  for (const std::string family : {"llama", "qwen2", "qwen3", "smollm3", "phi3"}) {
    const std::string name = family + "_config";
    const GoldenCase& golden = testing::golden_case(name);
    std::ifstream file(golden.folder / golden.config);
    const int layers = nlohmann::json::parse(file).at("num_hidden_layers");
    const testing::ModelDirectory directory(golden);
    const Model model = Model::load(directory.path(), {.device = Device::webgpu, .context_length = 32, .check = false});
    // Beside the layers: the embedding, the row whose logits are wanted, its logits, the choice of the token.
    EXPECT_LE(model.info().dispatches_per_token, 6 * layers + 4) << family;
    EXPECT_EQ(model.info().readbacks_per_token, 1) << family;
  }
}

TEST(GoldenManifest, HasEveryFamilyInEveryFormat) {
  std::set<std::string> names;
  for (const GoldenCase& golden : testing::golden_cases()) {
    EXPECT_TRUE(names.insert(golden.name).second) << golden.name << " is there twice";
  }
  for (const std::string family : {"llama", "qwen2", "qwen3", "smollm3", "phi3"}) {
    EXPECT_TRUE(names.contains(family + "_config")) << family;
    EXPECT_TRUE(names.contains(family + "_config_transformers5")) << family;
    EXPECT_TRUE(names.contains("mlx_" + family)) << family;
    EXPECT_TRUE(names.contains("gptq_" + family)) << family;
  }
  for (const std::string name :
       {"gemma3_config", "gemma3_pattern", "gemma3_vision_config", "mlx_gemma3", "gemma4_config", "gemma4_wide_config",
        "mlx_gemma4", "qwen3_5_config", "qwen3_5_interval", "qwen3_5_vision_config", "mlx_qwen3_5"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
  EXPECT_TRUE(names.contains("llama_config_int4_group32"));
  for (const std::string bits : {"2", "3", "4", "6", "8"}) {
    for (const std::string group : {"32", "64", "128"}) {
      EXPECT_TRUE(names.contains("mlx_grid_" + bits + "bit_group" + group)) << bits << " bits, group " << group;
    }
  }
}

}  // namespace
}  // namespace gerbil
