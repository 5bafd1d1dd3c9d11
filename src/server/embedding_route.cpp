// /v1/embeddings
#include <charconv>
#include <format>
#include <utility>

#include "gerbil/json.hpp"
#include "server/base64.hpp"
#include "server/completion_request.hpp"
#include "server/errors.hpp"
#include "server/routes.hpp"

namespace gerbil::server {
namespace {

constexpr std::size_t most_texts = 65536;

struct Request {
  std::string model;
  std::vector<TextOrIds> input;
  EmbedOptions options;
  bool as_base64 = false;
  std::vector<std::string> unknown;
};

Request read(std::string_view body) {
  const Json json = parse_body(body);
  Parameters parameters(json);
  const Json* input = parameters.find("input");
  if (!input) throw invalid("\"input\" is missing; it should be a string, token ids, or a list of either.", "input");
  Request request;
  request.input = read_texts("input", *input, most_texts);
  const std::string format = parameters.text("encoding_format");
  if (!format.empty() && format != "float" && format != "base64")
    refuse("encoding_format", format, "\"float\" or \"base64\"");
  request.as_base64 = format == "base64";
  Json own{{"input", ""}};
  parameters.copy({"model", "dimensions", "task", "normalize", "truncate", "priority", "timeout"}, own);
  auto read = from_json<EmbedRequest>(text_of(own));
  request.model = std::move(read.model);
  request.options = std::move(read.options);
  request.unknown = parameters.unknown();
  return request;
}

// By hand: lists of numbers are long.
std::string write(const EmbedResult& result, const std::string& model, bool as_base64) {
  std::string text = "{\"object\":\"list\",\"data\":[";
  for (std::size_t i = 0; i < result.vectors.size(); ++i) {
    text += std::format("{}{{\"object\":\"embedding\",\"index\":{},\"embedding\":", i == 0 ? "" : ",", i);
    if (as_base64) {
      text += '"' + base64(result.vectors[i]) + '"';
    } else {
      for (char before = '['; const float value : result.vectors[i])
        std::format_to(std::back_inserter(text), "{}{}", std::exchange(before, ','), value);
      text += result.vectors[i].empty() ? "[]" : "]";
    }
    text += '}';
  }
  text += std::format("],\"model\":{},\"usage\":{{\"prompt_tokens\":{},\"total_tokens\":{}}}}}", text_of(model),
                      result.tokens, result.tokens);
  return text;
}

void start(Service& service, const ExchangePtr& exchange, const Request& request, const NamedModel& model) {
  EmbedOptions options = request.options;
  options.cancellation = exchange->gone;
  options.timeout = time_left(service, *exchange, options.timeout);
  // The thread of the model has better to do than to write numbers.
  const auto done = [&service, exchange, model, as_base64 = request.as_base64](EmbedResult result,
                                                                               const std::exception_ptr& error) {
    on_worker(service, exchange, [&service, exchange, model, as_base64, result = std::move(result), error] {
      if (error) std::rethrow_exception(error);
      on_front(service, exchange, [&service, exchange, id = model.id, tokens = result.tokens] {
        if (exchange->trace) exchange->trace->prompt_tokens += tokens;
        service.metrics.models[id].prompt_tokens += static_cast<std::uint64_t>(tokens);
      });
      respond(service, exchange, write(result, model.id, as_base64));
    });
  };
  const Embedder embedder(*model.lease);
  if (std::holds_alternative<std::string>(request.input.front())) {
    std::vector<std::string> texts;
    texts.reserve(request.input.size());
    for (const TextOrIds& text : request.input) texts.push_back(std::get<std::string>(text));
    embedder.submit(texts, options, done);
  } else {
    std::vector<TokenizedText> texts;
    texts.reserve(request.input.size());
    for (const TextOrIds& text : request.input) texts.push_back({std::get<std::vector<std::int32_t>>(text), {}, 0});
    embedder.submit(texts, options, done);
  }
}

}  // namespace

void embed(Service& service, const ExchangePtr& exchange) {
  on_worker(service, exchange, [&service, exchange] {
    const auto request = std::make_shared<Request>(read(exchange->request().body));
    on_front(service, exchange, [&service, exchange, request] {
      exchange->request().body = {};
      service.report_unknown("/v1/embeddings", request->unknown);
      with_model(service, exchange, request->model, request->options.timeout,
                 [&service, exchange, request](const NamedModel& model) { start(service, exchange, *request, model); });
    });
  });
}

}  // namespace gerbil::server
