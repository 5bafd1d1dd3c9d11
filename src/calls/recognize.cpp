#include "calls/recognize.hpp"

#include <algorithm>

#include "calls/parser.hpp"

namespace gerbil::calls {
namespace {

constexpr std::string_view question = "Which way does gerbil's probe point?";

Json tool(const char* name, const Json& properties) {
  return {{"type", "function"},
          {"function",
           {{"name", name},
            {"description", "A probe."},
            {"parameters", {{"type", "object"}, {"properties", properties}, {"required", Json::array()}}}}}};
}

Json probe_tools() {
  const auto parameter = [](const char* type) { return Json{{"type", type}, {"description", "A part."}}; };
  return Json::array({tool("probe_first", {{"place", parameter("string")}, {"count", parameter("integer")}}),
                      tool("probe_second", Json::object())});
}

std::vector<ToolCall> probe_calls() {
  return {{"call00000", "probe_first", R"({"place": "a \"b\"", "count": 3})"}, {"call00001", "probe_second", "{}"}};
}

Json ask() { return {{"role", "user"}, {"content", question}}; }

Json answer(const std::vector<ToolCall>& calls) {
  Json message{{"role", "assistant"}, {"content", ""}};
  for (const ToolCall& call : calls) {
    message["tool_calls"].push_back({{"type", "function"},
                                     {"id", call.id},
                                     {"function", {{"name", call.name}, {"arguments", Json::parse(call.arguments)}}}});
  }
  return message;
}

bool same(const std::vector<ToolCall>& some, const std::vector<ToolCall>& others) {
  // Templates may sort arguments.
  const auto equal = [](const ToolCall& a, const ToolCall& b) {
    return a.name == b.name && nlohmann::json::parse(a.arguments) == nlohmann::json::parse(b.arguments);
  };
  return std::ranges::equal(some, others, equal);
}

}  // namespace

const ToolCallFormat* recognize_turn(std::string_view turn, const std::vector<ToolCall>& calls, const Tools& tools) {
  for (const ToolCallFormat& format : formats()) {
    ToolCallParser parser(format, tools, 0, {}, ToolCallParser::Family::alone);
    parser.push(turn);
    parser.finish(true);
    if (same(parser.calls(), calls)) return &format;
  }
  return nullptr;
}

const ToolCallFormat* recognize_template(const Render& render, std::string_view source) {
  const Json list = probe_tools();
  const Tools tools(list);
  const std::string prompt = render(Json::array({ask()}), list).value_or("");
  std::vector<ToolCall> calls = probe_calls();
  for (; !calls.empty(); calls.pop_back()) {  // some models make one call at a time
    const std::optional<std::string> whole = render(Json::array({ask(), answer(calls)}), list);
    const std::size_t asked = whole ? whole->rfind(question) : std::string::npos;
    if (asked == std::string::npos) continue;
    const std::size_t common = std::ranges::mismatch(*whole, prompt).in1 - whole->begin();
    for (const std::size_t begin : {common, asked + question.size()}) {
      if (const auto* format = recognize_turn(std::string_view(*whole).substr(begin), calls, tools)) return format;
    }
  }
  const auto marked = [&](const ToolCallFormat& format) {
    return !format.mark.empty() && source.contains(format.mark);
  };
  const auto found = std::ranges::find_if(formats(), marked);
  return found == formats().end() ? nullptr : &*found;
}

}  // namespace gerbil::calls
