// What must be a call is one: published renderings fit the grammar of their format, and nothing else does.
#include "calls/call_grammar.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "calls/recognize.hpp"
#include "gerbil/error.hpp"
#include "grammar/matcher.hpp"

namespace gerbil::calls {
namespace {

using grammar::Constraint;
using grammar::Matcher;

// All bytes, two special tokens, and one that ends texts.
std::shared_ptr<const grammar::Vocabulary> vocabulary() {
  grammar::Tokens tokens;
  for (int byte = 0; byte < 256; ++byte) tokens.bytes.emplace_back(1, static_cast<char>(byte));
  for (const char* special : {"[TOOL_CALLS]", "<|\"|>", "<end>"}) tokens.bytes.emplace_back(special);
  tokens.special.resize(tokens.bytes.size());
  tokens.special[256] = tokens.special[257] = true;
  tokens.ends = {258};
  return std::make_shared<const grammar::Vocabulary>(std::move(tokens));
}

// How many bytes of `text` are the longest beginning that is whole; npos when none is.
std::size_t longest(const ToolCallFormat& format, const Tools& tools, std::string_view text,
                    const ToolChoice& choice = {}, bool parallel = true) {
  static const auto tokens = vocabulary();
  const auto find = [](std::string_view special) { return tokens->find_special(special); };
  Matcher matcher(std::make_shared<Constraint>(tool_call_grammar(format, tools, choice, parallel, {}, find), tokens));
  std::size_t whole = std::string_view::npos;
  for (std::size_t at = 0; at <= text.size();) {
    if (matcher.can_end()) whole = at;
    const std::string_view rest = text.substr(at);
    if (rest.empty()) break;
    std::int32_t token = static_cast<unsigned char>(rest.front());
    for (const std::int32_t special : {256, 257})
      if (rest.starts_with(tokens->bytes(special))) token = special;
    if (!matcher.accept(token)) break;
    at += tokens->bytes(token).size();
  }
  return whole;
}

Tools weather() {
  return Tools(Json::parse(R"([
    {"name": "f", "parameters": {"type": "object", "properties": {"s": {"type": "string"}, "n": {"type": "integer"},
      "e": {"enum": ["a", "b"]}, "l": {"type": "array", "items": {"$ref": "#/$defs/word"}}},
      "required": ["s"], "$defs": {"word": {"type": "string", "maxLength": 3}}}},
    {"name": "g"}])"));
}

bool fits(const char* format, std::string_view text, const ToolChoice& choice = {}, bool parallel = true) {
  return longest(*find_format(format), weather(), text, choice, parallel) == text.size();
}

TEST(ToolCallGrammar, TakesWhatPublishedTemplatesWrite) {
  std::ifstream file(GERBIL_FIXTURES "/tool_calls.json");
  const Json all = Json::parse(file);
  const Tools tools(all["tools"]);
  int taken = 0;
  for (const Json& row : all["rows"]) {
    std::vector<ToolCall> calls;
    for (const Json& call : all["calls"][row["calls"].get<std::string>()])
      calls.push_back({"", call["name"], call["arguments"].dump()});
    const std::string turn = row["turn"];
    const ToolCallFormat* format = recognize_turn(turn, calls, tools);
    // An object that its schema leaves without properties, and arguments in an order of their own, are the parser's.
    if (!format || row["calls"] == "all types") continue;
    if (format->shape == Shape::pythonic && row["calls"] == "lines") continue;  // line feeds that Python would refuse
    if (turn.contains("now\n\n</tool_call>")) continue;  // a line more than any other call of its format
    const std::string begin = std::string(format->open) + std::string(format->call) + "{";
    const std::string text = turn.substr(turn.find(begin.substr(0, 9)));
    const std::size_t whole = longest(*format, tools, text);
    ASSERT_NE(whole, std::string::npos) << format->name << ": " << turn;
    EXPECT_FALSE(text.substr(whole).contains("get_weather")) << format->name << ": " << turn;
    ++taken;
  }
  EXPECT_GT(taken, 150);
}

TEST(ToolCallGrammar, RefusesWhatNoToolTakes) {
  const auto call = [](const char* name, const char* arguments) {
    return std::string("<tool_call>\n{\"name\": \"") + name + "\", \"arguments\": " + arguments + "}\n</tool_call>";
  };
  EXPECT_TRUE(fits("hermes", call("f", R"({"s": "x"})")));
  EXPECT_TRUE(fits("hermes", call("f", R"({"s": "x", "n": 5, "e": "b", "l": ["abc"]})")));
  EXPECT_TRUE(fits("hermes", call("g", "{}")));
  EXPECT_TRUE(fits("hermes", call("g", "{}") + "\n" + call("g", "{}")));
  EXPECT_FALSE(fits("hermes", ""));
  EXPECT_FALSE(fits("hermes", "Hm. " + call("g", "{}")));
  EXPECT_FALSE(fits("hermes", call("h", "{}")));
  EXPECT_FALSE(fits("hermes", call("f", "{}")));
  EXPECT_FALSE(fits("hermes", call("f", R"({"s": "x", "l": ["abcd"]})")));
  EXPECT_FALSE(fits("hermes", call("f", R"({"s": "x", "y": 1})")));
  EXPECT_FALSE(fits("hermes", call("g", R"({"y": 1})")));
}

TEST(ToolCallGrammar, ArgumentsOfStrictToolsComeInTheirOrder) {
  const Json parameters =
      Json::parse(R"({"type": "object", "properties": {"b": {"type": "null"}, "a": {"type": "null"}}})");
  const Tools tools(Json::parse(R"([{"type": "function", "function": {"name": "f", "strict": true, "parameters": )" +
                                parameters.dump() + R"(}}, {"name": "g", "parameters": )" + parameters.dump() + "}]"));
  const auto fits = [&](const std::string& name, const char* arguments) {
    const std::string text =
        "<tool_call>\n{\"name\": \"" + name + "\", \"arguments\": " + arguments + "}\n</tool_call>";
    return longest(*find_format("hermes"), tools, text) == text.size();
  };
  for (const char* name : {"f", "g"}) EXPECT_TRUE(fits(name, R"({"b": null, "a": null})")) << name;
  EXPECT_FALSE(fits("f", R"({"a": null, "b": null})"));
  EXPECT_TRUE(fits("g", R"({"a": null, "b": null})"));
  const Tools twice(Json::parse(R"([{"name": "f", "strict": true, "parameters": {}}, {"name": "f"}])"));
  EXPECT_FALSE(twice.strict("f")) << "the later one is the tool";
}

TEST(ToolCallGrammar, KeepsToTheToolThatIsNamedAndToOneCall) {
  const ToolChoice named{ToolChoice::Mode::named, "g"};
  const std::string g = "[TOOL_CALLS]g[ARGS]{}";
  EXPECT_TRUE(fits("mistral", g + g, named));
  EXPECT_FALSE(fits("mistral", g + g, named, false));
  EXPECT_TRUE(fits("mistral", "[TOOL_CALLS]g[CALL_ID]abcdefgh1[ARGS]{}", named));
  EXPECT_FALSE(fits("mistral", "[TOOL_CALLS]f[ARGS]{\"s\": \"x\"}", named));
  EXPECT_THROW(fits("mistral", g, {ToolChoice::Mode::named, "h"}), Error);
}

TEST(ToolCallGrammar, KeepsArgumentsThatAreNoJson) {
  const auto tagged = [](const char* inside) {
    return std::string("<tool_call>\n<function=f>\n") + inside + "</function>\n</tool_call>";
  };
  EXPECT_TRUE(
      fits("qwen3_coder", tagged("<parameter=s>\na <b> \"c\"\n</parameter>\n<parameter=n>\n5\n</parameter>\n")));
  EXPECT_FALSE(fits("qwen3_coder", tagged("<parameter=n>\n5\n</parameter>\n")));
  EXPECT_FALSE(fits("qwen3_coder", tagged("<parameter=s>\na\n</parameter>\n<parameter=n>\nx\n</parameter>\n")));
  EXPECT_FALSE(fits("qwen3_coder", tagged("<parameter=s>\na\n</parameter>\n<parameter=e>\nc\n</parameter>\n")));
  const auto braces = [](const char* inside) { return std::string("<|tool_call>call:f{") + inside + "}<tool_call|>"; };
  EXPECT_TRUE(fits("gemma4", braces("s:<|\"|>a, b<|\"|>,n:5,l:[<|\"|>x<|\"|>]")));
  EXPECT_FALSE(fits("gemma4", braces("s:5")));
  EXPECT_FALSE(fits("gemma4", braces("n:5")));
  EXPECT_TRUE(fits("lfm2", "<|tool_call_start|>[f(s=\"a\", e=\"b\"), g()]<|tool_call_end|>"));
  EXPECT_FALSE(fits("lfm2", "<|tool_call_start|>[f(e=\"b\")]<|tool_call_end|>"));
}

// Of one tool, called f.
bool takes(const char* format, const char* parameters, std::string_view text) {
  const Json tools = Json::array({{{"name", "f"}, {"parameters", Json::parse(parameters)}}});
  return longest(*find_format(format), Tools(tools), text) == text.size();
}

TEST(ToolCallGrammar, ReferencesStayWithinTheirTool) {
  const std::string_view call = "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"enum\": \"ab\"}}\n</tool_call>";
  EXPECT_TRUE(takes("hermes", R"({"$id": "https://x/y", "properties": {"enum": {"$ref": "#/$defs/p"}},
                                  "$defs": {"p": {"type": "string", "maxLength": 2}}})",
                    call));
  EXPECT_FALSE(takes("hermes", R"({"properties": {"enum": {"$ref": "#/$defs/p"}},
                                   "$defs": {"p": {"type": "string", "maxLength": 1}}})",
                     call));
}

// Each has its draft, its address and its anchors, whatever the other has.
TEST(ToolCallGrammar, SchemasOfSeveralToolsAreApart) {
  const Json tools = Json::parse(R"([
    {"name": "f", "parameters": {"$schema": "http://json-schema.org/draft-07/schema#", "$id": "https://x/tool",
       "properties": {"a": {"$ref": "#p"}, "l": {"items": [{"type": "null"}], "additionalItems": false}},
       "definitions": {"p": {"$id": "#p", "type": "string"}}}},
    {"name": "g", "parameters": {"$id": "https://x/tool", "properties": {"a": {"$ref": "#p"}, "b": {"$ref": "tool#q"}},
       "$defs": {"p": {"$anchor": "p", "type": "integer"}, "q": {"$anchor": "q", "type": "null"}}}}])");
  const auto fits = [&](const char* name, const char* arguments) {
    const std::string text =
        std::string("<tool_call>\n{\"name\": \"") + name + "\", \"arguments\": " + arguments + "}\n</tool_call>";
    return longest(*find_format("hermes"), Tools(tools), text) == text.size();
  };
  EXPECT_TRUE(fits("f", R"({"a": "x", "l": [null]})"));
  EXPECT_FALSE(fits("f", R"({"a": 1})"));
  EXPECT_FALSE(fits("f", R"({"l": [null, null]})"));
  EXPECT_TRUE(fits("g", R"({"b": null, "a": 1})"));
  EXPECT_FALSE(fits("g", R"({"a": "x"})"));
  EXPECT_FALSE(fits("g", R"({"b": 1})"));
}

TEST(ToolCallGrammar, RefusesArgumentsThatItCannotList) {
  const char* hidden = R"({"$ref": "#/$defs/a", "$defs": {"a": {"properties": {"c": {"type": "string"}}}}})";
  EXPECT_TRUE(takes("hermes", hidden, "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"c\": \"\"}}\n</tool_call>"));
  EXPECT_THROW(takes("qwen3_coder", hidden, ""), Error);
}

}  // namespace
}  // namespace gerbil::calls
