#include "server/response_answer.hpp"

#include <format>
#include <utility>

#include "server/access.hpp"
#include "server/answers.hpp"
#include "server/errors.hpp"

namespace gerbil::server {
namespace {

Json usage_of(const GenerateResult& result) {
  return {{"input_tokens", result.prompt_tokens},
          {"input_tokens_details", {{"cached_tokens", result.cached_tokens}, {"cache_write_tokens", 0}}},
          {"output_tokens", result.generated_tokens},
          {"output_tokens_details", {{"reasoning_tokens", result.reasoning_tokens}}},
          {"total_tokens", result.prompt_tokens + result.generated_tokens}};
}

// "resp_1f" → "1f"
std::string suffix_of(std::string_view id) { return std::string(id.substr(id.find('_') + 1)); }

}  // namespace

ResponseAnswer::ResponseAnswer(Service& service, ExchangePtr exchange, NamedModel model, std::string id,
                               std::shared_ptr<const ResponsesRequest> request)
    : service_(service),
      exchange_(std::move(exchange)),
      model_(std::move(model)),
      request_(std::move(request)),
      response_(request_->echo),
      output_(suffix_of(id), [this](std::string_view type, Json members) { send(type, std::move(members)); }) {
  response_.update({{"id", std::move(id)},
                    {"object", "response"},
                    {"created_at", unix_time()},
                    {"status", "in_progress"},
                    {"model", model_.id},
                    {"output", Json::array()},
                    {"error", nullptr},
                    {"incomplete_details", nullptr},
                    {"usage", nullptr}});
}

std::string ResponseAnswer::event_of(std::string_view type, Json members) {
  members.update({{"type", type}, {"sequence_number", sequence_number_++}});
  return std::format("event: {}\ndata: {}\n\n", type, text_of(members));
}

void ResponseAnswer::send(std::string_view type, Json members) {
  if (request_->stream) exchange_->send(event_of(type, std::move(members)));
}

void ResponseAnswer::begin() {
  if (std::exchange(begun_, true)) return;
  send("response.created", {{"response", response_}});
  send("response.in_progress", {{"response", response_}});
}

// Of the tokens since the piece before.
Json ResponseAnswer::log_probabilities() {
  return chat_log_probabilities(*model_.lease, std::exchange(tokens_, {}))["content"];
}

void ResponseAnswer::piece(std::size_t, const std::string& text, bool reasoning) {
  begin();
  if (reasoning) {
    tokens_.clear();
    output_.add_reasoning(text);
  } else {
    output_.add_text(text, log_probabilities());
  }
}

void ResponseAnswer::call(std::size_t, const CallPiece& piece) {
  begin();
  tokens_.clear();
  output_.add_call(piece);
}

void ResponseAnswer::add_whole(const GenerateResult& result) {
  if (!result.reasoning.empty()) piece(0, result.reasoning, true);
  tokens_ = result.log_probabilities;
  if (!result.text.empty()) piece(0, result.text, false);
  for (std::size_t i = 0; i < result.tool_calls.size(); ++i) {
    const ToolCall& made = result.tool_calls[i];
    call(0, {.index = i, .id = made.id, .name = made.name, .arguments = made.arguments, .whole = true});
  }
}

void ResponseAnswer::finish(std::size_t, GenerateResult result) {
  begin();
  if (!request_->stream) add_whole(result);
  // A call that is not whole is a text like any other.
  if (!result.unfinished_tool_call.empty()) piece(0, result.unfinished_tool_call, false);
  const bool cut = result.finish_reason == FinishReason::length;
  output_.finish(!cut);
  response_["status"] = cut ? "incomplete" : "completed";
  if (cut) response_["incomplete_details"] = {{"reason", "max_output_tokens"}};
  if (!cut) response_["completed_at"] = unix_time();
  response_["output"] = output_.items();
  response_["usage"] = usage_of(result);
  if (request_->store) keep(result);
}

void ResponseAnswer::keep(const GenerateResult& result) {
  Message answer("assistant", result.text + result.unfinished_tool_call);
  answer.reasoning = result.reasoning;
  answer.tool_calls = result.tool_calls;
  service_.responses.keep({.id = response_["id"],
                           .owner = std::string(key_of(exchange_->request())),
                           .previous = request_->previous,
                           .response = text_of(response_),
                           .items = request_->items,
                           .asked = request_->messages,
                           .answered = std::make_shared<const std::string>(gerbil::to_json(std::vector{answer}))});
}

void ResponseAnswer::end_stream() {
  send(response_["status"] == "completed" ? "response.completed" : "response.incomplete", {{"response", response_}});
  exchange_->end();
}

std::string ResponseAnswer::failure(const ApiError& error) {
  response_["status"] = "failed";
  response_["output"] = output_.items();
  response_["error"] = {{"code", error.code}, {"message", error.what()}};
  return event_of("response.failed", {{"response", response_}});
}

}  // namespace gerbil::server
