#include "server/completion_request.hpp"

#include <algorithm>
#include <format>

#include "server/errors.hpp"

namespace gerbil::server {
namespace {

constexpr std::size_t most_prompts = 256;
constexpr std::size_t most_answers = 512;
constexpr std::size_t most_ids = 4 << 20;  // of a text

}  // namespace

std::vector<TextOrIds> read_texts(const std::string& name, const Json& value, std::size_t most) {
  constexpr std::string_view expected = "a string, token ids, or a list of either";
  if (value.is_string()) return {value.get<std::string>()};
  if (!value.is_array() || value.empty()) refuse(name, value, expected);
  if (value.front().is_number()) return {token_ids(name, value, most_ids)};
  if (value.size() > most)
    throw invalid(std::format("\"{}\" has {} texts, but may have {}.", name, value.size(), most), name);
  std::vector<TextOrIds> texts;
  for (const Json& text : value) {
    const std::string place = std::format("{}[{}]", name, texts.size());
    if (text.type() != value.front().type()) refuse(place, text, "of the kind of those before it");
    if (text.is_string()) {
      texts.emplace_back(text.get<std::string>());
    } else if (text.is_array()) {
      texts.emplace_back(token_ids(place, text, most_ids));
    } else {
      refuse(place, text, "a string or a list of token ids");
    }
  }
  return texts;
}

CompletionRequest read_completion_request(std::string_view body) {
  const Json json = parse_body(body);
  Parameters parameters(json);
  CompletionRequest request;
  const Json* prompt = parameters.find("prompt");
  if (!prompt) throw invalid("\"prompt\" is missing; it should be a string, token ids, or a list of either.", "prompt");
  request.prompts = read_texts("prompt", *prompt, most_prompts);
  request.choices = read_choices(parameters);
  if (request.prompts.size() * static_cast<std::size_t>(request.choices.count) > most_answers)
    throw invalid(std::format("{} prompts with {} answers each are more than {} answers.", request.prompts.size(),
                              request.choices.count, most_answers),
                  "n");
  request.echo = parameters.flag("echo", false);
  if (const std::string suffix = parameters.text("suffix"); !suffix.empty())
    throw ApiError(400, "invalid_request_error", "unsupported",
                   "\"suffix\" is not supported: gerbil continues texts, and fills no gaps.", "suffix");

  Json own{{"prompt", ""}, {"raw", true}};
  parameters.copy({"model"}, own);
  if (const Json* wanted = parameters.find("logprobs")) {
    if (request.echo) refuse("logprobs", *wanted, "left out where \"echo\" is true");
    own["logprobs"] = true;
    own["top_logprobs"] = whole_number("logprobs", *wanted, 0, 20);
  }
  GenerateRequest generate = read_generation(parameters, std::move(own));
  request.model = std::move(generate.model);
  request.options = std::move(generate.options);
  request.repeatable = settle_seed(parameters, request.options);
  request.answer_param = answer_parameter(parameters, request.options);
  request.unknown = parameters.unknown();
  return request;
}

}  // namespace gerbil::server
