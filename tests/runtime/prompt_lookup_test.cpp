#include "runtime/prompt_lookup.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <span>
#include <vector>

namespace gerbil::runtime {
namespace {

TEST(PromptLookup, SaysWhatFollowedTheLongestMatch) {
  PromptLookup lookup;
  std::vector<std::int32_t> text{1, 2, 3, 4, 10, 11, 9, 2, 3, 4, 20, 21, 1, 2, 3, 4};
  EXPECT_EQ(lookup.find(text, 3), (std::vector{10, 11, 9})) << "four tokens are alike there, three at the later place";
  text.push_back(20);
  EXPECT_EQ(lookup.find(text, 3), (std::vector{21, 1, 2}));
  text.push_back(77);
  EXPECT_EQ(lookup.find(text, 3), std::vector<std::int32_t>{});
}

TEST(PromptLookup, IsWhatLookingAtEveryPlaceFinds) {
  std::mt19937 random(7);
  PromptLookup lookup;
  std::vector<std::int32_t> text;
  int found = 0;
  for (int i = 0; i < 3000; ++i) {
    text.push_back(static_cast<std::int32_t>(random() % 6));
    const auto guesses = lookup.find(text, 4);
    found += guesses.empty() ? 0 : 1;
    // The guesses stand behind the last three tokens somewhere.
    bool anywhere = guesses.empty();
    for (std::size_t end = 3; end < text.size() && !anywhere; ++end) {
      anywhere = std::equal(text.end() - 3, text.end(), text.begin() + static_cast<std::ptrdiff_t>(end) - 3) &&
                 std::ranges::equal(guesses, std::span(text).subspan(end, std::min(text.size() - end, std::size_t{4})));
    }
    ASSERT_TRUE(anywhere) << i;
    bool seen = false;
    for (std::size_t end = 3; end < text.size() && !seen; ++end)
      seen = std::equal(text.end() - 3, text.end(), text.begin() + static_cast<std::ptrdiff_t>(end) - 3);
    ASSERT_EQ(seen, !guesses.empty()) << i;
  }
  EXPECT_GT(found, 2000);
}

TEST(PromptLookup, ReadsALongTextInSeveralCalls) {
  PromptLookup lookup;
  std::vector<std::int32_t> text(10000);
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<std::int32_t>(i % 5000);
  int calls = 1;
  while (lookup.find(text, 2).empty()) ++calls;
  EXPECT_EQ(calls, 5);
  EXPECT_EQ(lookup.find(text, 2), (std::vector{0, 1}));
}

}  // namespace
}  // namespace gerbil::runtime
