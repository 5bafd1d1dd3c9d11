// What is a call, what is text, and what is neither yet.
#include <gtest/gtest.h>

#include "calls/parser.hpp"

namespace gerbil::calls {
namespace {

const Json& weather() {
  static const Json tools = Json::parse(R"([
    {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {
      "s": {"type": "string"}, "n": {"type": "integer"}, "x": {"anyOf": [{"type": "string"}, {"type": "null"}]},
      "o": {"type": "object"}, "e": {"enum": ["5", "a"]}}}}},
    {"name": "g"}])");
  return tools;
}

// "text | f{…} g{…} | what is left of a call", and each call's id in front of it.
std::string read(std::string_view format, std::string_view text, bool ended_by_model = true, std::size_t earlier = 0) {
  std::string result;
  std::string streamed;
  std::string events;
  ToolCallParser parser(*find_format(format), Tools(weather()), earlier,
                        {[&](std::string_view piece) { streamed += piece; },
                         [&](const ToolCallPiece& piece) {
                           if (!piece.name.empty()) events += std::string(piece.id) + ":" + std::string(piece.name);
                           events += piece.arguments;
                           if (piece.whole) events += " ";
                         }});
  for (const char c : text) parser.push({&c, 1});
  parser.finish(ended_by_model);
  EXPECT_EQ(streamed, parser.text());
  for (const ToolCall& call : parser.calls()) {
    EXPECT_TRUE(Json::accept(call.arguments)) << call.arguments;
    result += call.id + ":" + call.name + call.arguments + " ";
  }
  EXPECT_TRUE(events.starts_with(result)) << events << " and not " << result;
  return parser.text() + " | " + result + "| " + parser.unfinished();
}

struct Row {
  const char* format;
  const char* text;
  const char* expected;
};

class ToolCalls : public testing::TestWithParam<Row> {};

TEST_P(ToolCalls, AreReadFromText) { EXPECT_EQ(read(GetParam().format, GetParam().text), GetParam().expected); }

INSTANTIATE_TEST_SUITE_P(
    Text, ToolCalls,
    testing::Values(
        Row{"hermes", "just text", "just text | | "}, Row{"hermes", "", " | | "},
        Row{"hermes", "a < b <tool", "a < b <tool | | "}, Row{"hermes", "text ends \n", "text ends \n | | "},
        Row{"hermes", "<tool_call>\nno\n</tool_call>", "<tool_call>\nno\n</tool_call> | | "},
        Row{"hermes", "<tool_call>{\"x\": 1}</tool_call>", "<tool_call>{\"x\": 1}</tool_call> | | "},
        Row{"hermes", "<tool_call>{\"name\": 5, \"arguments\": {}}",
            "<tool_call>{\"name\": 5, \"arguments\": {}} | | "},
        Row{"llama", "{\"name\": \"unknown\", \"parameters\": {}}", "{\"name\": \"unknown\", \"parameters\": {}} | | "},
        Row{"llama", "So: {\"name\": \"f\", \"parameters\": {}}", "So: {\"name\": \"f\", \"parameters\": {}} | | "},
        Row{"llama", "[1, 2]", "[1, 2] | | "}, Row{"llama", "{\"a\": [1, 2]}", "{\"a\": [1, 2]} | | "},
        Row{"mistral", "[TOOL_CALLS]", "[TOOL_CALLS] | | "},
        Row{"gemma4", "<|tool_call>call:f", "<|tool_call>call:f | | "}));

INSTANTIATE_TEST_SUITE_P(
    Calls, ToolCalls,
    testing::Values(
        Row{"hermes", "Hm.\n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"s\": \"a\"}}\n</tool_call> So.",
            "Hm.\nSo. | call00000:f{\"s\": \"a\"} | "},
        Row{"hermes", "<tool_call>{\"arguments\":{\"s\":\"}\"},\"name\":\"f\"}</tool_call>",
            " | call00000:f{\"s\": \"}\"} | "},
        Row{"hermes", "<tool_call>{\"name\": \"f\", \"arguments\": \"{\\\"n\\\": 1}\"}</tool_call>",
            " | call00000:f{\"n\": 1} | "},
        Row{"hermes", "<tool_call>{\"name\": \"f\", \"arguments\": null, \"id\": \"q\"}</tool_call>",
            " | call00000:f{} | "},
        Row{"hermes", "<tool_call>{\"id\": \"q\", \"name\": \"g\"}</tool_call>", " | q:g{} | "},
        Row{"hermes", "<tool_call>\n{\"name\": \"f\", \"arguments\": {}}", " | call00000:f{} | "},
        Row{"hermes",
            "<tool_call>{\"name\": \"f\", \"arguments\": {'s': 'it\\'s \"x\"\n', 'l': [True, None,],}}</tool_call>",
            " | call00000:f{\"s\": \"it's \\\"x\\\"\\n\", \"l\": [true, null]} | "},
        Row{"hermes",
            "<tool_call>{\"name\": \"f\", \"arguments\": {\"s\": \"\\ud83d\\ude00 \\ud83d \\d\"}}</tool_call>",
            " | call00000:f{\"s\": \"\\ud83d\\ude00 \\ufffd \\\\d\"} | "},
        Row{"hermes", "<tool_call>{\"name\": \"f\", \"arguments\": {\"s\": \"say \"hi\"\"}}</tool_call>",
            " | call00000:f{\"s\": \"say \\\"hi\\\"\"} | "},
        Row{"hermes", "<tool_call>\n<function=g>\n</function>\n</tool_call>", " | call00000:g{} | "},
        Row{"qwen3_coder",
            "<tool_call>\n<function=f>\n<parameter=s>\n\n</parameter>\nx\n\n</parameter>\n<parameter=n>\n5\n</"
            "parameter>\n</function>\n</tool_call>",
            " | call00000:f{\"s\": \"\\n</parameter>\\nx\\n\", \"n\": 5} | "},
        Row{"qwen3_coder",
            "<tool_call><function=f><parameter=s>5</parameter><parameter=x>null</parameter><parameter=o>{'a': "
            "None}</parameter><parameter=e>5</parameter><parameter=n>five</parameter><parameter=y>2.50</parameter></"
            "function></tool_call>",
            " | call00000:f{\"s\": \"5\", \"x\": null, \"o\": {\"a\": null}, \"e\": \"5\", \"n\": \"five\", \"y\": "
            "2.50} | "},
        Row{"qwen3_coder", "<tool_call>{\"name\": \"f\", \"arguments\": {}}</tool_call>", " | call00000:f{} | "},
        Row{"mistral", "[TOOL_CALLS]f[CALL_ID]abcdefghi[ARGS]{\"n\": 1}[TOOL_CALLS]g[ARGS]{}",
            " | abcdefghi:f{\"n\": 1} call00001:g{} | "},
        Row{"mistral",
            "[TOOL_CALLS] [{\"name\": \"f\", \"arguments\": {\"n\": 1}, \"id\": \"abcdefghi\"}, {\"name\": \"g\", "
            "\"arguments\": {}}]",
            " | call00000:f{\"n\": 1} call00001:g{} | "},
        Row{"llama",
            "<|python_tag|>{\"type\": \"function\", \"name\": \"f\", \"parameters\": {\"n\": 1}}; {\"name\": \"g\", "
            "\"parameters\": {}}",
            " | call00000:f{\"n\": 1} call00001:g{} | "},
        Row{"llama", "[f(s='a, b)', o={\"a\": (1, 2)}), g()]",
            " | call00000:f{\"s\": \"a, b)\", \"o\": {\"a\": [1, 2]}} call00001:g{} | "},
        Row{"gemma4",
            "<|tool_call>call:f{s:<|\"|>a \"b\" "
            "<|c\\<|\"|>,o:{a:[1,true]}}<tool_call|><|tool_call>call:g{}<tool_call|>",
            " | call00000:f{\"s\": \"a \\\"b\\\" <|c\\\\\", \"o\": {\"a\": [1, true]}} call00001:g{} | "},
        Row{"phi4", "<|tool_call|>[{\"name\": \"f\", \"arguments\": {\"n\": 1}}]<|/tool_call|>",
            " | call00000:f{\"n\": 1} | "},
        Row{"lfm2", "<|tool_call_start|>[f(n=1)]<|tool_call_end|>Done.", "Done. | call00000:f{\"n\": 1} | "}));

INSTANTIATE_TEST_SUITE_P(
    Unfinished, ToolCalls,
    testing::Values(Row{"hermes", "<tool_call>{\"name\": \"f\", \"arguments\": {\"s\": \"a",
                        " | | <tool_call>{\"name\": \"f\", \"arguments\": {\"s\": \"a"},
                    Row{"hermes", "<tool_call>{\"name\": \"f\", \"arguments\": {}",
                        " | | <tool_call>{\"name\": \"f\", \"arguments\": {}"},
                    Row{"hermes", "<tool_call>{\"name\": \"f\", \"arguments\": {x}}</tool_call> more",
                        " | | <tool_call>{\"name\": \"f\", \"arguments\": {x}}</tool_call> more"},
                    Row{"hermes", "<tool_call>{\"name\": \"f\", \"arguments\": {\"s\": 1, \"s\": 2}}</tool_call>",
                        " | | <tool_call>{\"name\": \"f\", \"arguments\": {\"s\": 1, \"s\": 2}}</tool_call>"},
                    Row{"hermes", "<tool_call>{\"name\": \"f\", \"arguments\": {\"n\": 1e999}}",
                        " | | <tool_call>{\"name\": \"f\", \"arguments\": {\"n\": 1e999}}"},
                    Row{"qwen3_coder", "<tool_call><function=f><parameter=s>a</parameter>",
                        " | | <tool_call><function=f><parameter=s>a</parameter>"},
                    Row{"mistral", "[TOOL_CALLS]f[ARGS]{}[TOOL_CALLS]g[ARGS]{",
                        " | call00000:f{} | [TOOL_CALLS]g[ARGS]{"}));

TEST(ToolCallParser, LeavesACallUnfinishedThatWasCut) {
  EXPECT_EQ(read("hermes", "<tool_call>{\"name\": \"f\", \"arguments\": {}}", false),
            " | | <tool_call>{\"name\": \"f\", \"arguments\": {}}");
}

TEST(ToolCallParser, TakesNoNumberForWhatOnlyBeginsAsOne) {
  using namespace std::string_view_literals;
  EXPECT_EQ(argument_to_json("5\0x"sv, any_value), R"("5\u0000x")");
  EXPECT_EQ(argument_to_json(std::string(100'000, '['), any_value), '"' + std::string(100'000, '[') + '"');
}

TEST(ToolCallParser, GoesOnWithIdsOfEarlierCalls) {
  EXPECT_EQ(read("mistral", "[TOOL_CALLS]f[ARGS]{}", true, 12), " | call00012:f{} | ");
}

TEST(ToolCallParser, EndsWhatIsNestedTooDeep) {
  const auto nested = [](std::size_t depth) {
    return read("mistral",
                "[TOOL_CALLS]f[ARGS]{\"l\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}");
  };
  EXPECT_TRUE(nested(LiteralReader::depth).ends_with("| ")) << nested(LiteralReader::depth);
  EXPECT_TRUE(nested(LiteralReader::depth + 1).starts_with(" | | "));
}

TEST(ToolCallParser, TakesSoManyCallsAndNoMore) {
  std::string text;
  for (std::size_t i = 0; i <= Limits::calls; ++i) text += "[TOOL_CALLS]g[ARGS]{}";
  ToolCallParser parser(*find_format("mistral"), Tools(weather()), 0, {});
  parser.push(text);
  parser.finish(true);
  EXPECT_EQ(parser.calls().size(), Limits::calls);
  EXPECT_FALSE(parser.unfinished().empty());
}

TEST(ToolCallParser, StreamsArgumentsAsTheyCome) {
  std::vector<std::string> pieces;
  ToolCallParser parser(*find_format("qwen3_coder"), Tools(weather()), 0,
                        {{}, [&](const ToolCallPiece& piece) {
                           pieces.push_back(std::string(piece.name) + std::string(piece.arguments));
                         }});
  for (const char* piece : {"<tool_call>\n<function=f>", "\n<parameter=s>\n", "one ", "two", "\n</parameter>\n"})
    parser.push(piece);
  EXPECT_EQ(pieces, (std::vector<std::string>{"f", "{", "\"s\": \"", "one ", "two"}));
}

// What is read again with every piece is given up once it is too long.
TEST(ToolCalls, AreNotWaitedForWithoutEnd) {
  const std::string long_text(2 * Limits::header_bytes, 'x');
  const std::string white_space(2 * Limits::header_bytes, ' ');
  const std::string call = R"(<tool_call>{"name": "f", "arguments": {})";
  EXPECT_TRUE(read("hermes", call + R"(, "x": ")" + long_text + "\"}</tool_call>").starts_with(" | | <tool_call>"));
  EXPECT_TRUE(read("hermes", call + "}" + white_space + "</tool_call>").starts_with(" | | <tool_call>"));
  const std::string quoted = R"({\"s\": \")" + std::string(1000, 'y') + R"(\"})";
  EXPECT_TRUE(read("hermes", R"(<tool_call>{"name": "f", "arguments": ")" + quoted + "\"}</tool_call>")
                  .starts_with(" | call00000:f{\"s\": \"yyy"));
}

}  // namespace
}  // namespace gerbil::calls
