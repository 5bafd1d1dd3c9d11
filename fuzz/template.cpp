// Any text as a chat template, rendered for a conversation with tools.
#include <cstdint>
#include <string_view>

#include "base/json.hpp"
#include "gerbil/error.hpp"
#include "template/template.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gerbil;
  static const Json variables = parse_json(R"({
    "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "föx 日本 <&>'"},
                 {"role": "assistant", "content": null, "tool_calls": [{"function": {"name": "f", "arguments": {"x": 1.5}}}]},
                 {"role": "tool", "content": [{"type": "text", "text": "7"}]}],
    "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}],
    "bos_token": "<s>", "add_generation_prompt": true, "documents": null, "x": -7, "y": [3, "b", null, true], "z": {"a": {}}
  })",
                                           "The variables");
  try {
    const jinja::Template source(std::string_view(reinterpret_cast<const char*>(data), size));
    (void)source.render(variables,
                        {.steps = 200'000, .bytes = std::int64_t{16} << 20, .garbage = std::int64_t{4} << 10});
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): a refusal is what is wanted
  }
  return 0;
}
