// /v1/chat/completions
#include <utility>
#include <vector>

#include "server/chat_request.hpp"
#include "server/choices.hpp"
#include "server/held_calls.hpp"
#include "server/routes.hpp"

namespace gerbil::server {
namespace {

class ChatAnswers : public ChoiceAnswers {
 public:
  ChatAnswers(ExchangePtr exchange, const NamedModel& model, std::string id, const Choices& choices)
      : ChoiceAnswers(std::move(exchange), model.lease, choices, static_cast<std::size_t>(choices.count),
                      {{"id", std::move(id)},
                       {"object", choices.stream ? "chat.completion.chunk" : "chat.completion"},
                       {"created", unix_time()},
                       {"model", model.id}}),
        held_(static_cast<std::size_t>(choices.count)) {}

  void piece(std::size_t number, const std::string& text, bool reasoning) override {
    begin(number);
    send(number, {{"delta", {{reasoning ? "reasoning_content" : "content", text}}}});
  }

  void call(std::size_t number, const CallPiece& next) override {
    begin(number);
    const std::optional<CallPiece> piece = held_[number].push(next);
    if (!piece) return;
    Json call{{"index", piece->index}};
    if (!piece->name.empty()) call.update({{"id", piece->id}, {"type", "function"}});
    if (!piece->name.empty()) call["function"]["name"] = piece->name;
    call["function"]["arguments"] = piece->arguments;
    send(number, {{"delta", {{"tool_calls", Json::array({std::move(call)})}}}});
  }

 private:
  Json first_piece(std::size_t) const override { return {{"delta", {{"role", "assistant"}, {"content", ""}}}}; }

  Json text_piece(const std::string& text) const override {
    Json delta = Json::object();
    if (!text.empty()) delta["content"] = text;
    return {{"delta", std::move(delta)}};
  }

  Json log_probabilities(std::size_t, std::span<const TokenReport> tokens) override {
    return chat_log_probabilities(model(), tokens);
  }

  // A call that is not whole is a text like any other.
  Json answer(std::size_t, const GenerateResult& result) const override {
    const std::string text = result.text + result.unfinished_tool_call;
    Json json{{"role", "assistant"}, {"content", text}, {"refusal", nullptr}};
    if (!result.reasoning.empty()) json["reasoning_content"] = result.reasoning;
    if (!result.tool_calls.empty() && text.empty()) json["content"] = nullptr;
    for (const ToolCall& call : result.tool_calls)
      json["tool_calls"].push_back(
          {{"id", call.id}, {"type", "function"}, {"function", {{"name", call.name}, {"arguments", call.arguments}}}});
    return {{"message", std::move(json)}};
  }

  std::vector<HeldCalls> held_;
};

void start(Service& service, const ExchangePtr& exchange, const ChatRequest& request, const std::string& id,
           const NamedModel& model) {
  generate(service, exchange, model,
           {.prompts = {request.generate.messages},
            .count = request.choices.count,
            .options = request.generate.options,
            .stream = request.choices.stream,
            .repeatable = request.repeatable,
            .ignore_end = request.choices.ignore_end,
            .answer_param = request.answer_param},
           std::make_shared<ChatAnswers>(exchange, model, id, request.choices));
}

}  // namespace

void complete_chat(Service& service, const ExchangePtr& exchange) {
  on_worker(service, exchange, [&service, exchange, id = service.new_id("chatcmpl-")] {
    const auto request = std::make_shared<ChatRequest>(read_chat_request(exchange->request().body));
    on_front(service, exchange, [&service, exchange, request, id] {
      exchange->request().body = {};
      service.report_unknown("/v1/chat/completions", request->unknown);
      with_model(service, exchange, request->generate.model, request->generate.options.timeout,
                 [&service, exchange, request, id](const NamedModel& model) {
                   start(service, exchange, *request, id, model);
                 });
    });
  });
}

}  // namespace gerbil::server
