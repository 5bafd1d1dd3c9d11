// Layers of a checkpoint that draft tokens: answers are the same with them, and come in fewer steps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <nlohmann/json.hpp>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "gerbil/diagnostics.hpp"
#include "gerbil/gerbil.hpp"
#include "gerbil/inspect.hpp"

namespace gerbil {
namespace {

using Tokens = std::vector<std::int32_t>;
const std::filesystem::path fixture = GERBIL_FIXTURES "/goldens/drafts/qwen3_5";

// A copy of the fixture with changed tensors, and with its layers four times, so that a layer that guesses is cheap
// beside them.
class Deep {
 public:
  using Edit = std::function<void(const std::string& name, std::span<float> values)>;
  // `change` may say something else of the tensors.
  explicit Deep(const Edit& edit, const std::function<void(nlohmann::json& header)>& change = {})
      : path_(::testing::TempDir() + "gerbil_drafts_" + std::to_string(::getpid())) {
    std::filesystem::create_directories(path_);
    nlohmann::json config = nlohmann::json::parse(std::ifstream(fixture / "config.json"));
    const auto types = config["layer_types"];
    for (int again = 1; again < times; ++again)
      config["layer_types"].insert(config["layer_types"].end(), types.begin(), types.end());
    config["num_hidden_layers"] = times * types.size();
    write(config);
    const std::ifstream file(fixture / "model.safetensors", std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    const std::string bytes = text.str();
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), sizeof length);
    nlohmann::json header;
    std::string data;
    for (const auto& [name, tensor] : nlohmann::json::parse(bytes.substr(sizeof length, length)).items()) {
      if (name == "__metadata__") continue;
      const auto begin = tensor["data_offsets"][0].get<std::size_t>(),
                 end = tensor["data_offsets"][1].get<std::size_t>();
      std::vector<float> values((end - begin) / sizeof(float));
      std::memcpy(values.data(), bytes.data() + sizeof length + length + begin, end - begin);
      edit(name, values);
      const std::string layers = "model.layers.";
      const bool repeats = name.starts_with(layers);
      for (std::size_t again = 0; again < (repeats ? times : 1); ++again) {
        std::string own = name;
        if (repeats) {
          const std::size_t layer = again * types.size() + static_cast<std::size_t>(own[layers.size()] - '0');
          own.replace(layers.size(), 1, std::to_string(layer));
        }
        header[own] = tensor;
        header[own]["data_offsets"] = {data.size(), data.size() + (end - begin)};
        data.append(reinterpret_cast<const char*>(values.data()), end - begin);
      }
    }
    if (change) change(header);
    const std::string shown = header.dump();
    length = shown.size();
    std::ofstream(path_ / "model.safetensors", std::ios::binary)
        << std::string(reinterpret_cast<const char*>(&length), sizeof length) << shown << data;
  }
  ~Deep() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Deep(const Deep&) = delete;
  Deep& operator=(const Deep&) = delete;
  void write(const nlohmann::json& config) const { std::ofstream(path_ / "config.json") << config; }
  std::string path() const { return path_.string(); }

 private:
  static constexpr int times = 4;
  std::filesystem::path path_;
};

void as_it_is(const std::string&, std::span<float>) {}

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
  const Deep files(as_it_is);
  const auto wanted = answers(load(files.path(), false));
  for (const std::int32_t cache : {0, 256}) {  // and where there is room for one or two of them
    const Model model = load(files.path(), true, cache);
    EXPECT_TRUE(model.warnings().empty()) << model.warnings().front();
    EXPECT_GT(model.info().draft_bytes, 0);
    EXPECT_EQ(answers(model), wanted);
    EXPECT_GT(model.statistics().drafted_tokens, 0);
  }
}

// The head's norm is fused or not as without them, and rows of guesses are computed as those of tokens.
TEST_P(DraftLayers, LogProbabilitiesAreTheSameBits) {
  for (const Deep::Edit& edit : {Deep::Edit(as_it_is), Deep::Edit(make_foreseeable)}) {
    const Deep files(edit);
    const auto probabilities = [&](bool speculate) {
      GenerateOptions options{.max_tokens = 60, .sampling = {.temperature = 1.0f, .seed = 3}};
      options.log_probabilities = 0;
      std::vector<float> found;
      const Generator generator(load(files.path(), speculate), {.ignore_end = true});
      for (const TokenReport& report : generator.generate(prompt(100, 2), options).log_probabilities)
        found.push_back(report.chosen.log_probability);
      return found;
    };
    const std::vector<float> wanted = probabilities(false);
    EXPECT_EQ(wanted.size(), 60u);
    EXPECT_EQ(probabilities(true), wanted);
  }
}

TEST_P(DraftLayers, WhatCanBeForeseenComesInFewSteps) {
  const Deep model(make_foreseeable);
  const Model plain = load(model.path(), false);
  const Model guessed = load(model.path(), true);
  const GenerateOptions options{.max_tokens = 100, .sampling = {.temperature = 1.5f, .seed = 7}};
  const Tokens wanted = Generator(plain, {.ignore_end = true}).generate(prompt(30, 1), options).tokens;
  EXPECT_EQ(Generator(guessed, {.ignore_end = true}).generate(prompt(30, 1), options).tokens, wanted);
  const ModelStatistics statistics = guessed.statistics();
  EXPECT_EQ(statistics.accepted_tokens, statistics.drafted_tokens);
  EXPECT_LT(statistics.steps, 40);
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

TEST(DraftLayer, IsNotThereWhereNothingIsWritten) {
  const Deep files(as_it_is);
  std::filesystem::copy_file(GERBIL_MODELS "/nano/tokenizer.json", files.path() + "/tokenizer.json");
  for (const Task task : {Task::generate, Task::rank}) {
    const Model model = Model::load(files.path(), {.device = Device::cpu, .task = task, .check = false});
    EXPECT_EQ(model.info().draft_bytes > 0, task == Task::generate);
  }
}

TEST(DraftLayer, IsShownWithTheModelsGraph) {
  const Inspection found = inspect(fixture.string());
  for (const std::string& graph : {found.graph, found.optimized_graph}) {
    EXPECT_THAT(graph, ::testing::HasSubstr("graph qwen3_5 "));
    EXPECT_THAT(graph, ::testing::HasSubstr("graph qwen3_5_draft "));
  }
}

TEST(DraftLayer, OneThatIsDamagedCostsNotTheModel) {
  const auto warning = [](const std::function<void(nlohmann::json & header)>& change) -> std::string {
    const Deep model(as_it_is, change);
    const Model loaded = Model::load(model.path(), {.device = Device::cpu, .check = false});
    EXPECT_EQ(loaded.info().draft_bytes, 0);
    EXPECT_EQ(Generator(loaded, {.ignore_end = true}).generate(Tokens{1, 2, 3}, {.max_tokens = 5}).tokens.size(), 5u);
    return loaded.warnings().empty() ? "none" : loaded.warnings().front();
  };
  EXPECT_THAT(warning([](auto& header) { header["mtp.fc.weight"]["shape"] = {128, 64}; }),
              ::testing::ContainsRegex("are not used: .*mtp.fc.weight.*128, 64"));
  EXPECT_THAT(warning([](auto& header) { header["mtp.layers.0.self_attn.q_norm.weight"]["dtype"] = "I32"; }),
              ::testing::HasSubstr("mtp.layers.0.self_attn.q_norm.weight"));
  EXPECT_THAT(warning([](auto& header) { header["mtp.norm.weight"]["shape"] = {32, 2}; }),
              ::testing::HasSubstr("mtp.norm.weight"));
  EXPECT_THAT(warning([](auto& header) {
                header["other"] = header["mtp.norm.weight"];
                header.erase("mtp.norm.weight");
              }),
              ::testing::HasSubstr("mtp.norm.weight"));
}

TEST(DraftLayer, WhatIsNotUsedIsSaid) {
  const Deep model(as_it_is);
  nlohmann::json config = nlohmann::json::parse(std::ifstream(model.path() + "/config.json"));
  config["mtp_num_hidden_layers"] = 2;
  model.write(config);
  const Model loaded = Model::load(model.path(), {.device = Device::cpu, .check = false});
  EXPECT_THAT(loaded.warnings(),
              ::testing::ElementsAre(::testing::HasSubstr("are not used: \"mtp_num_hidden_layers\"")));
  EXPECT_EQ(loaded.info().draft_bytes, 0);
}

INSTANTIATE_TEST_SUITE_P(Devices, DraftLayers, ::testing::Values(Device::cpu, Device::webgpu),
                         [](const auto& way) { return way.param == Device::cpu ? "Cpu" : "WebGpu"; });

}  // namespace
}  // namespace gerbil
