// Formats by the templates that write them.
#include <gtest/gtest.h>

#include "calls/recognize.hpp"
#include "gerbil/error.hpp"
#include "template/template.hpp"

namespace gerbil::calls {
namespace {

std::string recognized(const std::string& source) {
  const jinja::Template made(source);
  const Render render = [&](const Json& messages, const Json& tools) -> std::optional<std::string> {
    try {
      return made.render({{"messages", messages}, {"tools", tools}, {"add_generation_prompt", true}});
    } catch (const Error&) {
      return std::nullopt;
    }
  };
  const ToolCallFormat* format = recognize_template(render, source);
  return std::string(format ? format->name : "none");
}

// Around the calls of an assistant.
std::string conversation(const std::string& calls) {
  return "{{ tools | tojson }}{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% for c in m.tool_calls or [] %}"
         "{% set f = c.function %}" +
         calls + "{% endfor %}<|end|>{% endfor %}<|assistant|>";
}

TEST(RecognizeTemplate, FindsTheFormatThatItWritesCallsIn) {
  EXPECT_EQ(
      recognized(conversation("<tool_call>{{ {'name': f.name, 'arguments': f.arguments} | tojson }}</tool_call>")),
      "hermes");
  EXPECT_EQ(recognized(conversation("<tool_call><function={{ f.name }}>{% for k, v in f.arguments.items() %}"
                                    "<parameter={{ k }}>\n{{ v }}\n</parameter>{% endfor %}</function></tool_call>")),
            "qwen3_coder");
  EXPECT_EQ(recognized(conversation("[TOOL_CALLS]{{ f.name }}[ARGS]{{ f.arguments | tojson }}")), "mistral");
}

TEST(RecognizeTemplate, MakesDoWithOneCallAtATime) {
  EXPECT_EQ(recognized("{% for m in messages %}<|{{ m.role }}|>{% if m.tool_calls %}{% if m.tool_calls | length > 1 %}"
                       "{{ raise_exception('one!') }}{% endif %}{{ '{\"name\": \"' + m.tool_calls[0].function.name + "
                       "'\", \"parameters\": ' }}{{ m.tool_calls[0].function.arguments | tojson }}}{% else %}"
                       "{{ m.content }}{% endif %}<|end|>{% endfor %}<|assistant|>"),
            "llama");
}

// Examples in the description of tools are no calls.
TEST(RecognizeTemplate, LooksAtWhatFollowsTheQuestion) {
  EXPECT_EQ(recognized("<tool_call>{\"name\": \"x\", \"arguments\": {}}</tool_call>" +
                       conversation("[TOOL_CALLS]{{ f.name }}[ARGS]{{ f.arguments | tojson }}")),
            "mistral");
}

TEST(RecognizeTemplate, GoesByItsTextWhereItWritesNoCalls) {
  const std::string plain = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}<|assistant|>";
  EXPECT_EQ(recognized("Write <tool_call>{…}</tool_call>. {{ tools }}" + plain), "hermes");
  EXPECT_EQ(recognized("<|tool|>{{ tools | tojson }}<|/tool|>" + plain), "phi4");
  EXPECT_EQ(recognized("{{ tools }}" + plain), "none");
  EXPECT_EQ(recognized("{{ raise_exception('never') }}"), "none");
}

}  // namespace
}  // namespace gerbil::calls
