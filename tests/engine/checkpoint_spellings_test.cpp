// Checkpoints that say the same as a golden in another way: their logits must be the golden's. That transformers 5.12
// reads each of them so was tried when the cases were written.
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>

#include "engine/golden_case.hpp"
#include "gerbil/error.hpp"

namespace gerbil {
namespace {

using Json = nlohmann::ordered_json;

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

// A copy of a golden that may be changed.
struct Copy {
  testing::GoldenCase golden;
  testing::ModelDirectory directory;
  std::filesystem::path path = directory.path();
  Json config = Json::parse(read(path / "config.json"));

  explicit Copy(const std::string& name) : golden(testing::golden_case(name)), directory(golden) {
    std::filesystem::remove(path / "config.json");
  }

  // Changes the header and the data of the only weight file.
  void change_weights(const std::function<void(Json& header, std::string& data)>& change) const {
    const std::string file = read(path / "model.safetensors");
    std::uint64_t length = 0;
    std::memcpy(&length, file.data(), sizeof length);
    Json header = Json::parse(file.substr(sizeof length, length));
    std::string data = file.substr(sizeof length + length);
    change(header, data);
    const std::string text = header.dump();
    length = text.size();
    std::string changed(sizeof length, '\0');
    std::memcpy(changed.data(), &length, sizeof length);
    std::filesystem::remove(path / "model.safetensors");
    write(path / "model.safetensors", changed + text + data);
  }

  // The warnings; fails where the logits are not the golden's.
  std::vector<std::string> load(const std::string& config_text = {}) const {
    write(path / "config.json", config_text.empty() ? config.dump() : config_text);
    const LoadOptions options{.device = Device::cpu, .threads = 1, .check = false};
    const Generator generator(Model::load(path.string(), options, {.exact = true}));
    const std::vector<float> expected = testing::expected_logits(golden);
    const std::vector<float> logits = generator.logits(golden.tokens);
    EXPECT_EQ(logits.size(), expected.size());
    float error = 0, largest = 0;
    for (std::size_t i = 0; i < std::min(expected.size(), logits.size()); ++i) {
      error = std::max(error, std::isfinite(logits[i]) ? std::abs(logits[i] - expected[i]) : HUGE_VALF);
      largest = std::max(largest, std::abs(expected[i]));
    }
    EXPECT_LT(error, golden.tolerance * largest);
    return generator.model().warnings();
  }
};

TEST(CheckpointSpellings, ArchitecturesMayBeMissingOrBare) {
  for (const Json& names : {Json(), Json::array(), Json{"Qwen2Model"}, Json{"Qwen2PreTrainedModel"}}) {
    Copy copy("qwen2_config");
    copy.config["architectures"] = names;
    EXPECT_TRUE(copy.load().empty());
  }
  Copy copy("phi3_longrope_long");
  copy.config.erase("architectures");
  copy.load();
}

TEST(CheckpointSpellings, AStoredHeadCounts) {
  Copy copy("llama_config");
  copy.config["tie_word_embeddings"] = true;
  EXPECT_THAT(copy.load(), ::testing::ElementsAre(::testing::HasSubstr("'lm_head', which is used")));
}

TEST(CheckpointSpellings, ATiedHeadMayBeStoredTwiceOrAlone) {
  const char* table = "model.embed_tokens.weight";
  Copy twice("llama_bias_tied_config");
  twice.change_weights([&](Json& header, std::string& data) {
    const auto begin = header[table]["data_offsets"][0].get<std::size_t>();
    const auto end = header[table]["data_offsets"][1].get<std::size_t>();
    header["lm_head.weight"] = header[table];
    header["lm_head.weight"]["data_offsets"] = {data.size(), data.size() + end - begin};
    data += data.substr(begin, end - begin);
  });
  EXPECT_TRUE(twice.load().empty());
  Copy alone("llama_bias_tied_config");
  alone.change_weights([&](Json& header, std::string&) {
    header["lm_head.weight"] = header[table];
    header.erase(table);
  });
  EXPECT_TRUE(alone.load().empty());
  Copy unsaid("llama_bias_tied_config");
  unsaid.config.erase("tie_word_embeddings");
  EXPECT_TRUE(unsaid.load().empty());
  unsaid.config["tie_word_embeddings"] = false;
  EXPECT_THROW(unsaid.load(), Error) << "a head that is said to be stored is missing";
}

TEST(CheckpointSpellings, ThePrefixMayStandTwice) {
  for (const bool whole : {false, true}) {
    Copy copy("qwen3_config");
    copy.change_weights([&](Json& header, std::string&) {
      Json renamed;
      for (const auto& [name, tensor] : header.items()) {
        const bool kept = name == "__metadata__" || (!whole && name.starts_with("lm_head"));
        renamed[kept ? name : "model." + name] = tensor;
      }
      header = renamed;
    });
    EXPECT_TRUE(copy.load().empty());
  }
}

TEST(CheckpointSpellings, ALanguageModelMayBeAPartOfAnother) {
  const auto nested = [](const std::string& prefix, const std::string& head = {}) {
    Copy copy("gemma3_pattern");
    Json text = copy.config;
    text.erase("architectures");
    copy.config = {{"architectures", {"Gemma3ForConditionalGeneration"}},
                   {"model_type", "gemma3"},
                   {"text_config", text},
                   {"vision_config", {{"hidden_size", 16}}}};
    copy.change_weights([&](Json& header, std::string&) {
      Json renamed;
      for (const auto& [name, tensor] : header.items()) {
        const bool weight = name.starts_with("model.");
        renamed[!weight ? name : prefix + name.substr(std::strlen("model."))] = tensor;
      }
      if (!head.empty()) {
        renamed[head] = renamed[prefix + "embed_tokens.weight"];
        renamed.erase(prefix + "embed_tokens.weight");
      }
      header = renamed;
    });
    EXPECT_THAT(copy.load(), ::testing::ElementsAre(::testing::HasSubstr("under \"vision_config\"")));
  };
  for (const char* prefix : {"model.language_model.", "language_model.model.", "language_model.", "model."}) {
    SCOPED_TRACE(prefix);
    nested(prefix);
  }
  nested("language_model.model.", "language_model.lm_head.weight");
  nested("model.language_model.", "lm_head.weight");
}

// Gemma 4 E2B and 12B: the same language model below a model that also sees and hears.
TEST(CheckpointSpellings, Gemma4IsThePartOfTwoArchitectures) {
  const auto nested = [](const std::string& name, const std::string& architecture, const std::string& type) {
    Copy copy(name);
    Json text = copy.config;
    text.erase("architectures");
    text["model_type"] = type + "_text";
    copy.config = {{"architectures", {architecture}},
                   {"model_type", type},
                   {"text_config", text},
                   {"audio_config", {{"hidden_size", 16}}},
                   {"vision_config", {{"hidden_size", 16}}}};
    copy.change_weights([&](Json& header, std::string& data) {
      Json renamed;
      for (const auto& [tensor, place] : header.items()) {
        const bool own = tensor.starts_with("model.");
        renamed[own ? "model.language_model." + tensor.substr(std::strlen("model.")) : tensor] = place;
      }
      // Converters keep what layers that share keys and values have no use for.
      renamed["model.language_model.layers.6.self_attn.k_proj.bias"] = {
          {"dtype", "F32"}, {"shape", {2}}, {"data_offsets", {data.size(), data.size() + 8}}};
      data += std::string(8, '\0');
      header = renamed;
    });
    EXPECT_THAT(copy.load(), ::testing::ElementsAre(::testing::HasSubstr("under \"audio_config\", \"vision_config\"")));
  };
  nested("gemma4_config", "Gemma4ForConditionalGeneration", "gemma4");
  nested("gemma4_wide_config", "Gemma4UnifiedForConditionalGeneration", "gemma4_unified");
}

TEST(CheckpointSpellings, PartsThatAreNotUsedAreNamed) {
  EXPECT_THAT(Copy("qwen3_5_vision_config").load(),
              ::testing::ElementsAre(::testing::HasSubstr("under \"vision_config\""), ::testing::HasSubstr("\"mtp\"")));
}

TEST(CheckpointSpellings, AShardMayHoldATensorOfAnother) {
  for (const bool same : {true, false}) {
    const Copy copy("llama_config");
    const auto store = [&](const std::string& name, const Json& header, const std::string& data) {
      const std::string text = header.dump();
      const std::uint64_t length = text.size();
      write(copy.path / name, std::string(reinterpret_cast<const char*>(&length), sizeof length) + text + data);
    };
    copy.change_weights([&](const Json& header, const std::string& data) {
      const Json& norm = header["model.norm.weight"];
      const auto begin = norm["data_offsets"][0].get<std::size_t>(), end = norm["data_offsets"][1].get<std::size_t>();
      std::string bytes = data.substr(begin, end - begin);
      if (!same) bytes[1] = static_cast<char>(bytes[1] + 1);
      Json again = norm;
      again["data_offsets"] = {0, end - begin};
      store("model-00002-of-00002.safetensors", {{"model.norm.weight", again}}, bytes);
    });
    std::filesystem::rename(copy.path / "model.safetensors", copy.path / "model-00001-of-00002.safetensors");
    if (same) {
      EXPECT_TRUE(copy.load().empty());
    } else {
      EXPECT_THAT([&] { copy.load(); }, ::testing::ThrowsMessage<Error>(::testing::HasSubstr("and not as the same")));
    }
  }
}

TEST(CheckpointSpellings, AWindowThatIsSwitchedOffIsNotLookedAt) {
  Copy copy("qwen2_config");
  copy.config["use_sliding_window"] = false;
  copy.config["sliding_window"] = -1;
  EXPECT_TRUE(copy.load().empty());
  copy.config["use_sliding_window"] = true;
  copy.config["max_window_layers"] = 0;
  copy.config.erase("layer_types");
  EXPECT_THROW(copy.load(), Error);
}

TEST(CheckpointSpellings, WeightsMayBeDoubles) {
  Copy copy("qwen3_config");
  copy.change_weights([](Json& header, std::string& data) {
    std::string wide;
    for (std::size_t i = 0; i < data.size(); i += sizeof(float)) {
      float value = 0;
      std::memcpy(&value, data.data() + i, sizeof value);
      const double doubled = value;
      wide.append(reinterpret_cast<const char*>(&doubled), sizeof doubled);
    }
    data = wide;
    for (auto& [name, tensor] : header.items()) {
      if (name == "__metadata__") continue;
      tensor["dtype"] = "F64";
      for (Json& offset : tensor["data_offsets"]) offset = 2 * offset.get<std::size_t>();
    }
  });
  EXPECT_TRUE(copy.load().empty());
}

TEST(CheckpointSpellings, RopeScalingMayStandBesideRopeParameters) {
  Copy copy("llama_yarn");
  copy.config["rope_parameters"] = {{"rope_type", "default"}, {"rope_theta", copy.config["rope_theta"]}};
  EXPECT_TRUE(copy.load().empty());
  copy.config.erase("rope_theta");
  EXPECT_TRUE(copy.load().empty());
}

TEST(CheckpointSpellings, PythonsNumbersAreRead) {
  const Copy copy("llama_config");
  const std::string text = copy.config.dump();
  EXPECT_TRUE(copy.load("{\"router_z_loss\": NaN, \"limits\": [-Infinity, Infinity], " + text.substr(1)).empty());
}

TEST(CheckpointSpellings, OfRepeatedKeysTheLastCounts) {
  const Copy copy("llama_config");
  const std::string text = copy.config.dump();
  EXPECT_THAT(copy.load("{\"hidden_size\": 7, " + text.substr(1)),
              ::testing::ElementsAre(::testing::HasSubstr("the key \"hidden_size\" occurs twice")));
  write(copy.path / "generation_config.json", R"({"eos_token_id": 1, "eos_token_id": 2})");
  EXPECT_THAT(copy.load(),
              ::testing::ElementsAre(::testing::HasSubstr("generation_config.json' the key \"eos_token_id\"")));
}

TEST(CheckpointSpellings, ALogitScoreSaysInWhichFormItIsAsked) {
  const Copy copy("qwen3_config");
  write(copy.path / "modules.json",
        R"([{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.base.modules.transformer.Transformer"},
            {"idx": 1, "name": "1", "path": "1_LogitScore",
             "type": "sentence_transformers.cross_encoder.modules.logit_score.LogitScore"}])");
  EXPECT_THAT(copy.load(), ::testing::ElementsAre(::testing::AllOf(::testing::HasSubstr("form of Qwen3-Reranker"),
                                                                   ::testing::HasSubstr("LogitScore"))));
}

TEST(CheckpointSpellings, AnIndexOfAnotherBuildIsNotFollowed) {
  const Copy copy("llama_config");
  write(copy.path / "model.safetensors.index.json",
        R"({"weight_map": {"lm_head.weight": "model-00002-of-00002.safetensors"}})");
  EXPECT_THAT(copy.load(), ::testing::ElementsAre(::testing::HasSubstr("is ignored")));
}

// The built-in model with other end tokens.
class EndTokens : public ::testing::Test {
 protected:
  EndTokens() {
    std::filesystem::create_directory(path_);
    for (const auto& entry : std::filesystem::directory_iterator(GERBIL_MODELS "/nano")) {
      std::filesystem::create_symlink(std::filesystem::absolute(entry.path()), path_ / entry.path().filename());
    }
    std::filesystem::remove(path_ / "generation_config.json");
  }
  ~EndTokens() override { std::filesystem::remove_all(path_); }

  // Tokens of an answer of at most 8.
  int answer(const Json& config_eos, const Json& generation, std::size_t warnings = 0) {
    Json config = Json::parse(read(GERBIL_MODELS "/nano/config.json"));
    config["eos_token_id"] = config_eos;
    std::filesystem::remove(path_ / "config.json");
    write(path_ / "config.json", config.dump());
    write(path_ / "generation_config.json", generation.dump());
    const Generator generator(Model::load(path_.string(), {.device = Device::cpu, .threads = 1, .check = false}));
    EXPECT_EQ(generator.model().warnings().size(), warnings);
    const GenerateResult result =
        generator.generate("Once upon a time", {.max_tokens = 8, .sampling = {.temperature = 0.0f}, .raw = true});
    if (tokens_.empty()) tokens_ = result.tokens;
    return result.generated_tokens;
  }

  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("gerbil-end-tokens-" + std::to_string(::getpid()));
  std::vector<std::int32_t> tokens_;  // of the first answer
};

TEST_F(EndTokens, OfGenerationConfigHaveTheLastWord) {
  ASSERT_EQ(answer(nullptr, Json::object()), 8);
  const std::int32_t third = tokens_.at(2);
  const int end = answer(nullptr, {{"eos_token_id", third}});
  EXPECT_LT(end, 8);
  EXPECT_EQ(answer(third, Json::object()), end);
  EXPECT_EQ(answer({-1, third}, {{"eos_token_id", nullptr}}), end);
  EXPECT_EQ(answer(third, {{"eos_token_id", -1}}), 8);
  EXPECT_EQ(answer(third, {{"eos_token_id", Json::array()}}), 8);
  EXPECT_EQ(answer(nullptr, {{"eos_token_id", {nullptr, third, 99999}}}), end);
  EXPECT_EQ(answer(std::to_string(third), {{"eos_token_id", {"x", third}}}, 1), end)
      << "config.json's is not looked at";
  EXPECT_EQ(answer(std::to_string(third), Json::object(), 1), 8);
}

}  // namespace
}  // namespace gerbil
