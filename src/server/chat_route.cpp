// /v1/chat/completions
#include <utility>
#include <vector>

#include "server/answers.hpp"
#include "server/chat_request.hpp"
#include "server/generation.hpp"
#include "server/held_calls.hpp"
#include "server/routes.hpp"

namespace gerbil::server {
namespace {

class ChatAnswers : public Answers {
 public:
  ChatAnswers(ExchangePtr exchange, Lease lease, std::string model, std::string id, const ChatRequest& request)
      : exchange_(std::move(exchange)),
        lease_(std::move(lease)),
        choices_(request.choices),
        results_(static_cast<std::size_t>(choices_.count)),
        log_probability_lists_(results_.size()),
        begun_(results_.size(), false),
        held_(results_.size()),
        envelope_{{"id", std::move(id)},
                  {"object", choices_.stream ? "chat.completion.chunk" : "chat.completion"},
                  {"created", unix_time()},
                  {"model", std::move(model)}} {}

  void piece(std::size_t number, const std::string& text, bool reasoning) override {
    begin(number);
    send(number, {{reasoning ? "reasoning_content" : "content", text}});
  }

  void call(std::size_t number, const CallPiece& next) override {
    begin(number);
    const std::optional<CallPiece> piece = held_[number].push(next);
    if (!piece) return;
    Json call{{"index", piece->index}};
    if (!piece->name.empty()) call.update({{"id", piece->id}, {"type", "function"}});
    if (!piece->name.empty()) call["function"]["name"] = piece->name;
    call["function"]["arguments"] = piece->arguments;
    send(number, {{"tool_calls", Json::array({std::move(call)})}});
  }

  Json log_probabilities(std::size_t, const GenerateResult& result) const override {
    return chat_log_probabilities(*lease_, result);
  }

  void finish(std::size_t number, GenerateResult result, Json log_probabilities) override {
    usage_.add(result, number == 0);
    if (choices_.stream) {
      begin(number);
      // A call that is not whole is a text like any other.
      if (!result.unfinished_tool_call.empty()) send(number, {{"content", result.unfinished_tool_call}});
      // Log-probabilities are there when the answer is, all at once.
      if (!log_probabilities.is_null()) send(number, {{"content", ""}}, std::move(log_probabilities));
      send(number, Json::object(), nullptr, to_string(result.finish_reason));
    } else {
      results_[number] = std::move(result);
      log_probability_lists_[number] = std::move(log_probabilities);
    }
  }

  void end_stream() override {
    if (choices_.include_usage) {
      Json last = envelope_;
      last["choices"] = Json::array();
      last["usage"] = to_json(usage_);
      exchange_->send(event(last));
    }
    exchange_->send(last_event);
    exchange_->end();
  }

  std::string whole() override {
    Json list = Json::array();
    for (std::size_t i = 0; i < results_.size(); ++i)
      list.push_back({{"index", i},
                      {"message", message(results_[i])},
                      {"logprobs", std::move(log_probability_lists_[i])},
                      {"finish_reason", to_string(results_[i].finish_reason)}});
    Json json = envelope_;
    json["choices"] = std::move(list);
    json["usage"] = to_json(usage_);
    return text_of(json);
  }

 private:
  void begin(std::size_t number) {
    if (begun_[number]) return;
    begun_[number] = true;
    send(number, {{"role", "assistant"}, {"content", ""}});
  }

  void send(std::size_t number, Json delta, Json log_probabilities = nullptr, Json finish_reason = nullptr) {
    Json chunk = envelope_;
    chunk["choices"].push_back({{"index", number},
                                {"delta", std::move(delta)},
                                {"logprobs", std::move(log_probabilities)},
                                {"finish_reason", std::move(finish_reason)}});
    if (choices_.include_usage) chunk["usage"] = nullptr;
    exchange_->send(event(chunk));
  }

  // A call that is not whole is a text like any other.
  static Json message(const GenerateResult& result) {
    const std::string text = result.text + result.unfinished_tool_call;
    Json json{{"role", "assistant"}, {"content", text}, {"refusal", nullptr}};
    if (!result.reasoning.empty()) json["reasoning_content"] = result.reasoning;
    if (!result.tool_calls.empty() && text.empty()) json["content"] = nullptr;
    for (const ToolCall& call : result.tool_calls)
      json["tool_calls"].push_back(
          {{"id", call.id}, {"type", "function"}, {"function", {{"name", call.name}, {"arguments", call.arguments}}}});
    return json;
  }

  ExchangePtr exchange_;
  Lease lease_;
  Choices choices_;
  std::vector<GenerateResult> results_;
  std::vector<Json> log_probability_lists_;
  std::vector<bool> begun_;
  std::vector<HeldCalls> held_;
  Json envelope_;
  Usage usage_;
};

void start(Service& service, const ExchangePtr& exchange, const ChatRequest& request, const std::string& id,
           const Lease& lease, const std::string& model) {
  generate(service, exchange, lease, model, {request.generate.messages}, request.choices.count,
           request.generate.options, std::make_shared<ChatAnswers>(exchange, lease, model, id, request),
           request.choices.stream);
}

}  // namespace

void complete_chat(Service& service, const ExchangePtr& exchange) {
  on_worker(service, exchange, [&service, exchange, id = service.new_id("chatcmpl")] {
    const auto request = std::make_shared<ChatRequest>(read_chat_request(exchange->request().body));
    on_front(service, exchange, [&service, exchange, request, id] {
      exchange->request().body = {};
      service.report_unknown("/v1/chat/completions", request->unknown);
      with_model(service, exchange, request->generate.model, request->generate.options.timeout,
                 [&service, exchange, request, id](const Lease& lease, const std::string& model) {
                   start(service, exchange, *request, id, lease, model);
                 });
    });
  });
}

}  // namespace gerbil::server
