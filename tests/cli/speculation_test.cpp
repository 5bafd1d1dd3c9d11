// --draft, --speculate and --no-speculation.
#include <gmock/gmock.h>

#include "program.hpp"

namespace gerbil::testing {
namespace {

using ::testing::HasSubstr;

Json answer(const Arguments& more) {
  Arguments arguments{"run", nano(), "Tell me a story about a fox", "-n", "60", "--device", "cpu"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return gerbil_json(arguments);
}

TEST(Speculation, ChangesNoAnswer) {
  const Json wanted = answer({"--no-speculation"});
  EXPECT_EQ(answer({}).at("tokens"), wanted.at("tokens"));
  EXPECT_EQ(answer({"--draft", nano()}).at("tokens"), wanted.at("tokens"));
}

TEST(Speculation, IsMeasuredWhereItIsAskedFor) {
  const auto bench = [](const Arguments& more) {
    Arguments arguments{"bench", nano(), "-p", "0", "-n", "40", "-r", "1", "--device", "cpu"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return gerbil_json(arguments);
  };
  const Json without = bench({});
  EXPECT_EQ(without.at("drafted_tokens"), 0);
  EXPECT_EQ(without.at("draft_bytes"), 0);
  const Json guessed = bench({"--draft", nano()});
  EXPECT_GT(guessed.at("accepted_tokens"), 0);
  EXPECT_GE(guessed.at("drafted_tokens"), guessed.at("accepted_tokens"));
  EXPECT_GT(guessed.at("draft_bytes"), guessed.at("weight_bytes"));
  EXPECT_EQ(bench({"--speculate"}).at("draft_bytes"), 0);
}

TEST(Speculation, WhatCannotBeIsSaid) {
  const Outcome both = gerbil({"run", nano(), "x", "--draft", nano(), "--no-speculation"});
  EXPECT_EQ(both.status, 2);
  EXPECT_THAT(both.err, HasSubstr("excludes"));
  const Outcome other = gerbil({"run", nano(), "x", "--draft", nano() + "-embed"});
  EXPECT_NE(other.status, 0);
  EXPECT_THAT(other.err, HasSubstr("cannot generate text"));
}

}  // namespace
}  // namespace gerbil::testing
