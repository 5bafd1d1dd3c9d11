// gerbil run --schema, --grammar, --regex and --choice.
#include <gmock/gmock.h>

#include "program.hpp"

namespace gerbil::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

constexpr const char* kSchema =
    R"({"type":"object","properties":{"legs":{"type":"integer","maximum":9}},"required":["legs"],)"
    R"("additionalProperties":false})";

Json answer(const Arguments& more, const std::string& input = {}) {
  Arguments arguments{"run", nano(), "Tell me of a cow", "--no-think", "-n", "60"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return gerbil_json(arguments, input);
}

TEST(Grammars, SayWhatTheAnswerIs) {
  const TemporaryFolder folder;
  const Json object = Json::parse(answer({"--schema", folder.write("s.json", kSchema)}).at("text").get<std::string>());
  EXPECT_LE(object.at("legs").get<int>(), 9);
  EXPECT_EQ(answer({"--grammar", "-"}, "root ::= \"a\"{3}\n").at("text"), "aaa");
  EXPECT_EQ(answer({"--grammar", "-"}, "start: \"a\"~3\n").at("text"), "aaa");
  EXPECT_THAT(answer({"--regex", "\\d\\d:\\d\\d"}).at("text").get<std::string>(),
              MatchesRegex("[0-9][0-9]:[0-9][0-9]"));
  EXPECT_THAT(answer({"--choice", "left", "--choice", "right"}).at("text"), AnyOf("left", "right"));
}

TEST(Grammars, TakeThePlaceOfThoseOfAFile) {
  const std::string request =
      R"({"prompt":"x","enable_thinking":false,"structured_outputs":{"choice":["of the file"]}})";
  const Arguments arguments{"run", nano(), "--messages", "-"};
  EXPECT_EQ(gerbil_json(arguments, request).at("text"), "of the file");
  Arguments more = arguments;
  more.insert(more.end(), {"--regex", "of the (shell)"});
  EXPECT_EQ(gerbil_json(more, request).at("text"), "of the shell");
}

TEST(Grammars, AreRefusedInASentence) {
  const auto refusal = [](const Arguments& more, const std::string& input = {}) {
    Arguments arguments{"run", nano(), "x"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = gerbil(arguments, input);
    EXPECT_NE(outcome.status, 0);
    EXPECT_EQ(outcome.out, "");
    return outcome.err;
  };
  EXPECT_THAT(refusal({"--regex", "a", "--choice", "b"}), HasSubstr("excludes"));
  EXPECT_THAT(refusal({"--schema", "-"}, R"({"items":{"$ref":"https://example.com/x"}})"), HasSubstr("'#/items'"));
  EXPECT_THAT(refusal({"--schema", "/nowhere.json"}), HasSubstr("/nowhere.json"));
}

}  // namespace
}  // namespace gerbil::testing
