// /v1/messages, as Anthropic's API has it.
#include <format>
#include <utility>
#include <vector>

#include "server/generation.hpp"
#include "server/held_calls.hpp"
#include "server/messages_request.hpp"
#include "server/routes.hpp"

namespace gerbil::server {
namespace {

class MessageAnswer : public Answers {
 public:
  MessageAnswer(ExchangePtr exchange, std::string model, std::string id, bool stream)
      : exchange_(std::move(exchange)),
        stream_(stream),
        message_{{"id", std::move(id)},       {"type", "message"},      {"role", "assistant"},
                 {"model", std::move(model)}, {"stop_reason", nullptr}, {"stop_sequence", nullptr},
                 {"stop_details", nullptr},   {"container", nullptr},   {"usage", usage({})}} {}

  void piece(std::size_t, const std::string& text, bool reasoning) override {
    begin();
    if (const Kind kind = reasoning ? Kind::thinking : Kind::text; kind != kind_) open(kind, block(reasoning, ""));
    Json delta = block(reasoning, text);
    delta["type"] = reasoning ? "thinking_delta" : "text_delta";
    for (const char* name : {"signature", "citations"}) delta.erase(name);
    send("content_block_delta", {{"index", blocks_ - 1}, {"delta", std::move(delta)}});
  }

  void call(std::size_t, const CallPiece& next) override {
    begin();
    const std::optional<CallPiece> piece = held_.push(next);
    if (!piece) return;
    if (!piece->name.empty()) {
      Json block = tool_use(piece->id, piece->name);
      block["input"] = Json::object();
      open(Kind::call, std::move(block));
    }
    if (!piece->arguments.empty())
      send("content_block_delta",
           {{"index", blocks_ - 1}, {"delta", {{"type", "input_json_delta"}, {"partial_json", piece->arguments}}}});
  }

  void from_cache() override { message_["cached"] = true; }

  void finish(std::size_t, GenerateResult result) override {
    if (stream_) begin();
    // A call that is not whole is a text like any other.
    if (stream_ && !result.unfinished_tool_call.empty()) piece(0, result.unfinished_tool_call, false);
    message_["usage"] = usage(result);
    if (!result.stop_sequence.empty()) message_["stop_sequence"] = result.stop_sequence;
    message_["stop_reason"] = result.finish_reason == FinishReason::length       ? "max_tokens"
                              : result.finish_reason == FinishReason::tool_calls ? "tool_use"
                              : result.stop_sequence.empty()                     ? "end_turn"
                                                                                 : "stop_sequence";
    result_ = std::move(result);
  }

  // What the model wrote as arguments is spliced in as it is: its numbers may be such as no double or integer holds.
  std::string whole() override {
    std::string content;
    const auto add = [&](std::string_view block) { content.append(content.empty() ? "" : ",").append(block); };
    if (!result_.reasoning.empty()) add(text_of(block(true, result_.reasoning)));
    if (const std::string text = result_.text + result_.unfinished_tool_call; !text.empty())
      add(text_of(block(false, text)));
    for (const ToolCall& call : result_.tool_calls)
      add(text_with(tool_use(call.id, call.name), "input", call.arguments));
    return text_with(message_, "content", '[' + content + ']');
  }

  void end_stream() override {
    close();
    Json delta = Json::object();
    for (const char* name : {"stop_reason", "stop_sequence", "stop_details", "container"}) delta[name] = message_[name];
    send("message_delta", {{"delta", std::move(delta)}, {"usage", message_["usage"]}});
    send("message_stop", Json::object());
    exchange_->end();
  }

 private:
  enum class Kind : std::uint8_t { none, thinking, text, call };

  // The API's document wants every member, also those that say nothing here.
  static Json usage(const GenerateResult& result) {
    return {{"input_tokens", result.prompt_tokens - result.cached_tokens},
            {"cache_creation_input_tokens", 0},
            {"cache_read_input_tokens", result.cached_tokens},
            {"cache_creation", nullptr},
            {"output_tokens", result.generated_tokens},
            {"output_tokens_details", nullptr},
            {"server_tool_use", nullptr},
            {"service_tier", nullptr},
            {"inference_geo", nullptr}};
  }

  static Json tool_use(const std::string& id, const std::string& name) {
    return {{"type", "tool_use"}, {"id", id}, {"name", name}, {"caller", {{"type", "direct"}}}};
  }

  static Json block(bool reasoning, const std::string& text) {
    if (reasoning) return {{"type", "thinking"}, {"thinking", text}, {"signature", ""}};
    return {{"type", "text"}, {"text", text}, {"citations", nullptr}};
  }

  void begin() {
    if (std::exchange(begun_, true)) return;
    Json message = message_;
    message["content"] = Json::array();
    send("message_start", {{"message", std::move(message)}});
  }

  void open(Kind kind, Json first) {
    close();
    kind_ = kind;
    send("content_block_start", {{"index", blocks_++}, {"content_block", std::move(first)}});
  }

  void close() {
    if (blocks_ > 0) send("content_block_stop", {{"index", blocks_ - 1}});
  }

  void send(std::string_view type, const Json& more) {
    Json json{{"type", type}};
    json.update(more);
    exchange_->send(std::format("event: {}\ndata: {}\n\n", type, text_of(json)));
  }

  ExchangePtr exchange_;
  bool stream_;
  Json message_;  // without its content
  GenerateResult result_;
  HeldCalls held_;
  bool begun_ = false;
  std::size_t blocks_ = 0;  // begun
  Kind kind_ = Kind::none;  // of the last
};

}  // namespace

void answer_messages(Service& service, const ExchangePtr& exchange) {
  on_worker(service, exchange, [&service, exchange, id = service.new_id("msg_")] {
    const auto request = std::make_shared<MessagesRequest>(read_messages_request(exchange->request().body));
    on_front(service, exchange, [&service, exchange, request, id] {
      exchange->request().body = {};
      service.report_unknown("/v1/messages", request->unknown);
      with_model(service, exchange, request->generate.model, request->generate.options.timeout,
                 [&service, exchange, request, id](const NamedModel& model) {
                   const auto answer = std::make_shared<MessageAnswer>(exchange, model.id, id, request->stream);
                   generate(service, exchange, model,
                            {.prompts = {request->generate.messages},
                             .options = request->generate.options,
                             .stream = request->stream,
                             .repeatable = request->repeatable},
                            answer);
                 });
    });
  });
}

}  // namespace gerbil::server
