// Guesses ahead on the built-in model: the same answers, whoever guesses, and what is said of it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>
#include <string>
#include <vector>

#include "engine/golden_case.hpp"
#include "gerbil/gerbil.hpp"

namespace gerbil {
namespace {

const std::string nano = GERBIL_MODELS "/nano";

Model load(bool speculate, const std::string& draft = "", Device device = Device::cpu) {
  LoadOptions options{.device = device, .threads = 2, .context_length = 1024, .speculate = speculate, .draft = draft};
  return Model::load(nano, options);
}

const std::string story =
    "Repeat after me: The fox and the hare went to the river, and the river was cold and deep. The fox and the hare "
    "went to the river, and the";

std::vector<GenerateOptions> ways() {
  std::vector<GenerateOptions> all(5, {.max_tokens = 60, .raw = true});
  all[1].sampling = {.temperature = 0.8f, .top_p = 0.9f, .seed = 3};
  all[2].sampling = {.temperature = 1.2f, .top_k = 40, .seed = 4};
  all[2].log_probabilities = 2;
  all[3].sampling = {.repetition_penalty = 1.2f, .frequency_penalty = 0.3f};
  all[4].grammar = Regex{"[a-z ,.]{30,50}"};
  return all;
}

std::vector<GenerateResult> answers(const Model& model) {
  const Generator generator(model);
  std::vector<std::future<GenerateResult>> together;
  for (const GenerateOptions& options : ways())
    together.push_back(
        std::async(std::launch::async, [&generator, options] { return generator.generate(story, options); }));
  std::vector<GenerateResult> results;
  for (auto& each : together) results.push_back(each.get());
  return results;
}

void expect_same(const std::vector<GenerateResult>& got, const std::vector<GenerateResult>& wanted) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_EQ(got[i].text, wanted[i].text) << i;
    EXPECT_EQ(got[i].tokens, wanted[i].tokens) << i;
    EXPECT_EQ(got[i].finish_reason, wanted[i].finish_reason) << i;
    ASSERT_EQ(got[i].log_probabilities.size(), wanted[i].log_probabilities.size()) << i;
    for (std::size_t t = 0; t < wanted[i].log_probabilities.size(); ++t) {
      const TokenReport& report = wanted[i].log_probabilities[t];
      EXPECT_EQ(got[i].log_probabilities[t].chosen.log_probability, report.chosen.log_probability) << i << ", " << t;
      EXPECT_EQ(got[i].log_probabilities[t].alternatives.size(), report.alternatives.size());
    }
  }
}

class Guessing : public ::testing::TestWithParam<Device> {};
INSTANTIATE_TEST_SUITE_P(Devices, Guessing, ::testing::Values(Device::cpu, Device::webgpu),
                         [](const auto& way) { return way.param == Device::cpu ? "Cpu" : "WebGpu"; });

TEST_P(Guessing, AnswersAreTheSame) {
  const auto wanted = answers(load(false, "", GetParam()));
  const Model looks_back = load(true, "", GetParam());
  expect_same(answers(looks_back), wanted);
  EXPECT_GT(looks_back.statistics().drafted_tokens, 0);
  const Model guessed = load(true, nano, GetParam());
  expect_same(answers(guessed), wanted);
  EXPECT_GT(guessed.statistics().accepted_tokens, looks_back.statistics().accepted_tokens);
}

TEST(Speculation, ADraftSharesTheNoiseOfTheSampler) {
  const Model model = load(true, nano);
  const Generator generator(model);
  generator.generate("Once upon a time", {.max_tokens = 50, .sampling = {.temperature = 1.5f, .seed = 9}, .raw = true});
  const ModelStatistics statistics = model.statistics();
  EXPECT_GT(statistics.drafted_tokens, 20);
  EXPECT_EQ(statistics.accepted_tokens, statistics.drafted_tokens) << "the same model chooses the same";
}

TEST(Speculation, OffMeansOff) {
  const Model model = load(false);
  Generator(model).generate(story, {.max_tokens = 60, .raw = true});
  EXPECT_EQ(model.statistics().drafted_tokens, 0);
  EXPECT_EQ(model.statistics().steps, model.statistics().step_requests);
}

TEST(Speculation, ADraftThatDoesNotFitIsRefused) {
  const auto message = [](const std::string& draft, bool speculate = true) -> std::string {
    try {
      load(speculate, draft);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(message(GERBIL_MODELS "/nano-embed"), ::testing::HasSubstr("cannot generate text"));
  EXPECT_THAT(message("no/such/model"), ::testing::HasSubstr("no/such/model"));
  const testing::ModelDirectory small(testing::golden_case("llama_config"));  // it has no tokenizer
  EXPECT_THAT(message(small.path()),
              ::testing::ContainsRegex("cannot guess for nano: it has [0-9]+ tokens, and not 4"));
  const std::string other = ::testing::TempDir() + "gerbil_other_vocabulary_" + std::to_string(::getpid());
  std::filesystem::copy(nano, other);
  std::ostringstream text;
  text << std::ifstream(nano + "/tokenizer.json").rdbuf();
  std::string changed = text.str();
  changed.replace(changed.find("<|im_start|>"), 12, "<|im_begin|>");
  std::ofstream(other + "/tokenizer.json") << changed;
  EXPECT_THAT(message(other), ::testing::HasSubstr("token 4086 is '<|im_begin|>' in its vocabulary"));
  std::filesystem::remove_all(other);
  EXPECT_THAT(message(nano, false), ::testing::HasSubstr("speculate is false"));
}

}  // namespace
}  // namespace gerbil
