// gerbil run --messages: conversations and options from JSON.
#include <gmock/gmock.h>

#include "program.hpp"

namespace gerbil::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kStory = "Tell me a story about a fox";

// The answer to what stands on stdin.
Json answer(const std::string& request, const Arguments& more = {}) {
  Arguments arguments{"run", nano(), "--messages", "-"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return gerbil_json(arguments, request);
}

std::string user(const std::string& text) { return R"([{"role":"user","content":")" + text + R"("}])"; }

std::string with(const std::string& options) { return "{\"messages\":" + user(kStory) + "," + options + "}"; }

TEST(Messages, AreWhatAPromptBecomes) {
  const Json plain = gerbil_json({"run", nano(), kStory, "-n", "20"});
  for (const std::string& request :
       {user(kStory), with(R"("max_tokens":500)"), R"({"model":"elsewhere","prompt":")" + std::string(kStory) + "\"}"})
    EXPECT_EQ(answer(request, {"-n", "20"}).at("text"), plain.at("text")) << request;
  EXPECT_EQ(answer(R"([{"role":"system","content":"Be kind."},)" + user(kStory).substr(1), {"-n", "20"}).at("tokens"),
            gerbil_json({"run", nano(), kStory, "-n", "20", "--system", "Be kind."}).at("tokens"));
  const TemporaryFolder folder;
  const std::string file = folder.write("request.json", "{\"model\":\"" + nano() + "\",\"prompt\":\"" + kStory + "\"}");
  EXPECT_EQ(gerbil_json({"run", "--messages", file, "-n", "20"}).at("model"), "nano");
}

TEST(Messages, TheCommandLineWinsOverTheFile) {
  const std::string hot = with(R"("max_tokens":9,"temperature":2.0,"seed":5,"stop":["zzz"])");
  const Json from_file = answer(hot);
  EXPECT_EQ(from_file.at("generated_tokens"), 9);
  EXPECT_EQ(from_file.at("seed"), 5);
  EXPECT_EQ(answer(hot).at("tokens"), from_file.at("tokens"));
  EXPECT_EQ(answer(hot, {"--seed", "6"}).at("seed"), 6);
  EXPECT_EQ(answer(hot, {"-n", "4"}).at("generated_tokens"), 4);
  // What is given counts, also where it is as it always is.
  EXPECT_EQ(answer(hot, {"-t", "0"}).at("tokens"), gerbil_json({"run", nano(), kStory, "-n", "9"}).at("tokens"));
}

TEST(Messages, CarryToolCalls) {
  const std::string request =
      R"({"messages":[{"role":"user","content":"What is the weather in Paris?"},
          {"role":"assistant","tool_calls":[{"id":"c1","type":"function",
           "function":{"name":"get_weather","arguments":"{\"city\":\"Paris\"}"}}]},
          {"role":"tool","tool_call_id":"c1","content":"sunny"}],"max_tokens":4})";
  const Json called = answer(request);
  std::string without = request;
  without.replace(without.find("\\\"Paris"), 7, "\\\"Paris and Berlin and Rome");
  EXPECT_NE(called.at("prompt_tokens"), answer(without).at("prompt_tokens"));
}

TEST(Messages, AnAnswerGoesOn) {
  const Json first = answer(user("What is 37 + 45?"));
  Json messages = Json::parse(user("What is 37 + 45?"));
  messages.push_back({{"role", "assistant"}, {"content", first.at("text")}});
  messages.push_back({{"role", "user"}, {"content", "What is 12 + 13?"}});
  EXPECT_THAT(answer(messages.dump()).at("text").get<std::string>(), HasSubstr("25"));
}

TEST(Messages, WrongOnesAreNamed) {
  for (const auto& [request, sentence] : std::vector<std::pair<std::string, std::string>>{
           {"", "The request is not valid JSON"},
           {"[]", "at least one message"},
           {R"([{"role":"user","text":"a"}])", "\"messages[0].text\" is no field"},
           {with(R"("temprature":1)"), "\"temprature\" is no field"},
           {with(R"("top_p":0)"), "top_p is 0"}}) {
    const Outcome outcome = gerbil({"run", nano(), "--messages", "-"}, request);
    EXPECT_EQ(outcome.status, 1) << request;
    EXPECT_THAT(outcome.err, HasSubstr(sentence));
    EXPECT_THAT(outcome.out, IsEmpty());
  }
}

}  // namespace
}  // namespace gerbil::testing
