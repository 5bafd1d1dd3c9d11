// Answers with calls of tools. The first byte chooses a format, the second where the text is cut. What is read must not
// depend on the cuts, arguments of calls that are whole must be JSON objects, and nothing of the text may be lost
// without a call in it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "calls/parser.hpp"

namespace {

using namespace gerbil::calls;

const Tools& tools() {
  static const Tools made(gerbil::Json::parse(R"([{"name": "f", "parameters": {"properties": {
      "s": {"type": "string"}, "n": {"type": "integer"}, "o": {"type": "object"}}}}, {"name": "g"}])"));
  return made;
}

std::string read(const ToolCallFormat& format, std::string_view text, std::size_t cut) {
  std::string pieces;
  ToolCallParser parser(format, tools(), 0, {{}, [&](const gerbil::ToolCallPiece& piece) {
                                               pieces += std::string(piece.name) + std::string(piece.arguments) +
                                                         (piece.whole ? "." : "");
                                             }});
  for (std::size_t at = 0; at < text.size(); at += cut) parser.push(text.substr(at, cut));
  parser.finish(true);
  std::string result = parser.text() + '\0' + parser.unfinished() + '\0';
  for (const gerbil::ToolCall& call : parser.calls()) {
    const auto arguments = gerbil::Json::parse(call.arguments, nullptr, false);
    if (!arguments.is_object()) std::abort();
    result += call.id + '\0' + call.name + '\0' + call.arguments + '\0';
  }
  if (parser.calls().empty() && parser.unfinished().empty() && parser.text() != text) std::abort();
  return result + pieces;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  // Detokenized text is well-formed, and JSON could not hold it otherwise.
  if (!gerbil::Json::accept(gerbil::Json(text).dump(-1, ' ', true, gerbil::Json::error_handler_t::replace)) ||
      gerbil::Json(text).dump(-1, ' ', false, gerbil::Json::error_handler_t::ignore).size() !=
          gerbil::Json(text).dump(-1, ' ', false, gerbil::Json::error_handler_t::replace).size())
    return 0;
  const ToolCallFormat& format = formats()[data[0] % formats().size()];
  const std::string whole = read(format, text, text.size() + 1);
  if (read(format, text, data[1] % 16 + 1u) != whole) std::abort();
  return 0;
}
