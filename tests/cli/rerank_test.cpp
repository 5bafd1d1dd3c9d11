// gerbil rerank with a cross-encoder and with a language model.
#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>

#include "tiny_models.hpp"

namespace gerbil::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string& model() {
  static const TemporaryFolder folder;
  static const std::string path = tiny_model(folder, "bert_classifier");
  return path;
}

std::vector<float> scores(const Arguments& arguments, const std::string& input = {}) {
  return gerbil_json(arguments, input).at("scores").get<std::vector<float>>();
}

TEST(Rerank, JsonIsInTheOrderOfTheDocuments) {
  const std::vector<float> forward =
      scores({"rerank", model(), "--query", "fox", "--text", "the fox", "--text", "", "--text", "moo"});
  const std::vector<float> backward =
      scores({"rerank", model(), "--query", "fox", "--text", "moo", "--text", "", "--text", "the fox"});
  ASSERT_EQ(forward.size(), 3u);
  EXPECT_NE(forward[0], forward[2]);
  EXPECT_EQ(forward, std::vector<float>(backward.rbegin(), backward.rend()));
  EXPECT_EQ(scores({"rerank", model(), "--query", "fox"}, "the fox\r\n\nmoo"), forward);
  EXPECT_NE(scores({"rerank", model(), "--query", "cow"}, "the fox\n\nmoo"), forward);
  EXPECT_THAT(scores({"rerank", model(), "--query", "fox"}, ""), IsEmpty());
}

TEST(Rerank, LinesAreRankScoreNumberAndDocument) {
  const std::vector<std::string> documents{"moo", "the fox", "", "cow", "moo"};
  std::string input;
  for (const std::string& document : documents) input += document + "\n";
  const std::vector<float> expected = scores({"rerank", model(), "--query", "fox", "--file", "-"}, input);
  std::istringstream lines(gerbil({"rerank", model(), "--query", "fox", "--file", "-"}, input).out);
  std::size_t rank = 0;
  std::vector<float> in_order;
  std::vector<std::size_t> numbers;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::vector<std::string> field(4);
    for (std::string& text : field) std::getline(fields, text, '\t');
    EXPECT_EQ(field[0], std::to_string(++rank));
    const std::size_t number = std::stoul(field[2]);
    ASSERT_LE(number, documents.size());
    EXPECT_EQ(std::stof(field[1]), expected[number - 1]);
    EXPECT_EQ(field[3], documents[number - 1]);
    in_order.push_back(expected[number - 1]);
    numbers.push_back(number);
  }
  EXPECT_EQ(rank, documents.size());
  EXPECT_TRUE(std::ranges::is_sorted(in_order, std::ranges::greater()));
  // Equal scores stay in the order of the input.
  EXPECT_LT(std::ranges::find(numbers, 1u), std::ranges::find(numbers, 5u));
}

TEST(Rerank, DocumentsThatAreTooLongAreNamedOrCut) {
  const Outcome outcome = gerbil({"rerank", model(), "--query", "fox", "--text", "moo", "--text", long_text()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("Text 2 has 104 tokens"));
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_EQ(scores({"rerank", model(), "--query", "fox", "--text", long_text(), "--truncate"}).size(), 1u);
}

TEST(Rerank, ALanguageModelJudges) {
  const Arguments common{"rerank", nano(), "--device", "cpu", "--query", "fox", "--text", "A fox.", "--text", "moo"};
  const std::vector<float> judged = scores(common);
  ASSERT_EQ(judged.size(), 2u);
  for (const float score : judged) {
    EXPECT_GT(score, 0.0f);
    EXPECT_LT(score, 1.0f);
  }
  Arguments instructed = common;
  instructed.insert(instructed.end(), {"--instruction", "Which of them rhymes?"});
  EXPECT_NE(scores(instructed), judged);
  Arguments small = common;
  small.insert(small.end(), {"--text", long_text(), "--context", "120"});
  const Outcome outcome = gerbil(small);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("Text 3 has"));
  small.emplace_back("--truncate");
  const std::vector<float> cut = scores(small);
  ASSERT_EQ(cut.size(), 3u);
  EXPECT_EQ(std::vector<float>(cut.begin(), cut.begin() + 2), judged);
}

struct Misused {
  std::string fixture;
  Arguments arguments;  // after the model
  std::string command;
  std::string sentence;  // a part of it
};

class Misuse : public ::testing::TestWithParam<Misused> {};

TEST_P(Misuse, IsASentenceThatHelps) {
  const TemporaryFolder folder;
  Arguments arguments{GetParam().command, tiny_model(folder, GetParam().fixture)};
  arguments.insert(arguments.end(), GetParam().arguments.begin(), GetParam().arguments.end());
  const Outcome outcome = gerbil(arguments);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr(GetParam().sentence));
  EXPECT_THAT(outcome.out, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Models, Misuse,
    ::testing::Values(
        Misused{"bert_mean",
                {"hi"},
                "run",
                "makes embeddings, so it cannot generate text: it is for an Embedder (gerbil embed)"},
        Misused{"bert_mean", {}, "chat", "gerbil embed"},
        Misused{"bert_classifier", {"hi"}, "run", "it is for a Ranker (gerbil rerank)"},
        Misused{
            "bert_classifier_two_labels", {"hi"}, "run", "classifies texts into 2 classes, so it cannot generate text"},
        Misused{
            "bert_classifier", {"--text", "a"}, "embed", "cannot make embeddings: it is for a Ranker (gerbil rerank)"},
        Misused{
            "bert_classifier", {"a", "b"}, "similarity", "cannot make embeddings: it is for a Ranker (gerbil rerank)"},
        Misused{
            "bert_mean", {"--query", "a", "--text", "b"}, "rerank", "makes embeddings, so it cannot rank documents"},
        Misused{"bert_classifier_two_labels", {"--query", "a", "--text", "b"}, "rerank", "2 classes"},
        Misused{"bert_mean", {"--tokens", "1"}, "logits", "cannot generate text"}));

}  // namespace
}  // namespace gerbil::testing
