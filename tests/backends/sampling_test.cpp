#include "backends/sampling.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <set>

#include "kernels/cpu/targets.hpp"

namespace gerbil {
namespace {

std::int32_t pick(std::vector<float> logits, const Sampling& sampling) { return sample(logits, sampling); }

// How often each token is chosen over `count` steps.
std::map<std::int32_t, int> draw(const std::vector<float>& logits, Sampling sampling, int count) {
  std::map<std::int32_t, int> chosen;
  for (int i = 0; i < count; ++i) {
    sampling.step = static_cast<std::uint32_t>(i);
    ++chosen[pick(logits, sampling)];
  }
  return chosen;
}

std::set<std::int32_t> drawn_tokens(const std::vector<float>& logits, const Sampling& sampling) {
  std::set<std::int32_t> tokens;
  for (const auto& [token, count] : draw(logits, sampling, 2000)) tokens.insert(token);
  return tokens;
}

TEST(Sampling, GreedyTakesTheSmallestIdAmongEquals) {
  EXPECT_EQ(pick({1, 3, 3, 2}, {}), 1);
  EXPECT_EQ(pick({-5, -7, -5}, {}), 0);
  EXPECT_EQ(pick({0}, {}), 0);
}

TEST(Sampling, PenaltiesMakePositiveAndNegativeLogitsLessLikely) {
  Sampling sampling;
  sampling.adjustments = {{0, 2.0f, 0.0f}};
  EXPECT_EQ(pick({3, 2}, sampling), 1);    // 3 / 2 < 2
  EXPECT_EQ(pick({-2, -3}, sampling), 1);  // −2 · 2 < −3
  EXPECT_EQ(pick({5, 2}, sampling), 0);
  sampling.adjustments = {{1, 1.0f, 4.0f}};
  EXPECT_EQ(pick({3, 0}, sampling), 1);
  sampling.adjustments = {{0, 2.0f, 1.0f}};  // the penalty comes before the bias: 3 / 2 + 1
  EXPECT_EQ(pick({3, 2.4f}, sampling), 0);
  EXPECT_EQ(pick({3, 2.6f}, sampling), 1);
}

TEST(Sampling, TopKKeepsTiesAtTheBorder) {
  const Sampling sampling{.temperature = 1.0f, .top_k = 2};
  EXPECT_EQ(drawn_tokens({1, 3, 2, 0}, sampling), (std::set<std::int32_t>{1, 2}));
  EXPECT_EQ(drawn_tokens({2, 3, 2, 0}, sampling), (std::set<std::int32_t>{0, 1, 2}));
  EXPECT_EQ(drawn_tokens({2, 3, 2, 0}, {.temperature = 1.0f, .top_k = 1}), (std::set<std::int32_t>{1}));
  EXPECT_EQ(drawn_tokens({2, 3, 2, 0}, {.temperature = 1.0f, .top_k = 9}).size(), 4u);
}

TEST(Sampling, TopPKeepsTheSmallestSetThatReachesIt) {
  // Probabilities 0.5, 0.3, 0.15, 0.05.
  const std::vector<float> logits{std::log(0.3f), std::log(0.5f), std::log(0.05f), std::log(0.15f)};
  EXPECT_EQ(drawn_tokens(logits, {.temperature = 1.0f, .top_p = 0.4f}), (std::set<std::int32_t>{1}));
  EXPECT_EQ(drawn_tokens(logits, {.temperature = 1.0f, .top_p = 0.6f}), (std::set<std::int32_t>{0, 1}));
  EXPECT_EQ(drawn_tokens(logits, {.temperature = 1.0f, .top_p = 0.9f}), (std::set<std::int32_t>{0, 1, 3}));
  // After top_k 2 the probabilities are 0.625 and 0.375: the first reaches 0.6 alone.
  EXPECT_EQ(drawn_tokens(logits, {.temperature = 1.0f, .top_k = 2, .top_p = 0.6f}), (std::set<std::int32_t>{1}));
}

TEST(Sampling, TopPOfManyEqualTokensKeepsThemAll) {
  const std::vector<float> logits(1000, 0.25f);
  EXPECT_GT(drawn_tokens(logits, {.temperature = 1.0f, .top_p = 0.1f}).size(), 800u);
}

TEST(Sampling, MinPIsRelativeToTheBest) {
  const std::vector<float> logits{std::log(0.3f), std::log(0.5f), std::log(0.05f), std::log(0.15f)};
  EXPECT_EQ(drawn_tokens(logits, {.temperature = 1.0f, .min_p = 0.25f}), (std::set<std::int32_t>{0, 1, 3}));
  EXPECT_EQ(drawn_tokens(logits, {.temperature = 1.0f, .min_p = 1.0f}), (std::set<std::int32_t>{1}));
}

TEST(Sampling, ATemperatureWhoseInverseOverflowsTakesTheMostLikely) {
  for (const float temperature : {1e-45f, 1e-40f, 1e-38f, 1e-37f, 1e-20f, 1e-3f}) {
    EXPECT_EQ(pick({1, 3, 2, -4}, {.temperature = temperature}), 1) << temperature;
    EXPECT_EQ(pick({-3, -1, -2, -4}, {.temperature = temperature}), 1) << temperature;
    EXPECT_EQ(pick({1, 3, 2, -4}, {.temperature = temperature, .top_k = 3, .top_p = 0.9f, .min_p = 0.1f}), 1);
  }
  // Nothing tells equals apart, however cold it is; everything is equal when it is hot enough.
  EXPECT_EQ(drawn_tokens({3, 2, 3}, {.temperature = 1e-45f}), (std::set<std::int32_t>{0, 2}));
  EXPECT_EQ(drawn_tokens({90, -90, 0}, {.temperature = 3e38f}), (std::set<std::int32_t>{0, 1, 2}));
}

TEST(Sampling, AdjustmentsThatOverflowAreFinite) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  for (const float temperature : {0.0f, 1.0f}) {
    EXPECT_EQ(pick({1, 3, 2}, {.temperature = temperature, .adjustments = {{0, 1e-40f, 0.0f}}}), 0);
    EXPECT_EQ(pick({1, 3, 2}, {.temperature = temperature, .adjustments = {{2, 1.0f, infinity}}}), 2);
    EXPECT_EQ(pick({1, 3, 2}, {.temperature = temperature, .adjustments = {{0, 1, -infinity}, {1, 1, -infinity}}}), 2);
  }
}

TEST(Sampling, WhatIsNoNumberIsNotChosen) {
  const float nan = std::nanf("");
  EXPECT_EQ(pick({nan, 1, nan, 2}, {}), 3);
  EXPECT_EQ(drawn_tokens({nan, 1, nan, 2}, {.temperature = 1.0f, .top_k = 3}), (std::set<std::int32_t>{1, 3}));
}

std::vector<std::uint32_t> only(std::initializer_list<std::uint32_t> tokens) {
  std::vector<std::uint32_t> mask(2, 0);
  for (const std::uint32_t token : tokens) mask[token / 32] |= 1u << (token % 32);
  return mask;
}

TEST(Sampling, AMaskForbidsTokens) {
  const auto mask = only({0, 2, 3});
  EXPECT_EQ(pick({1, 9, 3, 2}, {.mask = mask}), 2);
  EXPECT_EQ(drawn_tokens({1, 9, 3, 2}, {.temperature = 2.0f, .mask = mask}), (std::set<std::int32_t>{0, 2, 3}));
  std::vector<float> wide(40, 1.0f);
  wide[33] = 2.0f;
  EXPECT_EQ(pick(wide, {.mask = only({5, 33})}), 33);
  EXPECT_EQ(pick(wide, {.mask = only({5, 34})}), 5);
}

TEST(Sampling, WhatAMaskForbidsCountsForNothing) {
  // The best is forbidden. Of the others the probabilities are 0.5, 0.3, 0.15 and 0.05.
  const std::vector<float> logits{std::log(0.3f), 9, std::log(0.5f), std::log(0.05f), std::log(0.15f)};
  const auto mask = only({0, 2, 3, 4});
  EXPECT_EQ(drawn_tokens(logits, {.temperature = 1.0f, .top_k = 2, .mask = mask}), (std::set<std::int32_t>{0, 2}));
  EXPECT_EQ(drawn_tokens(logits, {.temperature = 1.0f, .top_p = 0.6f, .mask = mask}), (std::set<std::int32_t>{0, 2}));
  EXPECT_EQ(drawn_tokens(logits, {.temperature = 1.0f, .min_p = 0.25f, .mask = mask}),
            (std::set<std::int32_t>{0, 2, 4}));
  // More may be kept than are allowed.
  EXPECT_EQ(drawn_tokens(logits, {.temperature = 9.0f, .top_k = 4, .mask = only({3, 4})}),
            (std::set<std::int32_t>{3, 4}));
}

TEST(Sampling, TheOnlyTokenThatIsAllowedIsChosenHoweverUnlikely) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  for (const float temperature : {0.0f, 1e-45f, 1.0f, 3e38f}) {
    for (const float logit : {-80.0f, -1e38f, -infinity, std::nanf("")}) {
      EXPECT_EQ(pick({5, 4, 3, logit}, {.temperature = temperature, .mask = only({3})}), 3) << logit;
      EXPECT_EQ(pick({-infinity, logit, -infinity}, {.temperature = temperature, .mask = only({1})}), 1) << logit;
    }
    EXPECT_EQ(pick({5, 4, 3}, {.temperature = temperature, .adjustments = {{2, 1.0f, -infinity}}, .mask = only({2})}),
              2);
  }
}

TEST(Sampling, NoBiasAllowsWhatAMaskForbids) {
  for (const float temperature : {0.0f, 1.0f}) {
    EXPECT_EQ(pick({5, 4, 3}, {.temperature = temperature, .adjustments = {{0, 1.0f, 1e30f}}, .mask = only({2})}), 2);
  }
}

TEST(Sampling, LogProbabilitiesComeInOrderWithSmallIdsFirstAmongEquals) {
  const std::vector<float> probabilities{0.1f, 0.25f, 0.3f, 0.25f, 0.1f};
  std::vector<float> logits;
  for (const float p : probabilities) logits.push_back(std::log(p) + 40.0f);  // a shift changes nothing
  const auto expect = [&](std::int32_t chosen, std::int32_t alternatives, const std::vector<std::int32_t>& tokens) {
    const auto result = log_probabilities(logits, chosen, alternatives);
    ASSERT_EQ(result.size(), tokens.size());
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      EXPECT_EQ(result[i].token, tokens[i]) << i;
      EXPECT_NEAR(result[i].log_probability, std::log(probabilities[static_cast<std::size_t>(tokens[i])]), 1e-5) << i;
    }
  };
  expect(4, 0, {4});
  expect(4, 3, {4, 2, 1, 3});
  expect(2, 4, {2, 2, 1, 3, 0});
  expect(0, 9, {0, 2, 1, 3, 0, 4});
}

TEST(Sampling, LogProbabilitiesAreFinite) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  for (const std::vector<float>& logits :
       std::vector<std::vector<float>>{{1, -infinity, 3}, {1, std::nanf(""), 3}, {1, -3.3e38f, 3}}) {
    const auto result = log_probabilities(logits, 1, 3);
    EXPECT_EQ(result[1].token, 2);
    EXPECT_NEAR(result[1].log_probability, -std::log1p(std::exp(-2.0f)), 1e-5);
    EXPECT_EQ(result[3].token, 1);
    for (const ScoredToken& scored : result) EXPECT_TRUE(std::isfinite(scored.log_probability));
  }
  for (const ScoredToken& scored : log_probabilities(std::vector<float>{infinity, -infinity}, 1, 2))
    EXPECT_TRUE(std::isfinite(scored.log_probability));
}

TEST(Sampling, FollowsTheDistribution) {
  // 5 % of 20,000 draws expected in the rarest: chi-square with 5 degrees of freedom, 20.5 is the 99.9th percentile.
  const std::vector<double> probabilities{0.05, 0.1, 0.15, 0.2, 0.1, 0.4};
  for (const float temperature : {0.5f, 1.0f, 2.0f}) {
    std::vector<float> logits;
    for (const double p : probabilities) logits.push_back(temperature * static_cast<float>(std::log(p)) + 3.0f);
    constexpr int draws = 20000;
    auto chosen = draw(logits, {.temperature = temperature, .seed = 5}, draws);
    double chi_square = 0;
    for (std::size_t i = 0; i < probabilities.size(); ++i) {
      const double expected = draws * probabilities[i];
      chi_square += std::pow(chosen[static_cast<std::int32_t>(i)] - expected, 2) / expected;
    }
    EXPECT_LT(chi_square, 20.5) << "temperature " << temperature;
  }
}

TEST(Sampling, DependsOnSeedAndStepOnly) {
  const std::vector<float> logits(50, 0.0f);
  const Sampling sampling{.temperature = 1.0f, .seed = 1ull << 40, .step = 3};
  EXPECT_EQ(pick(logits, sampling), pick(logits, sampling));
  std::set<std::int32_t> by_step, by_low_seed, by_high_seed;
  for (std::uint32_t i = 0; i < 20; ++i) {
    by_step.insert(pick(logits, {.temperature = 1.0f, .step = i}));
    by_low_seed.insert(pick(logits, {.temperature = 1.0f, .seed = i}));
    by_high_seed.insert(pick(logits, {.temperature = 1.0f, .seed = std::uint64_t{i} << 32}));
  }
  EXPECT_GT(by_step.size(), 10u);
  EXPECT_GT(by_low_seed.size(), 10u);
  EXPECT_GT(by_high_seed.size(), 10u);
}

TEST(Sampling, BitsAreUniform) {
  int ones = 0;
  for (std::uint32_t token = 0; token < 4096; ++token) ones += std::popcount(sampling_bits(1, 2, token));
  EXPECT_NEAR(ones, 4096 * 16, 4 * std::sqrt(4096 * 32) / 2);
}

TEST(Sampling, SortsNoMoreThanItNeedsButEnough) {
  // A flat tail behind a few likely tokens: the border lies beyond the first values that are sorted.
  std::vector<float> logits(5000, 0.0f);
  for (std::size_t i = 0; i < logits.size(); ++i) logits[i] = -1e-3f * static_cast<float>(i);
  double total = 0;
  for (const float l : logits) total += std::exp(static_cast<double>(l));
  double reached = 0;
  std::int32_t border = 0;
  while (reached < 0.5 * total) reached += std::exp(static_cast<double>(logits[static_cast<std::size_t>(border++)]));
  const auto tokens = drawn_tokens(logits, {.temperature = 1.0f, .top_p = 0.5f});
  EXPECT_LT(*tokens.rbegin(), border);
  EXPECT_GT(*tokens.rbegin(), border - 50);
}

// The steps of sampling.hpp as they are written there, over all tokens.
std::int32_t by_the_book(std::vector<float> logits, const Sampling& sampling) {
  const auto allowed = [&](std::size_t t) {
    return sampling.mask.empty() || (sampling.mask[t / 32] >> t % 32 & 1) != 0;
  };
  for (std::size_t t = 0; t < logits.size(); ++t)
    if (!allowed(t)) logits[t] = -std::numeric_limits<float>::infinity();
  const float largest = *std::ranges::max_element(logits);
  for (float& l : logits) l = std::max(-256.0f, l == largest ? 0.0f : (l - largest) / sampling.temperature);
  std::vector<float> sorted = logits;
  std::ranges::sort(sorted, std::greater<>());
  float lowest = -300.0f;
  if (sampling.top_k > 0) {
    lowest = sorted[std::min(sorted.size(), static_cast<std::size_t>(sampling.top_k)) - 1];
    std::erase_if(sorted, [&](float l) { return l < lowest; });
  }
  double total = 0, reached = 0;
  for (const float l : sorted) total += std::exp(static_cast<double>(l));
  for (const float l : sorted) {
    if (reached >= total * static_cast<double>(sampling.top_p)) break;
    reached += std::exp(static_cast<double>(l));
    if (sampling.top_p < 1.0f) lowest = l;
  }
  float best = -1e9f;
  std::int32_t chosen = -1;
  for (std::size_t t = 0; t < logits.size(); ++t) {
    if (logits[t] < lowest || logits[t] < std::log(sampling.min_p)) continue;
    const auto token = static_cast<std::uint32_t>(t);
    const double bits = sampling_bits(sampling.seed, sampling.step, token);
    const float u = std::min(static_cast<float>((bits + 0.5) * 0x1p-32), 0x1.fffffep-1f);
    const float noisy = logits[t] - std::log(-std::log(u));
    if (noisy <= best) continue;
    best = noisy;
    chosen = static_cast<std::int32_t>(t);
  }
  return chosen;
}

// Rows of many blocks and a rest, with masks of few, many and all tokens, equal logits, and what is far from the best.
TEST(Sampling, ChoosesWhatItsStepsSay) {
  for (const kernels::Target target : kernels::available_targets()) {
    kernels::use_target(target);
    std::uint32_t random = 1;
    const auto next = [&] { return (random = random * 1664525u + 1013904223u) >> 8; };
    for (int round = 0; round < 2000; ++round) {
      std::vector<float> logits(1 + next() % 1000);
      const float width = std::array{0.5f, 8.0f, 100.0f, 1e6f}[next() % 4];
      for (float& l : logits) l = width * static_cast<float>(static_cast<int>(next() % 512) - 256) / 256.0f;
      std::vector<std::uint32_t> mask((logits.size() + 31) / 32);
      const std::uint32_t every = std::array{1u, 2u, 40u, 500u}[next() % 4];
      for (std::size_t t = 0; t < logits.size(); ++t)
        if (next() % every == 0 || t == logits.size() / 2) mask[t / 32] |= 1u << t % 32;
      Sampling sampling{.temperature = std::array{0.01f, 0.7f, 1.0f, 5.0f}[next() % 4],
                        .top_k = std::array{0, 0, 1, 20}[next() % 4],
                        .top_p = std::array{1.0f, 1.0f, 0.9f}[next() % 3],
                        .min_p = std::array{0.0f, 0.0f, 0.05f}[next() % 3],
                        .seed = next(),
                        .step = next()};
      if (next() % 4 != 0) sampling.mask = mask;
      ASSERT_EQ(pick(logits, sampling), by_the_book(logits, sampling)) << "round " << round;
    }
  }
  kernels::use_target(kernels::Target::best);
}

}  // namespace
}  // namespace gerbil
