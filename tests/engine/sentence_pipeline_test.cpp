// What the files of sentence-transformers do to a checkpoint, seen from outside: small checkpoints whose files are
// changed one at a time.
#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numbers>

#include "gerbil/diagnostics.hpp"
#include "gerbil/embedder.hpp"
#include "gerbil/inspect.hpp"

namespace gerbil {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using Vector = std::vector<float>;

// A copy of tests/fixtures/embeddings/NAME with a tokenizer, gone at the end of its scope.
class Folder {
 public:
  explicit Folder(const std::string& name) {
    std::string pattern = (fs::temp_directory_path() / "gerbil-pipeline-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
    fs::copy(fs::path(GERBIL_FIXTURES) / "embeddings" / name, path_, fs::copy_options::recursive);
    fs::copy_file(fs::path(GERBIL_FIXTURES) / "small_wordpiece.json", path_ / "tokenizer.json");
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string path() const { return path_.string(); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path_ / name) << text; }
  void remove(const std::string& name) const { fs::remove(path_ / name); }
  void pool(const std::vector<std::string>& keys) const {
    json config;
    for (const std::string& key : keys) config["pooling_mode_" + key] = true;
    write("1_Pooling/config.json", config.dump());
  }
  Model load() const { return Model::load(path(), {.device = Device::cpu, .threads = 1}, {.exact = true}); }

 private:
  fs::path path_;
};

Vector embed(const Model& model, const std::vector<std::int32_t>& ids) {
  const std::vector<TokenizedText> texts{{ids, {}}};
  return Embedder(model).embed(texts).vectors.front();
}

// Each number of `vector` through `function`, compared with `expected`.
template <typename Function>
void expect_map(const Vector& vector, Function function, const Vector& expected) {
  ASSERT_EQ(vector.size(), expected.size());
  for (std::size_t i = 0; i < vector.size(); ++i) EXPECT_NEAR(function(double{vector[i]}), expected[i], 2e-5) << i;
}

struct Mode {
  std::string key;    // after "pooling_mode_"
  std::string name;   // the value of "pooling_mode", as newer files have it
  std::string words;  // of the summary
};

const std::vector<Mode> modes{
    {"cls_token", "cls", "first token"},
    {"max_tokens", "max", "maximum of the tokens"},
    {"mean_tokens", "mean", "mean of the tokens"},
    {"mean_sqrt_len_tokens", "mean_sqrt_len_tokens", "sum of the tokens over the root of their number"},
    {"weightedmean_tokens", "weightedmean", "weighted mean of the tokens"},
    {"lasttoken", "lasttoken", "last token"}};

TEST(SentencePipeline, OneTokenIsItsOwnPoolInEveryMode) {
  const Folder folder("bert_max_dense");
  folder.write("modules.json", R"([{"path":"","type":"x.Transformer"},{"path":"1_Pooling","type":"x.Pooling"}])");
  folder.pool({"cls_token"});
  const Vector expected = embed(folder.load(), {7});
  for (const auto& [key, name, words] : modes) {
    folder.write("1_Pooling/config.json", json{{"embedding_dimension", 32}, {"pooling_mode", name}}.dump());
    EXPECT_EQ(inspect(folder.path()).pipeline, words);
    folder.pool({key});
    EXPECT_EQ(inspect(folder.path()).pipeline, words);
    expect_map(embed(folder.load(), {7}), [](double x) { return x; }, expected);
  }
}

TEST(SentencePipeline, ModesAreConsistentAndStandSideBySide) {
  const Folder folder("bert_max_dense");
  folder.write("modules.json", R"([{"path":"","type":"x.Transformer"},{"path":"1_Pooling","type":"x.Pooling"}])");
  const std::vector<std::int32_t> text{7, 30, 12, 51};
  std::vector<Vector> alone;
  std::vector<std::string> keys;
  for (const auto& [key, name, words] : modes) {
    folder.pool({key});
    alone.push_back(embed(folder.load(), text));
    keys.insert(keys.begin(), key);  // the order in the file is not that of the result
  }
  expect_map(alone[2], [](double mean) { return 2 * mean; }, alone[3]);  // 4 / √4
  for (std::size_t i = 0; i < alone[1].size(); ++i) {
    for (const std::size_t other : {0, 2, 4, 5}) EXPECT_GE(alone[1][i] + 1e-6, alone[other][i]);
  }
  folder.pool(keys);
  const Inspection inspection = inspect(folder.path());
  EXPECT_EQ(inspection.dimensions, 6 * 32);
  EXPECT_THAT(inspection.pipeline, StartsWith("first token beside maximum of the tokens beside mean"));
  Vector joined;
  for (const Vector& part : alone) joined.insert(joined.end(), part.begin(), part.end());
  expect_map(embed(folder.load(), text), [](double x) { return x; }, joined);
}

TEST(SentencePipeline, EveryActivationOfADenseModule) {
  const Folder folder("bert_max_dense");
  const auto with = [&](const std::string& name) {
    json config{{"in_features", 32}, {"out_features", 24}, {"bias", true}};
    if (!name.empty()) config["activation_function"] = name;
    folder.write("2_Dense/config.json", config.dump());
    return embed(folder.load(), {7, 30, 12});
  };
  const Vector linear = with("torch.nn.modules.linear.Identity");
  EXPECT_EQ(inspect(folder.path()).pipeline, "maximum of the tokens, projected to 24");
  expect_map(linear, [](double x) { return std::tanh(x); }, with("torch.nn.modules.activation.Tanh"));
  EXPECT_EQ(inspect(folder.path()).pipeline, "maximum of the tokens, projected to 24 through tanh");
  expect_map(linear, [](double x) { return std::tanh(x); }, with(""));  // what is not said
  expect_map(linear, [](double x) { return std::max(x, 0.0); }, with("torch.nn.modules.activation.ReLU"));
  expect_map(linear, [](double x) { return x / (1 + std::exp(-x)); }, with("torch.nn.modules.activation.SiLU"));
  expect_map(
      linear, [](double x) { return x * (1 + std::erf(x / std::numbers::sqrt2)) / 2; },
      with("torch.nn.modules.activation.GELU"));
}

TEST(SentencePipeline, PromptsAreFoundByTheirUsualNames) {
  const Folder folder("bert_mean");
  const auto vector = [&](const Embedder& embedder, const std::string& text, const std::string& task) {
    return embedder.embed({text}, {.task = task}).vectors.front();
  };
  for (const auto& [name, task] : std::vector<std::pair<std::string, std::string>>{{"query", "query"},
                                                                                   {"retrieval.query", "query"},
                                                                                   {"search_query", "query"},
                                                                                   {"document", "document"},
                                                                                   {"passage", "document"},
                                                                                   {"corpus", "document"},
                                                                                   {"retrieval.passage", "document"},
                                                                                   {"search_document", "document"}}) {
    folder.write("config_sentence_transformers.json", json{{"prompts", {{name, "says "}}}}.dump());
    const Embedder embedder(folder.load());
    const Vector prompted = vector(embedder, "says fox", "");
    EXPECT_EQ(vector(embedder, "fox", task), prompted) << name;
    EXPECT_EQ(vector(embedder, "fox", name), prompted) << name;
    EXPECT_NE(vector(embedder, "fox", ""), prompted) << name;
    EXPECT_EQ(vector(embedder, "fox", task == "query" ? "document" : "query"), vector(embedder, "fox", "")) << name;
    EXPECT_THAT(embedder.model().info().pipeline, HasSubstr("; prompts: " + name));
  }
}

TEST(SentencePipeline, TheDefaultPromptIsUsedWithoutATask) {
  const Folder folder("bert_mean");
  folder.write("config_sentence_transformers.json",
               R"({"prompts":{"moo":"moo ","query":""},"default_prompt_name":"moo"})");
  const Embedder embedder(folder.load());
  EXPECT_EQ(embedder.embed({"fox"}).vectors, embedder.embed({"moo fox"}, {.task = "query"}).vectors);
  EXPECT_EQ(embedder.embed({"fox"}).tokens, 4);
}

TEST(SentencePipeline, LimitsComeFromTheFilesTheModelAndTheCaller) {
  const Folder folder("bert_mean");
  const auto limit = [&](std::int32_t wanted) {
    return Model::load(folder.path(), {.device = Device::cpu, .context_length = wanted}).info().context_length;
  };
  folder.write("sentence_bert_config.json", R"({"max_seq_length":10})");
  folder.write("tokenizer_config.json", R"({"model_max_length":12})");
  EXPECT_EQ(inspect(folder.path()).context_length, 10);
  EXPECT_EQ(limit(0), 10);
  EXPECT_EQ(limit(5), 5);
  EXPECT_EQ(limit(100), 10);
  folder.write("sentence_bert_config.json", R"({"max_seq_length":null})");
  EXPECT_EQ(limit(0), 12);
  folder.write("tokenizer_config.json", R"({"max_len":13})");  // as it was called once
  EXPECT_EQ(limit(0), 13);
  folder.write("tokenizer_config.json", R"({"max_len":13,"model_max_length":1000000000000000019884624838656})");
  EXPECT_EQ(limit(0), 64);  // the model's table of positions
  folder.write("tokenizer_config.json", "[]");
  EXPECT_THROW(inspect(folder.path()), Error);
}

TEST(SentencePipeline, WithoutFilesItIsTheFamilysDefault) {
  const Folder folder("bert_max_dense");
  folder.remove("modules.json");
  EXPECT_THAT(inspect(folder.path()).pipeline, StartsWith("mean of the tokens, normalised (the family's default"));
  const Model nano = Model::load(GERBIL_MODELS "/nano", {.device = Device::cpu, .task = Task::embed});
  EXPECT_THAT(nano.info().pipeline, StartsWith("last token, normalised (the family's default"));
  EXPECT_EQ(nano.info().dimensions, 256);
  EXPECT_EQ(inspect("random:minilm").dimensions, 384);
  // As of a checkpoint, 4 bits are for the queries and keys of an encoder only: six layers of 384 x 384 each.
  const auto bytes = [](Quantization quantize) {
    return Model::load("random:minilm", {.device = Device::cpu, .quantize = quantize}).info().weight_bytes;
  };
  EXPECT_EQ(bytes(Quantization::int8) - bytes(Quantization::int4), 6 * 2 * 384 * 384 / 2);
}

TEST(SentencePipeline, WhatIsDoneOtherwiseIsAWarning) {
  const Folder folder("bert_max_dense");
  folder.write("modules.json", R"([{"path":"","type":"x.Transformer"},{"path":"1_Pooling","type":"x.Pooling"},
      {"path":"2_Dense","type":"x.Dense"},{"path":"3_Weights","type":"x.WeightedLayerPooling"}])");
  folder.write("2_Dense/config.json", R"({"out_features":24,"activation_function":"mine.Spike"})");
  EXPECT_THAT(folder.load().warnings(), ElementsAre(HasSubstr("\"mine.Spike\", which is not one of PyTorch's own")));
  folder.write("2_Dense/config.json", R"({"out_features":24,"module_input_name":"token_embeddings"})");
  EXPECT_THAT(folder.load().warnings(), ElementsAre(HasSubstr("is used for nothing")));
}

TEST(SentencePipeline, SettingsThatAreNotFollowedAreAWarning) {
  const Folder folder("bert_mean");
  folder.write("sentence_bert_config.json", R"({"max_seq_length":0})");
  EXPECT_THAT(folder.load().warnings(), ElementsAre(HasSubstr("\"max_seq_length\"")));
  folder.write("sentence_bert_config.json", R"({"processing_kwargs":{"text":{"is_split_into_words":true}}})");
  EXPECT_THAT(folder.load().warnings(), ElementsAre(HasSubstr("\"is_split_into_words\"")));
}

TEST(SentencePipeline, OfRepeatedKeysTheLastCounts) {
  const Folder folder("bert_max_dense");
  folder.write("config_sentence_transformers.json", R"({"prompts":{"a":"x: ","a":"y: "}})");
  EXPECT_THAT(folder.load().warnings(), ElementsAre(HasSubstr("the key \"a\" occurs twice")));
}

TEST(SentencePipeline, AModelThatSeesTheWholeTextDoesNotGenerate) {
  const Folder folder("qwen3_last");
  folder.write("modules.json", "[]");
  json config = json::parse(std::ifstream(folder.path() + "/config.json"));
  config["is_causal"] = false;
  folder.write("config.json", config.dump());
  EXPECT_THAT([&] { Model::load(folder.path(), {.device = Device::cpu, .task = Task::generate}); },
              ::testing::ThrowsMessage<Error>(HasSubstr("\"is_causal\"")));
  const Model model = Model::load(folder.path(), {.device = Device::cpu, .task = Task::embed});
  EXPECT_THAT(model.info().pipeline, StartsWith("mean of the tokens"));
}

// A module of the pipeline has a matrix and a bias, which are described for the checks and for the device.
TEST(SentencePipeline, OpensAModulesFileOnce) {
  const Folder folder("bert_max_dense");
  const int watch = inotify_init1(IN_NONBLOCK);
  ASSERT_GE(inotify_add_watch(watch, (folder.path() + "/2_Dense/model.safetensors").c_str(), IN_OPEN | IN_CLOSE), 0);
  Model::load(folder.path(), {.device = Device::cpu, .threads = 1});
  std::array<inotify_event, 64> events;
  EXPECT_EQ(read(watch, events.data(), sizeof events), static_cast<ssize_t>(2 * sizeof(inotify_event)));
  close(watch);
}

TEST(SentencePipeline, AModelThatDoesNotSayWhatItSeesIsAskedTo) {
  const Folder folder("qwen3_last");
  json config = json::parse(std::ifstream(folder.path() + "/config.json"));
  config["is_causal"] = nullptr;
  folder.write("config.json", config.dump());
  EXPECT_THAT([&] { Model::load(folder.path(), {.device = Device::cpu, .task = Task::embed}); },
              ::testing::ThrowsMessage<Error>(HasSubstr("\"is_causal\" in config.json is null")));
}

struct Damage {
  std::string file;
  std::string text;
  ErrorCode code;
  std::string sentence;  // a part of it
};

class DamagedPipeline : public ::testing::TestWithParam<Damage> {};

TEST_P(DamagedPipeline, IsAnErrorThatNamesTheFault) {
  const Folder folder("bert_max_dense");
  folder.write(GetParam().file, GetParam().text);
  try {
    inspect(folder.path());
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), GetParam().code);
    EXPECT_THAT(error.what(), HasSubstr(GetParam().sentence));
  }
}

constexpr const char* kModules = "modules.json";
constexpr const char* kPooling = "1_Pooling/config.json";
constexpr const char* kDense = "2_Dense/config.json";
constexpr ErrorCode kCorrupt = ErrorCode::corrupt;

INSTANTIATE_TEST_SUITE_P(
    Files, DamagedPipeline,
    ::testing::Values(
        Damage{kModules, "{}", kCorrupt, "not a JSON array"}, Damage{kModules, "[{]", kCorrupt, "modules.json"},
        Damage{kModules, "[1]", kCorrupt, "something else than objects"}, Damage{kModules, "[{}]", kCorrupt, "type"},
        Damage{kModules, R"([{"type":5}])", kCorrupt, "type"},
        Damage{kModules, R"([{"type":"x.Pooling","path":7}])", kCorrupt, "path"},
        Damage{kModules, R"([{"type":"x.Pooling","path":"../1_Pooling"}])", kCorrupt, "not inside the checkpoint"},
        Damage{kModules, R"([{"type":"x.Pooling","path":"1_Pooling/../../x"}])", kCorrupt, "1_Pooling/../../x"},
        Damage{kModules, R"([{"type":"x.Dense","path":"/etc"}])", kCorrupt, "'/etc'"},
        Damage{kModules, R"([{"type":"x.Dense","path":"3_Dense"}])", kCorrupt, "dense.0.weight"},
        Damage{kModules, R"([{"type":"x.LSTM","path":""}])", ErrorCode::unsupported, "\"x.LSTM\""},
        Damage{kPooling, "[]", kCorrupt, "not a JSON object"}, Damage{kPooling, "", kCorrupt, "1_Pooling"},
        Damage{kModules, R"([{"type":"x.Dense","path":"2_Dense"}])", kCorrupt, "before the Pooling"},
        Damage{kModules, R"([{"type":"x.LayerNorm","path":"2_Dense"}])", kCorrupt, "before the Pooling"},
        Damage{kPooling, R"({"pooling_mode":[]})", kCorrupt, "lists 0 modes"},
        Damage{kPooling, R"({"pooling_mode":["mean",1]})", kCorrupt, "pooling_mode"},
        Damage{kPooling, R"({"pooling_mode":["mean","median"]})", ErrorCode::unsupported, "\"median\""},
        Damage{kPooling, R"({"pooling_mode":"median"})", ErrorCode::unsupported, "\"median\""},
        Damage{kPooling, R"({"pooling_mode":true})", kCorrupt, "pooling_mode"},
        Damage{kDense, "{}", kCorrupt, "out_features"},
        Damage{kDense, R"({"out_features":0})", kCorrupt, "between 1 and 1048576"},
        Damage{kDense, R"({"out_features":2000000})", kCorrupt, "2000000"},
        Damage{kDense, R"({"out_features":99999999999})", kCorrupt, "out_features"},
        Damage{kDense, R"({"out_features":"24"})", kCorrupt, "out_features"},
        Damage{kDense, R"({"out_features":25})", kCorrupt, "linear"},
        Damage{kDense, R"({"out_features":24,"activation_function":"torch.nn.Softmax"})", ErrorCode::unsupported,
               "torch.nn.Softmax"},
        Damage{kDense, R"({"out_features":24,"use_residual":true})", kCorrupt, "residual"},
        Damage{kDense, R"({"out_features":24,"module_input_name":"x"})", kCorrupt, "no module before it makes"},
        Damage{kDense, R"({"out_features":24,"module_input_name":5})", kCorrupt, "module_input_name"},
        Damage{"sentence_bert_config.json", R"({"processor_kwargs":{"model_max_length":"many"}})", kCorrupt,
               "model_max_length"},
        Damage{"config_sentence_transformers.json", R"({"truncate_dim":-1})", kCorrupt, "truncate_dim"},
        Damage{"sentence_bert_config.json", R"({"modality_config":{"message":{}}})", ErrorCode::unsupported,
               "messages"},
        Damage{"sentence_bert_config.json", R"({"transformer_task":"fill-mask"})", ErrorCode::unsupported, "fill-mask"},
        Damage{"sentence_bert_config.json", R"({"processing_kwargs":{"text":{"truncation":"some"}}})", kCorrupt,
               "\"some\""},
        Damage{"sentence_bert_config.json", R"({"processing_kwargs":{"text":{"max_length":"6"}}})", kCorrupt,
               "max_length"},
        Damage{"sentence_bert_config.json", R"({"max_seq_length":"many"})", kCorrupt, "max_seq_length"},
        Damage{"sentence_bert_config.json", "[256]", kCorrupt, "not a JSON object"},
        Damage{"config_sentence_transformers.json", R"({"default_prompt_name":5})", kCorrupt, "default_prompt_name"}));

}  // namespace
}  // namespace gerbil
