// Standard streams that are missing, full or closed.
#include <gmock/gmock.h>

#include "program.hpp"

namespace gerbil::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Unwritable : public ::testing::TestWithParam<Arguments> {};

TEST_P(Unwritable, IsAnErrorOfEveryCommand) {
  const Outcome missing = shell(R"(exec "$0" "$@" >&-)", GetParam());
  EXPECT_EQ(missing.status, 1);
  EXPECT_THAT(missing.err, HasSubstr("cannot be written to stdout: Bad file descriptor"));
  const Outcome full = shell(R"(exec "$0" "$@" >/dev/full)", GetParam());
  EXPECT_EQ(full.status, 1);
  EXPECT_THAT(full.err, HasSubstr("cannot be written to stdout: No space left on device"));
}

INSTANTIATE_TEST_SUITE_P(
    Commands, Unwritable,
    ::testing::Values(Arguments{"--help"}, Arguments{"--version"}, Arguments{"run", "--help"},
                      Arguments{"run", nano(), "Hello", "-n", "2"}, Arguments{"run", nano(), "Hello", "--json"},
                      Arguments{"embed", nano(), "--text", "a"}, Arguments{"embed", nano(), "--text", "a", "--json"},
                      Arguments{"rerank", nano(), "--query", "a", "--text", "b"},
                      Arguments{"similarity", nano(), "a", "b"}, Arguments{"inspect", nano()},
                      Arguments{"tokenize", nano(), "--text", "a"}, Arguments{"logits", nano(), "--tokens", "1"},
                      Arguments{"logits", nano(), "--tokens", "1,2,3,4,5,6,7,8", "--json"}, Arguments{"doctor"}));

TEST(Streams, AMissingOutputIsNoFileOfTheModel) {
  const TemporaryFolder folder;
  std::filesystem::copy(nano(), folder.path() / "nano");
  const Outcome before = gerbil({"inspect", (folder.path() / "nano").string(), "--check"});
  EXPECT_EQ(shell(R"(exec "$0" "$@" >&-)", {"run", (folder.path() / "nano").string(), "Hello", "-n", "2"}).status, 1);
  EXPECT_EQ(gerbil({"inspect", (folder.path() / "nano").string(), "--check"}).out, before.out);
}

// More than a pipe holds, so that the reader has gone before everything is written.
TEST(Streams, AReaderThatStopsIsNoError) {
  for (const char* disposition : {"", "trap '' PIPE; "}) {
    const Outcome outcome = shell(disposition + std::string(R"(("$0" "$@"; echo $? >&2) | :)"),
                                  {"logits", nano(), "--tokens", "1,2,3,4,5,6,7,8"});
    EXPECT_EQ(outcome.err, "141\n") << disposition;
  }
}

TEST(Streams, AMissingInputIsAnError) {
  for (const Arguments& arguments : {Arguments{"run", nano()}, Arguments{"chat", nano()}, Arguments{"embed", nano()},
                                     Arguments{"tokenize", nano()}, Arguments{"render", nano(), "--messages", "-"}}) {
    const Outcome outcome = shell(R"(exec "$0" "$@" <&-)", arguments);
    EXPECT_EQ(outcome.status, 1) << arguments[0];
    EXPECT_THAT(outcome.err, HasSubstr("stdin cannot be read"));
    EXPECT_THAT(outcome.out, IsEmpty());
  }
}

TEST(Streams, AMissingErrorStreamChangesNothing) {
  EXPECT_EQ(shell(R"(exec "$0" "$@" 2>&-)", {"tokenize", nano(), "--text", "a"}).out, "64\ta\n");
  EXPECT_EQ(shell(R"(exec "$0" fly 2>&-)").status, 2);
}

}  // namespace
}  // namespace gerbil::testing
