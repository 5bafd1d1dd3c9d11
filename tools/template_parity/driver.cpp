// Renders what tools/template_parity sends, for comparison with the reference.
// Usage: template_parity_driver [--exact] <frames >frames
// Two frames (tools/parity/frames.hpp) are read at a time: a template and its variables, a JSON object. Two are
// written: "text" and what was rendered, or "error" and why not. Without --exact the variables are completed as a
// tokenizer's apply_chat_template does, which a comparison with a bare render() does not want.
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.hpp"
#include "frames.hpp"
#include "template/template.hpp"

namespace {

using gerbil::parity::read_frame;
using gerbil::parity::write_frame;

// The variables that are always defined, where they are missing.
gerbil::Json complete(gerbil::Json variables) {
  for (const auto& [name, value] :
       {std::pair{"messages", "[]"}, {"tools", "null"}, {"documents", "null"}, {"add_generation_prompt", "true"}}) {
    if (!variables.contains(name)) variables[name] = gerbil::parse_json(value, name);
  }
  return variables;
}

}  // namespace

int main(int argc, char** argv) {
  const bool exact = argc > 1 && std::string_view(argv[1]) == "--exact";
  std::string source, variables;
  while (read_frame(source) && read_frame(variables)) {
    try {
      gerbil::Json parsed = gerbil::parse_json(variables, "the variables");
      const std::string text = gerbil::jinja::Template(source).render(exact ? parsed : complete(std::move(parsed)));
      write_frame("text");
      write_frame(text);
    } catch (const std::exception& error) {
      write_frame("error");
      write_frame(error.what());
    }
    std::fflush(stdout);
  }
  return 0;
}
