// The built-in embedding model: the numbers of transformers, and what they are for. tools/train_embed/make_retrieval.py
// made the fixtures.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "gerbil/diagnostics.hpp"
#include "gerbil/embedder.hpp"

namespace gerbil {
namespace {

using nlohmann::json;
using Vector = std::vector<float>;

const std::string model = GERBIL_MODELS "/nano-embed";
const std::filesystem::path fixtures = std::filesystem::path(GERBIL_FIXTURES) / "nano_embed";

const json& reference() {
  static const json loaded = [] {
    std::ifstream file(fixtures / "embeddings.json");
    return json::parse(file);
  }();
  return loaded;
}

struct Retrieval {
  std::vector<std::string> corpus, queries;
  std::vector<std::size_t> right;  // of each query, in the corpus
};

Retrieval read_retrieval() {
  Retrieval task;
  std::ifstream file(fixtures / "retrieval.jsonl");
  for (std::string line; std::getline(file, line);) {
    const json entry = json::parse(line);
    if (entry.contains("sentence")) {
      task.corpus.push_back(entry.at("sentence"));
    } else {
      task.queries.push_back(entry.at("query"));
      task.right.push_back(entry.at("right"));
    }
  }
  return task;
}

double dot(const Vector& a, const Vector& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

double cosine(const Vector& a, const Vector& b) { return dot(a, b) / std::sqrt(dot(a, a) * dot(b, b)); }

// How a model is run, and how close it must be to transformers in f32.
struct Setting {
  std::string name;
  LoadOptions load;
  LoadDiagnostics diagnostics;
  double min_cosine;
};

void PrintTo(const Setting& setting, std::ostream* out) { *out << setting.name; }

class NanoEmbed : public ::testing::TestWithParam<Setting> {};

TEST_P(NanoEmbed, VectorsAreThoseOfTransformers) {
  const Embedder embedder(Model::load(model, GetParam().load, GetParam().diagnostics));
  ASSERT_GE(reference().at("texts").size(), 20u);
  for (const json& entry : reference().at("texts")) {
    const std::string text = entry.at("text");
    const EmbedResult result = embedder.embed({text}, {.truncate = true});
    EXPECT_EQ(result.tokens, std::ssize(entry.at("ids")));
    const Vector& own = result.vectors.front();
    const auto expected = entry.at("embedding").get<Vector>();
    ASSERT_EQ(own.size(), expected.size());
    EXPECT_GE(cosine(own, expected), GetParam().min_cosine) << text;
    EXPECT_NEAR(dot(own, own), 1.0, 1e-5) << text;
  }
}

TEST_P(NanoEmbed, FindsParaphrasesAsOftenAsWithTransformers) {
  const Embedder embedder(Model::load(model, GetParam().load, GetParam().diagnostics));
  const Retrieval task = read_retrieval();
  ASSERT_GE(task.queries.size(), 100u);
  ASSERT_GE(task.corpus.size(), 500u);
  const auto corpus = embedder.embed(task.corpus, {.task = "document"}).vectors;
  const auto queries = embedder.embed(task.queries, {.task = "query"}).vectors;
  double found = 0;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    ASSERT_LT(task.right[i], corpus.size());
    const double own = dot(queries[i], corpus[task.right[i]]);
    // Ties count against it, as in the evaluation.
    found += std::ranges::count_if(corpus, [&](const Vector& other) { return dot(queries[i], other) >= own; }) == 1;
  }
  const double accuracy = found / static_cast<double>(queries.size());
  EXPECT_NEAR(accuracy, reference().at("transformers").at("accuracy@1").get<double>(), 0.01);
  RecordProperty("accuracy", std::to_string(accuracy));
}

INSTANTIATE_TEST_SUITE_P(
    Settings, NanoEmbed,
    ::testing::Values(Setting{"CpuExact", {.device = Device::cpu}, {.exact = true}, 0.99999},
                      Setting{"Cpu", {.device = Device::cpu}, {}, 0.99999},
                      Setting{"CpuInt8", {.device = Device::cpu, .quantize = Quantization::int8}, {}, 0.999},
                      Setting{"WebGpuExact", {.device = Device::webgpu}, {.exact = true}, 0.99999},
                      Setting{"WebGpu", {.device = Device::webgpu}, {}, 0.999},
                      Setting{"WebGpuInt8", {.device = Device::webgpu, .quantize = Quantization::int8}, {}, 0.999}),
    [](const auto& setting) { return setting.param.name; });

TEST(NanoEmbed, TokensAreThoseOfTransformers) {
  const Embedder embedder(Model::load(model, {.device = Device::cpu}));
  const auto limit = static_cast<std::size_t>(embedder.model().info().context_length);
  for (const json& entry : reference().at("texts")) {
    const std::string text = entry.at("text");
    auto expected = entry.at("ids").get<std::vector<std::int32_t>>();
    auto ids = embedder.model().tokenize(text);
    if (ids.size() > limit) {  // what is too long is cut before the last special token
      ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(limit) - 1, ids.end() - 1);
    }
    EXPECT_EQ(ids, expected) << text;
  }
}

TEST(NanoEmbed, IsWhatItsCardSays) {
  const Embedder embedder(Model::load(model, {.device = Device::cpu}));
  EXPECT_THAT(embedder.model().warnings(), ::testing::IsEmpty());
  EXPECT_EQ(embedder.model().info().architecture, "BertModel");
  EXPECT_EQ(embedder.model().info().dimensions, 128);
  EXPECT_EQ(embedder.model().info().context_length, 64);
  EXPECT_EQ(embedder.model().info().pipeline, "mean of the tokens, normalised");
  const auto vectors = embedder
                           .embed({"Where does a fox live?", "In which place do foxes dwell?", "Where does a fox hunt?",
                                   "It is raining in Paris."})
                           .vectors;
  EXPECT_GT(dot(vectors[0], vectors[1]), dot(vectors[0], vectors[3]) + 0.2);
}

TEST(NanoEmbed, LengthsAreCheckedBeforeWork) {
  const Embedder embedder(Model::load(model, {.device = Device::cpu}));
  std::string text;
  for (int i = 0; i < 100; ++i) text += "fox ";
  try {
    embedder.embed({"fox", text});
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("Text 2 has 102 tokens"));
  }
  EXPECT_EQ(embedder.embed({"fox", text}, {.truncate = true}).tokens, 3 + 64);
}

TEST(NanoEmbed, TextsWithoutTokensAreZerosAndCount) {
  const Embedder embedder(Model::load(model, {.device = Device::cpu}));
  const auto vectors = embedder.embed(std::vector<TokenizedText>{{}, {{2, 7, 3}, {}}, {}}).vectors;
  ASSERT_EQ(vectors.size(), 3u);
  EXPECT_EQ(vectors[0], Vector(128));
  EXPECT_NEAR(dot(vectors[1], vectors[1]), 1.0, 1e-5);
  EXPECT_EQ(vectors[2], Vector(128));
  EXPECT_EQ(embedder.embed(std::vector<TokenizedText>(2)).vectors, (std::vector<Vector>{Vector(128), Vector(128)}));
  try {
    embedder.embed(std::vector<TokenizedText>{{}, {{2, 99999, 3}, {}}});
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("Text 2 holds token 99999"));
  }
}

TEST(NanoEmbed, CanBeCancelled) {
  const Embedder embedder(Model::load(model, {.device = Device::cpu}));
  EmbedOptions options;
  std::int64_t last = 0;
  options.progress = [&](std::int64_t done, std::int64_t total) {
    EXPECT_GT(done, last);
    EXPECT_EQ(total, 1000);
    last = done;
    options.cancellation.cancel();
  };
  const std::vector<std::string> texts(1000, "The fox lives in a den.");
  try {
    embedder.embed(texts, options);
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::cancelled);
  }
  EXPECT_GT(last, 0);
  EXPECT_LT(last, 1000);
}

}  // namespace
}  // namespace gerbil
