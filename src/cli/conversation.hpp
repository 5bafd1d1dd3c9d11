// A request for text from a file of JSON, and what of the command line changes in it.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "gerbil/json.hpp"
#include "options.hpp"

namespace gerbil::cli {

// The messages, or the object of messages and options, in the file, "-" for stdin. An option that `command` was given
// wins over the file's field; a seed that neither has is a new one. Throws what read_text, read_tools and
// from_json<GenerateRequest> throw.
GenerateRequest read_request(const std::string& path, const CLI::App& command, const GenerationFlags& flags);

}  // namespace gerbil::cli
