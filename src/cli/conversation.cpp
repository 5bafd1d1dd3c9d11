#include "conversation.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "json.hpp"
#include "text_input.hpp"

namespace gerbil::cli {
namespace {

// The options of the command line that have a field.
constexpr std::array<std::pair<const char*, const char*>, 17> kFields{{{"--max-tokens", "max_tokens"},
                                                                       {"--temperature", "temperature"},
                                                                       {"--top-k", "top_k"},
                                                                       {"--top-p", "top_p"},
                                                                       {"--min-p", "min_p"},
                                                                       {"--repetition-penalty", "repetition_penalty"},
                                                                       {"--presence-penalty", "presence_penalty"},
                                                                       {"--frequency-penalty", "frequency_penalty"},
                                                                       {"--seed", "seed"},
                                                                       {"--logit-bias", "logit_bias"},
                                                                       {"--stop", "stop"},
                                                                       {"--stop-tokens", "stop_tokens"},
                                                                       {"--tools", "tools"},
                                                                       {"--think", "enable_thinking"},
                                                                       {"--no-think", "enable_thinking"},
                                                                       {"--var", "template_variables"},
                                                                       {"--log-probabilities", "top_logprobs"}}};

}  // namespace

GenerateRequest read_request(const std::string& path, const CLI::App& command, const GenerationFlags& flags) {
  auto request = from_json<GenerateRequest>(read_text(path));
  Json fields = Json::parse(to_json(request.options));
  const bool seeded = fields.contains("seed");
  // What is as it always is has no field, so that of the file goes first.
  for (const auto& [option, field] : kFields) {
    if (command.get_option(option)->count() > 0) fields.erase(field);
  }
  // A grammar has one of several, and takes the place of any.
  if (std::ranges::any_of(grammar_options,
                          [&](const char* option) { return command.get_option(option)->count() > 0; })) {
    for (const char* field : {"response_format", "structured_outputs", "grammar"}) fields.erase(field);
  }
  Json changes = Json::parse(to_json(resolve(flags)));
  if (seeded && !flags.seed) changes.erase("seed");
  fields.update(changes);
  request.options = from_json<GenerateOptions>(to_text(fields));
  return request;
}

}  // namespace gerbil::cli
