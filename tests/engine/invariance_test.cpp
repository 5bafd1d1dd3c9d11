// What a sequence generates does not depend on how the work was cut: token by token or at once, alone or beside
// others, on one thread or many, continued from a cache or computed afresh. Compared token by token.

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <tuple>

#include "engine/golden_case.hpp"

namespace gerbil {
namespace {

using Tokens = std::vector<std::int32_t>;

constexpr std::int32_t answer_length = 20;

// `count` token ids below the smallest vocabulary of the fixtures; different for every seed.
Tokens make_prompt(std::size_t count, std::uint32_t seed) {
  Tokens tokens(count);
  std::uint32_t state = seed * 2654435761u + 1;
  for (std::int32_t& token : tokens) {
    state = state * 1664525u + 1013904223u;
    token = static_cast<std::int32_t>((state >> 16) % 128);
  }
  return tokens;
}

Tokens answer(const Generator& generator, const Tokens& prompt) {
  const GenerateResult result = generator.generate(prompt, {.max_tokens = answer_length});
  EXPECT_EQ(result.finish_reason, FinishReason::length);
  EXPECT_EQ(result.tokens.size(), static_cast<std::size_t>(answer_length));
  return result.tokens;
}

class Invariance : public ::testing::TestWithParam<std::tuple<const char*, Device, bool>> {
 protected:
  Invariance() : directory_(testing::golden_case(std::get<0>(GetParam()))) {}

  Generator load(int threads = 2, std::int32_t context_length = 0) const {
    const auto& [name, device, exact] = GetParam();
    const LoadOptions options{.device = device, .threads = threads, .context_length = context_length, .check = false};
    return {Model::load(directory_.path(), options, {.exact = exact}), {.ignore_end = true}};
  }

  static bool recurrent() { return std::string_view(std::get<0>(GetParam())).contains("qwen3_5"); }

 private:
  testing::ModelDirectory directory_;
};

TEST_P(Invariance, DecodeIsPrefill) {
  const Generator generator = load();
  const Tokens prompt = make_prompt(13, 1);
  const Tokens generated = answer(generator, prompt);
  Tokens all = prompt;
  all.insert(all.end(), generated.begin(), generated.end() - 1);
  const std::vector<float> logits = generator.logits(all);
  const auto vocabulary = static_cast<std::size_t>(generator.model().info().vocabulary_size);
  Tokens best;
  for (std::size_t row = prompt.size() - 1; row < all.size(); ++row) {
    const auto first = logits.begin() + static_cast<std::ptrdiff_t>(row * vocabulary);
    best.push_back(
        static_cast<std::int32_t>(std::max_element(first, first + static_cast<std::ptrdiff_t>(vocabulary)) - first));
  }
  EXPECT_EQ(best, generated);
}

TEST_P(Invariance, BatchedIsAlone) {
  std::vector<Tokens> prompts, alone;
  // Of some the longest has several chunks of linear attention.
  for (std::uint32_t i = 0; i < 4; ++i) prompts.push_back(make_prompt(3 + (recurrent() ? 61 : 11) * i, 10 + i));
  const Generator lone = load();  // no prompt begins like another, so each is computed
  for (const Tokens& prompt : prompts) alone.push_back(answer(lone, prompt));
  const Generator generator = load();
  std::vector<std::future<Tokens>> together;
  for (const Tokens& prompt : prompts) {
    together.push_back(std::async(std::launch::async, [&generator, &prompt] { return answer(generator, prompt); }));
  }
  for (std::size_t i = 0; i < prompts.size(); ++i) EXPECT_EQ(together[i].get(), alone[i]) << "sequence " << i;
}

TEST_P(Invariance, ChunkedIsWhole) {
  // Longer than one step takes, so that the engine itself cuts it too, elsewhere.
  const Tokens prompt = make_prompt(600, 3);
  const Tokens expected = answer(load(2, 700), prompt);
  const Generator generator = load(2, 700);
  for (const std::ptrdiff_t length :
       {7, 100, 300, 590}) {  // each call finds the last one's keys and values in the cache
    generator.generate(Tokens(prompt.begin(), prompt.begin() + length), {.max_tokens = 1});
  }
  const GenerateResult result = generator.generate(prompt, {.max_tokens = answer_length});
  EXPECT_GT(result.cached_tokens, 512);
  EXPECT_EQ(result.tokens, expected);
}

TEST_P(Invariance, PrefixReuseIsFresh) {
  const Generator generator = load();
  Tokens conversation = make_prompt(40, 4);
  const Tokens first = answer(generator, conversation);
  conversation.insert(conversation.end(), first.begin(), first.end());
  const Tokens more = make_prompt(9, 5);
  conversation.insert(conversation.end(), more.begin(), more.end());
  const GenerateResult reused = generator.generate(conversation, {.max_tokens = answer_length});
  // A recurrent state is kept at multiples of 64 tokens.
  EXPECT_EQ(reused.cached_tokens > 0, !recurrent());
  EXPECT_EQ(reused.tokens, answer(load(), conversation));
  // A prompt that leaves the cached one in its middle must not see what followed there.
  Tokens branch(conversation.begin(), conversation.begin() + 37);
  branch.insert(branch.end(), more.begin(), more.end());
  EXPECT_EQ(answer(generator, branch), answer(load(), branch));
}

TEST_P(Invariance, RunsRepeatAndThreadsDoNotMatter) {
  const Tokens prompt = make_prompt(30, 6);
  const Generator generator = load(2);
  const Tokens expected = answer(generator, prompt);
  EXPECT_EQ(answer(generator, prompt), expected);
  if (std::get<1>(GetParam()) == Device::cpu) {
    for (const int threads : {1, 3}) EXPECT_EQ(answer(load(threads), prompt), expected) << threads << " threads";
  }
}

TEST_P(Invariance, GuessedIsTokenByToken) {
  const auto& [name, device, exact] = GetParam();
  const testing::ModelDirectory draft(testing::golden_case(name));
  LoadOptions options{.device = device, .threads = 2, .speculate = false, .check = false};
  const auto load_with = [&] {
    return Generator(Model::load(draft.path(), options, {.exact = exact}), {.ignore_end = true});
  };
  const Generator plain = load_with();
  options.speculate = true;
  options.draft = draft.path();
  // The model guesses for itself, beside another whose guesses are its own.
  const Generator guessed = load_with();
  const std::vector<Tokens> prompts{make_prompt(13, 1), make_prompt(40, 7)};
  std::vector<std::future<Tokens>> together;
  for (const Tokens& prompt : prompts)
    together.push_back(std::async(std::launch::async, [&guessed, &prompt] { return answer(guessed, prompt); }));
  for (std::size_t i = 0; i < prompts.size(); ++i) EXPECT_EQ(together[i].get(), answer(plain, prompts[i]));
  EXPECT_GT(guessed.model().statistics().accepted_tokens, 10);
}

std::string parameter_name(const ::testing::TestParamInfo<Invariance::ParamType>& info) {
  const auto& [name, device, exact] = info.param;
  return std::string(name) + "_" + testing::device_name(device) + (exact ? "_exact" : "");
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Invariance,
                         ::testing::Combine(::testing::Values("llama_config", "qwen3_config", "qwen2_sliding_window",
                                                              "smollm3_sliding_window", "phi3_config", "gemma3_pattern",
                                                              "gemma4_wide_config", "mlx_qwen3", "mlx_gemma3",
                                                              "mlx_gemma4", "gptq_llama", "qwen3_5_config",
                                                              "mlx_qwen3_5"),
                                            ::testing::Values(Device::cpu, Device::webgpu), ::testing::Bool()),
                         parameter_name);

}  // namespace
}  // namespace gerbil
