// /tokenize and /detokenize, with the names of llama-server and of vLLM, and Anthropic's /v1/messages/count_tokens.
#include <format>

#include "gerbil/json.hpp"
#include "server/errors.hpp"
#include "server/messages_request.hpp"
#include "server/parameters.hpp"
#include "server/routes.hpp"

namespace gerbil::server {
namespace {

constexpr std::size_t most_ids = 4 << 20;
constexpr std::size_t most_pieces_bytes = 1 << 20;  // of a text whose tokens are spelled out, 30 bytes for each

struct TokenizeRequest {
  std::string model;
  std::string text;
  std::vector<Message> messages;  // instead of a text
  bool special = true;
  bool pieces = false;
};

TokenizeRequest read_text(const Json& json) {
  Parameters parameters(json);
  TokenizeRequest request;
  request.model = parameters.text("model");
  request.pieces = parameters.flag("with_pieces", false);
  request.special = parameters.flag("add_special", parameters.flag("add_special_tokens", true));
  if (const Json* messages = parameters.find("messages")) {
    request.messages = from_json<std::vector<Message>>(text_of(plain_messages(*messages)));
  } else if (parameters.find("prompt")) {
    request.text = parameters.text("prompt");
  } else if (parameters.find("content")) {
    request.text = parameters.text("content");
  } else {
    throw invalid("There is neither \"content\" nor \"prompt\" nor \"messages\", but should be one of them.",
                  "content");
  }
  return request;
}

Json tokenized(const TokenizeRequest& request, const Model& model) {
  const bool is_text = request.messages.empty();
  const std::string text = is_text ? request.text : model.render(request.messages);
  if (request.pieces && text.size() > most_pieces_bytes)
    throw invalid(std::format("The text has {} bytes, but may have {} where \"with_pieces\" is true.", text.size(),
                              most_pieces_bytes),
                  "with_pieces");
  const std::vector<std::int32_t> ids = model.tokenize(text, is_text && request.special);
  Json tokens = Json::array();
  for (const std::int32_t id : ids) {
    if (request.pieces) {
      tokens.push_back({{"id", id}, {"piece", model.token(id)}});
    } else {
      tokens.push_back(id);
    }
  }
  return {{"tokens", std::move(tokens)}, {"count", ids.size()}, {"max_model_len", model.info().context_length}};
}

// What a model makes of a body, once it is there.
void ask(Service& service, const ExchangePtr& exchange, const std::string& model,
         std::function<Json(const Model&)> make) {
  on_front(service, exchange, [&service, exchange, model, make = std::move(make)] {
    with_model(service, exchange, model, 0, [&service, exchange, make](const NamedModel& named) {
      respond(service, exchange, text_of(make(*named.lease)));
    });
  });
}

}  // namespace

void tokenize(Service& service, const ExchangePtr& exchange) {
  on_worker(service, exchange, [&service, exchange] {
    const TokenizeRequest request = read_text(parse_body(exchange->request().body));
    ask(service, exchange, request.model, [request](const Model& model) { return tokenized(request, model); });
  });
}

void count_message_tokens(Service& service, const ExchangePtr& exchange) {
  on_worker(service, exchange, [&service, exchange] {
    const MessagesRequest read = read_messages_request(exchange->request().body, true);
    ask(service, exchange, read.generate.model, [request = read.generate](const Model& model) {
      const std::string text = model.render(request.messages, request.options.chat);
      return Json{{"input_tokens", model.tokenize(text, false).size()}};
    });
  });
}

void detokenize(Service& service, const ExchangePtr& exchange) {
  on_worker(service, exchange, [&service, exchange] {
    const Json json = parse_body(exchange->request().body);
    Parameters parameters(json);
    const Json* tokens = parameters.find("tokens");
    if (!tokens) throw invalid("\"tokens\" is missing; it should be a list of token ids.", "tokens");
    ask(service, exchange, parameters.text("model"),
        [ids = token_ids("tokens", *tokens, most_ids)](const Model& model) {
          const std::string text = model.detokenize(ids, false);
          return Json{{"content", text}, {"prompt", text}};
        });
  });
}

}  // namespace gerbil::server
