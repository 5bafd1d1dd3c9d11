// What the engine tells the JavaScript around it: core.js hands it on to the page.
#pragma once

#include <cstdint>
#include <exception>
#include <span>
#include <string_view>

namespace gerbil::web {

// One of the calls that are under way, by the number that the page gave it.
using CallId = int;

// `kind` is "result" or "error", which end a call, or of an event before them; `json` is a text.
void tell(CallId call, std::string_view kind, std::string_view json);
void tell(CallId call, std::string_view kind, std::span<const float> numbers);
// The error that `failure` holds.
void tell_error(CallId call, const std::exception_ptr& failure);

}  // namespace gerbil::web
