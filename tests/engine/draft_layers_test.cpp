// Layers of a checkpoint that draft tokens: answers are the same with them, and come in fewer steps.
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "gerbil/diagnostics.hpp"
#include "gerbil/gerbil.hpp"

namespace gerbil {
namespace {

using Tokens = std::vector<std::int32_t>;
const std::filesystem::path fixture = GERBIL_FIXTURES "/goldens/drafts/qwen3_5";

// A copy of the fixture, whose tensors are changed in place.
class Edited {
 public:
  using Edit = std::function<void(const std::string& name, std::span<float> values)>;
  explicit Edited(const Edit& edit) : path_(::testing::TempDir() + "gerbil_drafts_" + std::to_string(::getpid())) {
    std::filesystem::create_directories(path_);
    std::filesystem::copy_file(fixture / "config.json", path_ / "config.json");
    std::ifstream file(fixture / "model.safetensors", std::ios::binary);
    std::string bytes(std::istreambuf_iterator<char>(file), {});
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), sizeof length);
    const auto header = nlohmann::json::parse(bytes.substr(sizeof length, length));
    for (const auto& [name, tensor] : header.items()) {
      if (name == "__metadata__") continue;
      const auto begin = tensor["data_offsets"][0].get<std::size_t>(),
                 end = tensor["data_offsets"][1].get<std::size_t>();
      std::vector<float> values((end - begin) / sizeof(float));
      char* data = bytes.data() + sizeof length + length + begin;
      std::memcpy(values.data(), data, end - begin);
      edit(name, values);
      std::memcpy(data, values.data(), end - begin);
    }
    std::ofstream(path_ / "model.safetensors", std::ios::binary) << bytes;
  }
  ~Edited() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Edited(const Edited&) = delete;
  Edited& operator=(const Edited&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

// What comes next hangs on the last token alone, and the layers that draft see it just so: all blocks add nothing, and
// the draft's projection passes its embedding on.
void make_foreseeable(const std::string& name, std::span<float> values) {
  const bool adds =
      name.ends_with("o_proj.weight") || name.ends_with("out_proj.weight") || name.ends_with("down_proj.weight");
  const bool norm = name == "mtp.norm.weight" || name == "model.norm.weight";
  if (adds || norm || name.starts_with("mtp.pre_fc_norm")) std::ranges::fill(values, 0.0f);
  if (name != "mtp.fc.weight") return;
  std::ranges::fill(values, 0.0f);
  for (std::size_t row = 0; row < 64; ++row) values[row * 128 + row] = 1.0f;
}

class DraftLayers : public ::testing::TestWithParam<Device> {
 protected:
  static Model load(const std::string& path, bool speculate, std::int32_t cache = 0) {
    LoadOptions options{.device = GetParam(), .threads = 2, .cache_tokens = cache};
    options.speculate = speculate;
    options.check = false;
    return Model::load(path, options);
  }
  static Tokens prompt(std::int32_t count, std::int32_t seed) {
    Tokens tokens;
    for (std::int32_t i = 0; i < count; ++i) tokens.push_back((i * i * 37 + i * 11 + seed * 53) % 137);
    return tokens;
  }
  // Several answers at once, each with a way of its own.
  static std::vector<Tokens> answers(const Model& model) {
    const Generator generator(model, {.ignore_end = true});
    std::vector<std::future<Tokens>> together;
    for (std::int32_t i = 0; i < 5; ++i) {
      GenerateOptions options{.max_tokens = 50};
      if (i > 0) options.sampling = {.temperature = 1.0f, .seed = static_cast<std::uint64_t>(i)};
      if (i == 3) options.sampling.frequency_penalty = 0.5f;
      together.push_back(std::async(std::launch::async, [&generator, options, i] {
        return generator.generate(prompt(10 + 31 * i, i), options).tokens;
      }));
    }
    std::vector<Tokens> results;
    for (auto& each : together) results.push_back(each.get());
    return results;
  }
};

TEST_P(DraftLayers, AnswersAreTheSame) {
  const auto wanted = answers(load(fixture.string(), false));
  for (const std::int32_t cache : {0, 256}) {  // and where there is room for one or two of them
    const Model model = load(fixture.string(), true, cache);
    EXPECT_TRUE(model.warnings().empty()) << model.warnings().front();
    EXPECT_GT(model.info().draft_bytes, 0);
    EXPECT_EQ(answers(model), wanted);
    EXPECT_GT(model.statistics().drafted_tokens, 0);
  }
}

TEST_P(DraftLayers, WhatCanBeForeseenComesInFewSteps) {
  const Edited model(make_foreseeable);
  const Model plain = load(model.path(), false);
  const Model guessed = load(model.path(), true);
  const GenerateOptions options{.max_tokens = 100, .sampling = {.temperature = 1.5f, .seed = 7}};
  const Tokens wanted = Generator(plain, {.ignore_end = true}).generate(prompt(30, 1), options).tokens;
  EXPECT_EQ(Generator(guessed, {.ignore_end = true}).generate(prompt(30, 1), options).tokens, wanted);
  const ModelStatistics statistics = guessed.statistics();
  EXPECT_EQ(statistics.accepted_tokens, statistics.drafted_tokens);
  EXPECT_LT(statistics.steps, 20);
}

TEST_P(DraftLayers, WithoutSpeculationTheyAreNotThere) {
  const Model model = load(fixture.string(), false);
  EXPECT_EQ(model.info().draft_bytes, 0);
  EXPECT_EQ(answers(model).size(), 5u);
  EXPECT_EQ(model.statistics().drafted_tokens, 0);
}

TEST_P(DraftLayers, AModelThatIsGivenGuessesInstead) {
  const LoadOptions options{.device = GetParam(), .threads = 2, .draft = fixture.string(), .check = false};
  const Model model = Model::load(fixture.string(), options);
  EXPECT_EQ(answers(model), answers(load(fixture.string(), false)));
  EXPECT_GT(model.statistics().accepted_tokens, 0);
}

INSTANTIATE_TEST_SUITE_P(Devices, DraftLayers, ::testing::Values(Device::cpu, Device::webgpu),
                         [](const auto& way) { return way.param == Device::cpu ? "Cpu" : "WebGpu"; });

}  // namespace
}  // namespace gerbil
