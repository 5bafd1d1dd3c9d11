// Which format a chat template writes calls in: known calls are rendered through it, and the format is the one that
// reads them back.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "calls/format.hpp"
#include "calls/tools.hpp"
#include "gerbil/message.hpp"

namespace gerbil::calls {

// Null when no format reads exactly these calls from an assistant's turn, whatever stands around them.
const ToolCallFormat* recognize_turn(std::string_view turn, const std::vector<ToolCall>& calls, const Tools& tools);

// The rendering of a conversation with tools, and with what an assistant's answer begins with behind it; empty when the
// template refuses it.
using Render = std::function<std::optional<std::string>(const Json& messages, const Json& tools)>;

// `source` is the text of the template: where it renders no calls, it may still say how the model is to write them.
// Null when neither tells.
const ToolCallFormat* recognize_template(const Render& render, std::string_view source);

}  // namespace gerbil::calls
