// On a GPU the next step is begun while one runs: answers, their log-probabilities and those of their neighbours are
// the same bits as step by step.
#include <gtest/gtest.h>

#include <future>

#include "engine/golden_case.hpp"

namespace gerbil {
namespace {

using Tokens = std::vector<std::int32_t>;

Tokens make_prompt(int count, int seed) {
  Tokens tokens;
  for (int i = 0; i < count; ++i) tokens.push_back((i * 37 + seed * 101 + i * i * seed) % 128);
  return tokens;
}

Generator load(const std::string& path, bool pipeline) {
  return {Model::load(path, {.device = Device::webgpu, .check = false}, {.pipeline = pipeline}), {.ignore_end = true}};
}

bool mentions_steps(const Generator& generator) {
  for (const std::string& note : generator.model().info().notes)
    if (note.contains("A step is begun when")) return true;
  return false;
}

struct Call {
  Tokens prompt;
  GenerateOptions options;
};

// All at once.
std::vector<GenerateResult> answers(const Generator& generator, const std::vector<Call>& calls) {
  std::vector<std::future<GenerateResult>> waiting;
  for (const Call& call : calls) {
    auto promise = std::make_shared<std::promise<GenerateResult>>();
    waiting.push_back(promise->get_future());
    generator.submit(call.prompt, call.options, [promise](GenerateResult result, const std::exception_ptr& error) {
      error ? promise->set_exception(error) : promise->set_value(std::move(result));
    });
  }
  std::vector<GenerateResult> results;
  for (auto& result : waiting) results.push_back(result.get());
  return results;
}

void expect_same(const GenerateResult& a, const GenerateResult& b) {
  EXPECT_EQ(a.tokens, b.tokens);
  EXPECT_EQ(a.text, b.text);
  EXPECT_EQ(a.finish_reason, b.finish_reason);
  ASSERT_EQ(a.log_probabilities.size(), b.log_probabilities.size());
  const auto same = [](const TokenProbability& x, const TokenProbability& y) {
    EXPECT_EQ(x.token, y.token);
    EXPECT_EQ(x.log_probability, y.log_probability);
  };
  for (std::size_t i = 0; i < a.log_probabilities.size(); ++i) {
    same(a.log_probabilities[i].chosen, b.log_probabilities[i].chosen);
    ASSERT_EQ(a.log_probabilities[i].alternatives.size(), b.log_probabilities[i].alternatives.size());
    for (std::size_t j = 0; j < a.log_probabilities[i].alternatives.size(); ++j)
      same(a.log_probabilities[i].alternatives[j], b.log_probabilities[i].alternatives[j]);
  }
}

class WebGpuPipelines : public ::testing::TestWithParam<const char*> {};

TEST_P(WebGpuPipelines, AnswersAreThoseOfOneStepAfterTheOther) {
  const testing::ModelDirectory directory(testing::golden_case(GetParam()));
  const Generator plain = load(directory.path(), false);
  std::vector<Call> calls;
  for (int i = 0; i < 6; ++i)
    calls.push_back({make_prompt(5 + 18 * i, i),
                     {.max_tokens = 8 + 3 * i,
                      .sampling = {.temperature = i % 2 == 0 ? 0.0f : 1.0f, .seed = static_cast<std::uint64_t>(i)},
                      .log_probabilities = i % 3}});
  calls[4].options.sampling.frequency_penalty = 0.5f;
  calls[5].options.sampling.logit_bias = {{5, 3.0f}};
  const auto whole = answers(plain, calls);
  for (const std::size_t i : {1u, 3u}) calls[i].options.stop_tokens = {whole[i].tokens[whole[i].tokens.size() / 2]};
  const auto wanted = answers(plain, calls);
  EXPECT_LT(wanted[3].tokens.size(), whole[3].tokens.size());
  const Generator pipelined = load(directory.path(), true);
  for (int turn = 0; turn < 2; ++turn) {  // the second finds what the first left in the cache
    const auto made = answers(pipelined, calls);
    for (std::size_t i = 0; i < calls.size(); ++i) {
      SCOPED_TRACE(i);
      if (turn == 0) expect_same(made[i], wanted[i]);
      EXPECT_EQ(made[i].tokens, wanted[i].tokens);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Fixtures, WebGpuPipelines,
                         ::testing::Values("llama_config", "qwen2_sliding_window", "gemma3_pattern", "gemma4_config",
                                           "mlx_qwen3", "qwen3_5_config"));

TEST(WebGpuPipeline, StopTextsEndAnswersInTheirMiddle) {
  const Generator plain(Model::load(GERBIL_MODELS "/nano", {.device = Device::webgpu}, {.pipeline = false}));
  const Generator pipelined(Model::load(GERBIL_MODELS "/nano", {.device = Device::webgpu}));
  EXPECT_TRUE(mentions_steps(plain));
  EXPECT_FALSE(mentions_steps(pipelined));
  for (const std::string stop : {"o", "7", "the"}) {
    for (const char* question : {"What is 37 + 45?", "What sound does a cow make?"}) {
      const GenerateOptions options{.max_tokens = 40, .stop = {stop}, .log_probabilities = 2};
      expect_same(pipelined.generate(question, options), plain.generate(question, options));
    }
  }
}

TEST(WebGpuPipeline, TablesOnTheHostNeedEveryToken) {
  for (const char* name : {"gemma4_config", "llama_config"}) {
    const testing::ModelDirectory directory(testing::golden_case(name));
    EXPECT_EQ(mentions_steps(load(directory.path(), true)), std::string_view(name).contains("gemma4"));
  }
}

}  // namespace
}  // namespace gerbil
