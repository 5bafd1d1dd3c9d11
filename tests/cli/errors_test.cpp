// Wrong command lines: an exit code, a sentence on stderr that names the offending value, nothing on stdout.
#include <gmock/gmock.h>

#include "program.hpp"

namespace gerbil::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

struct Wrong {
  Arguments arguments;
  int status;
  std::string sentence;  // a part of it
};

class Errors : public ::testing::TestWithParam<Wrong> {};

TEST_P(Errors, AreSentencesOnStderr) {
  const Outcome outcome = gerbil(GetParam().arguments);
  EXPECT_EQ(outcome.status, GetParam().status);
  EXPECT_THAT(outcome.err, StartsWith("gerbil: "));
  EXPECT_THAT(outcome.err, HasSubstr(GetParam().sentence));
  EXPECT_THAT(outcome.out, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Usage, Errors,
    ::testing::Values(Wrong{{}, 2, "name a command"}, Wrong{{"fly"}, 2, "no command 'fly'"},
                      Wrong{{"run", "--fly"}, 2, "--fly"}, Wrong{{"run", nano(), "hi", "there"}, 2, "there"},
                      Wrong{{"logits", nano()}, 2, "--tokens"}, Wrong{{"inspect"}, 2, "MODEL"},
                      Wrong{{"bench"}, 1, "--random"}, Wrong{{"run", nano(), "hi", "-f", "x"}, 1, "not both"},
                      Wrong{{"tokenize", nano(), "--text", "a", "--decode", "1"}, 1, "not several"},
                      Wrong{{"embed", nano(), "--text", "a", "--file", "x"}, 1, "not both"},
                      Wrong{{"rerank", nano(), "--text", "a"}, 2, "--query"},
                      Wrong{{"similarity", nano(), "a"}, 2, "B"}));

INSTANTIATE_TEST_SUITE_P(
    Numbers, Errors,
    ::testing::Values(
        Wrong{{"run", "hi", "-n", "0"}, 1, "--max-tokens must be a whole number of at least 1, not '0'"},
        Wrong{{"run", "hi", "-n", "2x"}, 1, "'2x'"}, Wrong{{"run", "hi", "-n", "99999999999"}, 1, "'99999999999'"},
        Wrong{{"run", "hi", "--top-p", "0"}, 1, "above 0 and up to 1"},
        Wrong{{"run", "hi", "--top-p", "nan"}, 1, "'nan'"}, Wrong{{"run", "hi", "--min-p", "1.5"}, 1, "--min-p"},
        Wrong{{"run", "hi", "-t", "-1"}, 1, "--temperature"}, Wrong{{"run", "hi", "--seed", "-1"}, 1, "--seed"},
        Wrong{{"run", "hi", "--threads", "-2"}, 1, "--threads"},
        Wrong{{"run", "hi", "--logit-bias", "3"}, 1, "ID=NUMBER"},
        Wrong{{"run", "hi", "--device", "gpu"}, 1, "auto|cpu|webgpu"},
        Wrong{{"run", "hi", "--quantize", "int3"}, 1, "none|int4|int8"},
        Wrong{{"run", "hi", "--group", "48"}, 1, "32, 64 or 128"},
        Wrong{{"run", "hi", "--context", "2000000000"}, 1, "between 0 and 536870912"},
        Wrong{{"run", "hi", "--cache", "2000000000"}, 1, "between 0 and 536870912"},
        Wrong{{"bench", nano(), "-r", "0"}, 1, "--repetitions"},
        Wrong{{"logits", nano(), "--tokens", "1,,3"}, 1, "item 2 of --tokens"},
        Wrong{{"logits", nano(), "--tokens", "1,x"}, 1, "'x'"},
        Wrong{{"logits", nano(), "--tokens", "4096"}, 1, "4096"},
        Wrong{{"tokenize", nano(), "--decode", "1,-2"}, 1, "item 2 of --decode"},
        Wrong{{"tokenize", nano(), "--decode", "99999"}, 1, "99999"},
        Wrong{{"embed", nano(), "--text", "a", "--dimensions", "0"}, 1, "--dimensions must be a whole number"},
        Wrong{{"embed", nano(), "--text", "a", "--dimensions", "257"}, 1, "between 1 and 256"},
        Wrong{
            {"embed", nano(), "--text", "a", "--task", "poem"}, 1, "\"poem\", but this model knows query, document"}));

INSTANTIATE_TEST_SUITE_P(
    Files, Errors,
    ::testing::Values(Wrong{{"run", "no/such-model", "hi"}, 1, "no/such-model"},
                      Wrong{{"inspect", "/no/such/model"}, 1, "/no/such/model"},
                      Wrong{{"tokenize", nano(), "--file", "/no/file"}, 1, "/no/file"},
                      Wrong{{"run", "-f", "/no/file"}, 1, "/no/file"},
                      Wrong{{"tokenize", nano(), "--file", "/"}, 1, "folder"},
                      Wrong{{"embed", nano(), "--file", "/no/file"}, 1, "/no/file"},
                      Wrong{{"rerank", nano(), "--query", "a", "--file", "/"}, 1, "folder"},
                      Wrong{{"embed", GERBIL_FIXTURES "/embeddings/bert_mean", "--text", "a"}, 1, "tokenizer.json"},
                      Wrong{{"run", "hi", "--tools", nano() + "/config.json"}, 1, "JSON array"},
                      Wrong{{"inspect", GERBIL_FIXTURES "/../attacks/checkpoints/config_deep"}, 1, "config"}));

TEST(Errors, PromptThatDoesNotFitIsRefusedBeforeWork) {
  std::string prompt;
  for (int i = 0; i < 3000; ++i) prompt += "fox and ";
  const Outcome outcome = gerbil({"run", nano()}, prompt);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("2048"));
  EXPECT_THAT(outcome.out, IsEmpty());
}

TEST(Errors, APromptWithoutAnySpaceIsStillAPrompt) {
  EXPECT_EQ(gerbil({"run", "Hello", "-n", "4"}).status, 0);
  EXPECT_EQ(gerbil({"run", "--raw", "-n", "2", "--", "-dash"}).status, 0);
}

}  // namespace
}  // namespace gerbil::testing
