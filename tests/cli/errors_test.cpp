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
                      Wrong{{"--fly"}, 2, "no option '--fly'"}, Wrong{{"run", "--fly"}, 2, "--fly"},
                      Wrong{{"run", nano(), "hi", "there"}, 2, "there"}, Wrong{{"logits", nano()}, 2, "--tokens"},
                      Wrong{{"inspect"}, 2, "MODEL"}, Wrong{{"pull"}, 2, "MODEL"},
                      Wrong{{"pull", "a/b", "c/d"}, 2, "c/d"}, Wrong{{"bench"}, 2, "--random"},
                      Wrong{{"render", nano()}, 2, "--messages FILE"},
                      Wrong{{"rerank", nano(), "--text", "a"}, 2, "--query"},
                      Wrong{{"similarity", nano(), "a"}, 2, "B"}, Wrong{{"run", "hi", "--json=x"}, 2, "--json"},
                      Wrong{{"run", "hi", "-n", "1", "--max-tokens", "2"}, 2, "--max-tokens"},
                      Wrong{{"run", "hi", "--system=a", "--system=a"}, 2, "--system"},
                      Wrong{{"run", "hi", "--var", "a=1", "--var", "a=1"}, 2, "--var a is given twice"},
                      Wrong{{"run", "hi", "--var", "a=b"}, 2, "'b' is not JSON"},
                      Wrong{{"run", "hi", "--logit-bias", "3=1", "--logit-bias", "3=2"}, 2, "twice for token 3"}));

// Both are named.
INSTANTIATE_TEST_SUITE_P(
    Contradictions, Errors,
    ::testing::Values(
        Wrong{{"run", nano(), "hi", "-f", "x"}, 2, "not both"},
        Wrong{{"run", nano(), "hi", "--messages", "x"}, 2, "either a prompt or --messages FILE"},
        Wrong{{"run", "--messages", "x", "-f", "x"}, 2, "--file excludes --messages"},
        Wrong{{"run", "--messages", "x", "--system", "x"}, 2, "--system excludes --messages"},
        Wrong{{"run", "--messages", "x", "--raw"}, 2, "--raw excludes --messages"},
        Wrong{{"run", "hi", "--no-think", "--think"}, 2, "--think excludes --no-think"},
        Wrong{{"run", "hi", "--think", "--var", "enable_thinking=false"}, 2, "--var enable_thinking excludes --think"},
        Wrong{{"chat", "--var", "enable_thinking=true", "--no-think"}, 2, "--var enable_thinking excludes --no-think"},
        Wrong{{"run", "hi", "--var", "tools=[]"}, 2, "--var tools is given by --tools"},
        Wrong{{"run", "hi", "--var", "messages=[]"}, 2, "--var messages"},
        Wrong{{"run", "hi", "--log-probabilities", "1"}, 2, "--log-probabilities requires --json"},
        Wrong{{"run", "hi", "--group", "64"}, 2, "--group requires --quantize"},
        Wrong{{"tokenize", nano(), "--text", "a", "--decode", "1"}, 2, "--text excludes --decode"},
        Wrong{{"tokenize", nano(), "--file", "a", "--text", "1"}, 2, "--text excludes --file"},
        Wrong{{"tokenize", nano(), "--decode", "1", "--no-special"}, 2, "--decode excludes --no-special"},
        Wrong{{"tokenize", nano(), "--text", "a", "--keep-special"}, 2, "--keep-special requires --decode"},
        Wrong{{"embed", nano(), "--text", "a", "--file", "x"}, 2, "--text excludes --file"},
        Wrong{{"bench", nano(), "--random", "minilm"}, 2, "MODEL excludes --random"},
        Wrong{{"bench", nano(), "--texts", "2"}, 2, "--texts requires --embed"},
        Wrong{{"bench", nano(), "--embed", "--cache", "2"}, 2, "--embed excludes --cache"},
        Wrong{{"bench", nano(), "--embed", "--profile"}, 2, "--embed excludes --profile"},
        Wrong{{"bench", nano(), "--embed", "-p", "0"}, 2, "--prompt is 0"},
        Wrong{{"render", "x", "--context", "x", "--messages", "x"}, 2, "--messages excludes --context"},
        Wrong{{"render", "x", "--context", "x", "--var", "a=1"}, 2, "--var excludes --context"},
        Wrong{{"render", "x", "--context", "x", "--tools", "x"}, 2, "--tools excludes --context"},
        Wrong{{"render", "x", "--context", "x", "--no-think"}, 2, "--no-think excludes --context"}));

INSTANTIATE_TEST_SUITE_P(
    Numbers, Errors,
    ::testing::Values(
        Wrong{{"run", "hi", "-n", "0"}, 2, "--max-tokens must be a whole number from 1 to 2147483647, not '0'"},
        Wrong{{"run", "hi", "-n", "2147483648"}, 2, "from 1 to 2147483647, not '2147483648'"},
        Wrong{{"run", "hi", "-n", "2x"}, 2, "'2x'"}, Wrong{{"run", "hi", "-n", "99999999999"}, 2, "'99999999999'"},
        Wrong{{"run", "hi", "--top-k", "-1"}, 2, "from 0 to 2147483647"},
        Wrong{{"run", "hi", "--top-p", "0"}, 2, "above 0 and up to 1"},
        Wrong{{"run", "hi", "--top-p", "nan"}, 2, "'nan'"}, Wrong{{"run", "hi", "--min-p", "1.5"}, 2, "--min-p"},
        Wrong{{"run", "hi", "-t", "-1"}, 2, "--temperature"},
        Wrong{{"run", "hi", "--seed", "-1"}, 2, "from 0 to 18446744073709551615"},
        Wrong{{"run", "hi", "--seed", "18446744073709551616"}, 2, "from 0 to 18446744073709551615"},
        Wrong{{"run", "hi", "--threads", "-2"}, 2, "--threads"},
        Wrong{{"run", "hi", "--logit-bias", "3"}, 2, "ID=NUMBER"},
        Wrong{{"run", "hi", "--stop-tokens", "1,2147483648"}, 2, "item 2 of --stop-tokens"},
        Wrong{
            {"run", "hi", "--stop-tokens", "999999"}, 1, "A stop token is 999999, but should be an id from 0 to 4095"},
        Wrong{{"run", "hi", "--device", "gpu"}, 2, "auto|cpu|webgpu"},
        Wrong{{"run", "hi", "--quantize", "int3"}, 2, "none|int4|int8"},
        Wrong{{"run", "hi", "--quantize", "int4", "--group", "48"}, 2, "32, 64 or 128"},
        Wrong{{"run", "hi", "--context", "2000000000"}, 2, "from 0 to 536870912"},
        Wrong{{"run", "hi", "--cache", "2000000000"}, 2, "from 0 to 536870912"},
        Wrong{{"bench", nano(), "-r", "0"}, 2, "--repetitions"},
        Wrong{{"pull", "a/b", "--connections", "0"}, 2, "--connections must be a whole number from 1 to 64"},
        Wrong{{"logits", nano(), "--tokens", "1,,3"}, 2, "item 2 of --tokens"},
        Wrong{{"logits", nano(), "--tokens", "1,x"}, 2, "'x'"},
        Wrong{{"logits", nano(), "--tokens", "4096"}, 1, "4096"},
        Wrong{{"tokenize", nano(), "--decode", "1,-2"}, 2, "item 2 of --decode"},
        Wrong{{"tokenize", nano(), "--decode", "99999"}, 1, "99999"},
        Wrong{{"embed", nano(), "--text", "a", "--dimensions", "0"}, 2, "--dimensions must be a whole number"},
        Wrong{{"embed", nano(), "--text", "a", "--dimensions", "257"}, 1, "between 1 and 256"},
        Wrong{
            {"embed", nano(), "--text", "a", "--task", "poem"}, 1, "\"poem\", but this model knows query, document"}));

INSTANTIATE_TEST_SUITE_P(
    Files, Errors,
    ::testing::Values(Wrong{{"run", "no/such-model", "hi"}, 1, "`gerbil pull no/such-model`"},
                      Wrong{{"run", "no/such-model@v1", "hi"}, 1, "`gerbil pull no/such-model@v1`"},
                      Wrong{{"pull", "no/such/model"}, 1, "'no/such/model' is no model of the hub"},
                      Wrong{{"inspect", "/no/such/model"}, 1, "/no/such/model"},
                      Wrong{{"tokenize", nano(), "--file", "/no/file"}, 1, "/no/file"},
                      Wrong{{"run", "-f", "/no/file"}, 1, "/no/file"},
                      Wrong{{"tokenize", nano(), "--file", "/"}, 1, "directory"},
                      Wrong{{"embed", nano(), "--file", "/no/file"}, 1, "/no/file"},
                      Wrong{{"rerank", nano(), "--query", "a", "--file", "/"}, 1, "directory"},
                      Wrong{{"embed", GERBIL_FIXTURES "/embeddings/bert_mean", "--text", "a"}, 1, "tokenizer.json"},
                      Wrong{{"run", "--messages", "/no/file"}, 1, "/no/file"},
                      Wrong{{"run", "--messages", nano() + "/config.json"}, 1, "neither \"messages\" nor \"prompt\""},
                      Wrong{{"run", "hi", "--tools", nano() + "/config.json"}, 1, "JSON array"},
                      Wrong{{"run", "hi", "--tools", "/no/file"}, 1, "/no/file"},
                      Wrong{{"tokenize", nano(), "--file="}, 1, "''"},
                      Wrong{{"tokenize", nano(), "--file", "/proc/self/mem"}, 1, "/proc/self/mem"},
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
