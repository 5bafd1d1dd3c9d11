// The program at a terminal: line editing, paste, Ctrl-C.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

#include "tiny_models.hpp"

namespace gerbil::testing {
namespace {

using ::testing::HasSubstr;

constexpr const char* kControlC = "\x03";
constexpr const char* kControlD = "\x04";
constexpr const char* kPrompt = "> ";

TEST(Terminal, ChatAnswersAndRemembersTheLine) {
  const TemporaryFolder state;
  Terminal terminal({"chat", nano(), "-n", "60"}, state.path());
  ASSERT_TRUE(terminal.shows(kPrompt)) << terminal.screen();
  // The cursor goes back over a mistake.
  terminal.type("Tell me a story about a fxo\x7f\x7fox\r");
  ASSERT_TRUE(terminal.shows("fox")) << terminal.screen();
  ASSERT_TRUE(terminal.shows("fox")) << terminal.screen();
  ASSERT_TRUE(terminal.shows(kPrompt)) << terminal.screen();
  terminal.type("/stats\r");
  ASSERT_TRUE(terminal.shows("first token after")) << terminal.screen();
  ASSERT_TRUE(terminal.shows(kPrompt)) << terminal.screen();
  terminal.type(kControlD);
  EXPECT_EQ(terminal.wait(), 0);
  EXPECT_TRUE(std::filesystem::exists(state.path() / "gerbil/history"));
}

TEST(Terminal, APastedTextWithSeveralLinesIsOneMessage) {
  const TemporaryFolder state;
  const std::string file = (state.path() / "saved.json").string();
  Terminal terminal({"chat", nano(), "-n", "8"}, state.path());
  ASSERT_TRUE(terminal.shows(kPrompt)) << terminal.screen();
  terminal.type("\x1b[200~first line\rsecond\tline\r\nthird line\x1b[201~");
  ASSERT_TRUE(terminal.shows("third line")) << terminal.screen();
  terminal.type("\r");
  ASSERT_TRUE(terminal.shows("stopped after 8 tokens")) << terminal.screen();
  ASSERT_TRUE(terminal.shows(kPrompt)) << terminal.screen();
  terminal.type("/save " + file + "\r");
  ASSERT_TRUE(terminal.shows("messages are in")) << terminal.screen();
  ASSERT_TRUE(terminal.shows(kPrompt)) << terminal.screen();
  terminal.type(kControlD);
  EXPECT_EQ(terminal.wait(), 0);
  std::ifstream saved(file);
  EXPECT_EQ(Json::parse(saved).at(0).at("content"), "first line\nsecond    line\nthird line");
}

TEST(Terminal, ControlCStopsTheAnswerAndNotTheProgram) {
  const TemporaryFolder state;
  Terminal terminal({"chat", nano(), "--ignore-end", "-n", "1900", "--threads", "1"}, state.path());
  ASSERT_TRUE(terminal.shows(kPrompt)) << terminal.screen();
  terminal.type("Tell me a story about a fox\r");
  ASSERT_TRUE(terminal.shows("\n")) << terminal.screen();
  ASSERT_TRUE(terminal.shows(" fox ")) << terminal.screen();
  terminal.type(kControlC);
  ASSERT_TRUE(terminal.shows("[stopped]")) << terminal.screen();
  ASSERT_TRUE(terminal.shows(kPrompt)) << terminal.screen();
  // At the prompt it gives up the line.
  terminal.type(std::string("half a li") + kControlC);
  ASSERT_TRUE(terminal.shows(kPrompt)) << terminal.screen();
  terminal.type("/exit\r");
  EXPECT_EQ(terminal.wait(), 0) << terminal.screen();
}

// What a person types while an answer appears belongs to the next line, Enter and all.
TEST(Terminal, KeysTypedAheadAreNotLost) {
  const TemporaryFolder state;
  Terminal terminal({"chat", nano(), "-n", "8"}, state.path());
  ASSERT_TRUE(terminal.shows(kPrompt)) << terminal.screen();
  terminal.type("Hello\r/fly\r/stats\r/exit\r");
  ASSERT_TRUE(terminal.shows("stopped after 8 tokens")) << terminal.screen();
  ASSERT_TRUE(terminal.shows("there is no command '/fly'")) << terminal.screen();
  ASSERT_TRUE(terminal.shows("first token after")) << terminal.screen();
  EXPECT_EQ(terminal.wait(), 0);
}

TEST(Terminal, ErrorsDoNotEndTheConversation) {
  const TemporaryFolder state;
  Terminal terminal({"chat", nano(), "-n", "8"}, state.path());
  ASSERT_TRUE(terminal.shows(kPrompt)) << terminal.screen();
  terminal.type("/fly\r");
  ASSERT_TRUE(terminal.shows("there is no command '/fly'")) << terminal.screen();
  ASSERT_TRUE(terminal.shows(kPrompt)) << terminal.screen();
  terminal.type("/exit\r");
  EXPECT_EQ(terminal.wait(), 0);
}

TEST(Terminal, ControlCEndsRunWithTheShellsCode) {
  const TemporaryFolder state;
  Terminal terminal({"run", nano(), "Tell me a story about a fox", "--ignore-end", "-n", "1900", "--threads", "1"},
                    state.path());
  ASSERT_TRUE(terminal.shows("fox")) << terminal.screen();
  terminal.type(kControlC);
  EXPECT_EQ(terminal.wait(), 130);
}

TEST(Terminal, AnswersWrapBetweenWords) {
  const TemporaryFolder state;
  const Arguments arguments{"run", nano(), "Tell me a story about a fox", "-n", "120", "--seed", "1"};
  setenv("NO_COLOR", "1", 1);
  Terminal terminal(arguments, state.path(), 30);
  EXPECT_EQ(terminal.wait(), 0);
  unsetenv("NO_COLOR");
  const auto words = [](const std::string& text) {
    std::istringstream stream(text);
    return std::vector<std::string>(std::istream_iterator<std::string>(stream), {});
  };
  const std::string piped = gerbil(arguments).out;
  // The answer is the end of what is shown: the thoughts come before it.
  std::vector<std::string> shown = words(terminal.screen());
  const std::vector<std::string> answer = words(piped);
  ASSERT_GE(shown.size(), answer.size());
  shown.erase(shown.begin(), shown.end() - static_cast<std::ptrdiff_t>(answer.size()));
  EXPECT_EQ(shown, answer);
  EXPECT_GT(std::ranges::count(terminal.screen(), '\n'), std::ranges::count(piped, '\n') + 5);
  std::istringstream lines(terminal.screen());
  for (std::string line; std::getline(lines, line, '\n');) EXPECT_LE(line.size(), 31u) << line;  // with the CR
}

TEST(Terminal, RunWithoutAPromptDoesNotWaitForOne) {
  const TemporaryFolder state;
  Terminal terminal({"run", nano()}, state.path());
  EXPECT_EQ(terminal.wait(), 2);
  EXPECT_THAT(terminal.screen(), HasSubstr("there is no prompt"));
}

TEST(Terminal, EmbeddingAFileShowsHowManyTextsAreDone) {
  const TemporaryFolder state;
  std::string lines;
  for (int i = 0; i < 5000; ++i) lines += "A fox and a hen walk through the wood and talk about the weather.\n";
  Terminal terminal({"embed", nano(), "--file", state.write("lines", lines), "--threads", "1"}, state.path());
  ASSERT_TRUE(terminal.shows("embedding [")) << terminal.screen();
  ASSERT_TRUE(terminal.shows(" of 5000 texts, ")) << terminal.screen();
  terminal.type(kControlC);
  EXPECT_EQ(terminal.wait(), 130) << terminal.screen();
  EXPECT_THAT(terminal.screen(), HasSubstr("Cancelled after"));
}

TEST(Terminal, RankedDocumentsStandInColumns) {
  const TemporaryFolder state;
  const std::string model = tiny_model(state, "bert_classifier");
  Terminal terminal({"rerank", model, "--query", "fox", "--text", "moo", "--text", "the fox"}, state.path());
  EXPECT_EQ(terminal.wait(), 0);
  EXPECT_THAT(terminal.screen(),
              ::testing::ContainsRegex("   1 +-[0-9]\\.[0-9]{4} +2  the fox\r\n   2 +-[0-9]\\.[0-9]{4} +1  moo"));
}

TEST(Terminal, EmbedWithoutTextsDoesNotWaitForThem) {
  const TemporaryFolder state;
  Terminal terminal({"embed", nano()}, state.path());
  EXPECT_EQ(terminal.wait(), 2);
  EXPECT_THAT(terminal.screen(), HasSubstr("there is no text"));
}

}  // namespace
}  // namespace gerbil::testing
