// What published templates write for calls is read back, however it is cut. tools/tool_calls/record.py made the
// fixture.
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "calls/parser.hpp"
#include "calls/recognize.hpp"

namespace gerbil::calls {
namespace {

Json fixture() {
  std::ifstream file(GERBIL_FIXTURES "/tool_calls.json");
  return Json::parse(file);
}

std::vector<ToolCall> calls_of(const Json& list) {
  std::vector<ToolCall> calls;
  for (const Json& call : list) calls.push_back({"", call["name"], call["arguments"].dump()});
  return calls;
}

// "get_weather{…} now{} | text", whatever the order of arguments.
std::string shown(const ToolCallParser& parser) {
  std::string text;
  for (const ToolCall& call : parser.calls()) text += call.name + nlohmann::json::parse(call.arguments).dump() + " ";
  return text + "| " + parser.text() + parser.unfinished();
}

std::string read(const ToolCallFormat& format, const Json& tools, std::initializer_list<std::string_view> pieces) {
  ToolCallParser parser(format, Tools(tools), 0, {});
  for (const std::string_view piece : pieces) parser.push(piece);
  parser.finish(true);
  return shown(parser);
}

// Of models whose format gerbil does not read.
const std::set<std::string> unknown{"Cohere2MoE",
                                    "GigaChat3-10B-A1.8B",
                                    "Kimi-K3",
                                    "MiniMax-M3",
                                    "deepseek-ai-DeepSeek-V3.2",
                                    "deepseek-ai-DeepSeek-V4",
                                    "deepseek-ai-DeepSeek-V4-Flash-0731",
                                    "moonshotai-Kimi-K2",
                                    "muse-glimmer",
                                    "openai-gpt-oss-120b",
                                    "tencent-Hy3",
                                    "upstage-Solar-Open-100B"};

TEST(PublishedToolCalls, AreReadBackHoweverTheyAreCut) {
  const Json all = fixture();
  const Tools tools(all["tools"]);
  std::set<std::string_view> formats_seen;
  for (const Json& row : all["rows"]) {
    const std::string turn = row["turn"];
    const std::string first = row["templates"][0];
    const std::string named = first + ", " + row["calls"].get<std::string>() + ": " + turn;
    if (unknown.contains(first)) continue;
    const std::vector<ToolCall> calls = calls_of(all["calls"][row["calls"].get<std::string>()]);
    const ToolCallFormat* format = recognize_turn(turn, calls, tools);
    ASSERT_NE(format, nullptr) << named;
    formats_seen.insert(format->name);
    const std::string whole = read(*format, all["tools"], {turn});
    EXPECT_FALSE(whole.substr(whole.find(" | ")).contains("get_weather")) << named;
    for (std::size_t cut = 1; cut < turn.size(); ++cut) {
      const std::string_view text = turn;
      ASSERT_EQ(read(*format, all["tools"], {text.substr(0, cut), text.substr(cut)}), whole) << named << cut;
    }
    ToolCallParser parser(*format, tools, 0, {});
    for (const char c : turn) parser.push({&c, 1});
    parser.finish(true);
    EXPECT_EQ(shown(parser), whole) << named;
  }
  EXPECT_GE(formats_seen.size(), 20u);
}

}  // namespace
}  // namespace gerbil::calls
