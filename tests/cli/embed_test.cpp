// gerbil embed, similarity, and what inspect says about models that embed.
#include <gmock/gmock.h>

#include <cmath>
#include <sstream>

#include "tiny_models.hpp"

namespace gerbil::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

using Vector = std::vector<float>;

// One model for all tests, which do not change it.
const std::string& model() {
  static const TemporaryFolder folder;
  static const std::string path = tiny_model(folder, "bert_mean");
  return path;
}

// The vectors of `gerbil embed MODEL MORE… --json`.
std::vector<Vector> embed(const std::string& of, const Arguments& more, const std::string& input = {}) {
  Arguments arguments{"embed", of, "--device", "cpu"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return gerbil_json(arguments, input).at("embeddings");
}

double length(const Vector& vector) {
  double squares = 0;
  for (const float value : vector) squares += static_cast<double>(value) * value;
  return std::sqrt(squares);
}

double cosine(const Vector& a, const Vector& b) {
  double product = 0;
  for (std::size_t i = 0; i < a.size(); ++i) product += static_cast<double>(a[i]) * b[i];
  return product / length(a) / length(b);
}

TEST(Embed, JsonIsThatOfTheCodec) {
  const Outcome outcome = gerbil({"embed", model(), "--text", "the fox runs", "--text", "moo", "--json"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.err, IsEmpty());
  EXPECT_THAT(outcome.out, StartsWith("{\"model\":"));
  const auto json = nlohmann::ordered_json::parse(outcome.out);
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.push_back(key);
  EXPECT_THAT(keys, ElementsAre("model", "device", "load_seconds", "embeddings", "dimensions", "tokens", "seconds"));
  EXPECT_EQ(json.at("dimensions"), 32);
  EXPECT_EQ(json.at("tokens"), 5 + 3);  // [CLS] and [SEP] around each
  ASSERT_EQ(json.at("embeddings").size(), 2u);
  for (const auto& vector : json.at("embeddings")) {
    ASSERT_EQ(vector.size(), 32u);
    EXPECT_NEAR(length(vector.get<Vector>()), 1.0, 1e-6);
  }
  EXPECT_NE(json.at("embeddings")[0], json.at("embeddings")[1]);
  EXPECT_GT(json.at("seconds").get<double>(), 0.0);
}

TEST(Embed, ALineATextHasTheSameNumbers) {
  const auto vectors = embed(model(), {"--text", "fox", "--text", "cow"});
  const Outcome outcome = gerbil({"embed", model(), "--device", "cpu", "--text", "fox", "--text", "cow"});
  std::istringstream lines(outcome.out);
  std::vector<Vector> read;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream numbers(line);
    Vector& vector = read.emplace_back();
    for (std::string number; std::getline(numbers, number, '\t');) vector.push_back(std::stof(number));
  }
  EXPECT_EQ(read, vectors);
}

TEST(Embed, EveryLineOfAFileIsAText) {
  const TemporaryFolder folder;
  const auto expected = embed(model(), {"--text", "the fox", "--text", "", "--text", "the cow"});
  EXPECT_EQ(expected.size(), 3u);
  for (const std::string text : {"the fox\n\nthe cow\n", "the fox\n\nthe cow", "the fox\r\n\r\nthe cow\r\n",
                                 "\xef\xbb\xbfthe fox\n\nthe cow\n"}) {
    EXPECT_EQ(embed(model(), {"--file", folder.write("lines", text)}), expected) << text;
    EXPECT_EQ(embed(model(), {"--file", "-"}, text), expected) << text;
    EXPECT_EQ(embed(model(), {}, text), expected) << text;
  }
}

TEST(Embed, AFileWithoutLinesIsAWarningAndNoVectors) {
  const TemporaryFolder folder;
  const std::string file = folder.write("empty", "");
  const Outcome outcome = gerbil({"embed", model(), "--file", file, "--json"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, HasSubstr("\"embeddings\":[],\"dimensions\":32,\"tokens\":0,"));
  EXPECT_THAT(outcome.err, HasSubstr("'" + file + "' has no lines"));
  EXPECT_THAT(gerbil({"embed", model(), "--file", file}).out, IsEmpty());
}

TEST(Embed, KeepsTheFirstDimensionsAndNormalisesAfter) {
  const Vector whole = embed(model(), {"--text", "the fox"}).front();
  const Vector first = embed(model(), {"--text", "the fox", "--dimensions", "8"}).front();
  ASSERT_EQ(first.size(), 8u);
  EXPECT_NEAR(length(first), 1.0, 1e-6);
  EXPECT_NEAR(cosine(first, Vector(whole.begin(), whole.begin() + 8)), 1.0, 1e-6);
}

TEST(Embed, LeavesLengthsAloneOnRequest) {
  const Vector unit = embed(model(), {"--text", "the fox"}).front();
  const Vector raw = embed(model(), {"--text", "the fox", "--no-normalize"}).front();
  EXPECT_GT(std::abs(length(raw) - 1), 0.01);
  EXPECT_NEAR(cosine(unit, raw), 1.0, 1e-6);
}

TEST(Embed, ATaskPutsItsPromptBeforeTheText) {
  const TemporaryFolder folder;
  const std::string path = tiny_model(folder, "bert_mean");
  folder.write("bert_mean/config_sentence_transformers.json", R"({"prompts":{"query":"says ","moo":"moo "}})");
  EXPECT_EQ(embed(path, {"--text", "fox", "--task", "query"}), embed(path, {"--text", "says fox"}));
  EXPECT_EQ(embed(path, {"--text", "fox", "--task", "moo"}), embed(path, {"--text", "moo fox"}));
  EXPECT_EQ(embed(path, {"--text", "fox", "--task", "document"}), embed(path, {"--text", "fox"}));
  const Outcome wrong = gerbil({"embed", path, "--text", "fox", "--task", "poem"});
  EXPECT_EQ(wrong.status, 1);
  EXPECT_THAT(wrong.err, HasSubstr("The task is \"poem\", but this model knows query, document, moo."));
}

TEST(Embed, TextsThatAreTooLongAreNamedOrCut) {
  const Outcome outcome = gerbil({"embed", model(), "--text", "moo", "--text", long_text()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("Text 2 has 102 tokens"));
  EXPECT_THAT(outcome.err, HasSubstr("at most 64"));
  EXPECT_THAT(outcome.out, IsEmpty());
  const Json json = gerbil_json({"embed", model(), "--text", "moo", "--text", long_text(), "--truncate"});
  EXPECT_EQ(json.at("tokens"), 3 + 64);
}

TEST(Embed, ALanguageModelEmbedsToo) {
  const auto vectors = embed(nano(), {"--text", "Tell me a story about a fox", "--text", ""});
  ASSERT_EQ(vectors.size(), 2u);
  ASSERT_EQ(vectors[0].size(), 256u);
  EXPECT_NEAR(length(vectors[0]), 1.0, 1e-6);
  EXPECT_EQ(vectors[1], Vector(256));  // no tokens, no direction
}

TEST(Similarity, IsTheCosine) {
  const auto vectors = embed(model(), {"--text", "the fox", "--text", "the cow"});
  const Arguments pair{"similarity", model(), "the fox", "the cow", "--device", "cpu"};
  const double value = gerbil_json(pair).at("similarity");
  EXPECT_NEAR(value, cosine(vectors[0], vectors[1]), 1e-6);
  EXPECT_LT(value, 0.999);
  EXPECT_EQ(std::stof(gerbil(pair).out), static_cast<float>(value));
  EXPECT_NEAR(gerbil_json({"similarity", model(), "fox", "fox"}).at("similarity"), 1.0, 1e-6);
  EXPECT_EQ(gerbil({"similarity", nano(), "fox", ""}).out, "0\n");
}

TEST(Inspect, SaysHowAnEmbeddingIsMade) {
  const Json json = gerbil_json({"inspect", model()});
  EXPECT_EQ(json.at("pipeline"), "mean of the tokens, normalised");
  EXPECT_EQ(json.at("dimensions"), 32);
  EXPECT_THAT(gerbil({"inspect", model()}).out, HasSubstr("mean of the tokens, normalised"));
  const Json language = gerbil_json({"inspect", nano()});
  EXPECT_EQ(language.at("pipeline"), "");
  EXPECT_EQ(language.at("dimensions"), 0);
  EXPECT_EQ(language.at("classes"), 0);
}

}  // namespace
}  // namespace gerbil::testing
