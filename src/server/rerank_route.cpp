// /v1/rerank, as Jina and Cohere have it.
#include <algorithm>
#include <numeric>
#include <utility>

#include "gerbil/json.hpp"
#include "server/errors.hpp"
#include "server/routes.hpp"

namespace gerbil::server {
namespace {

struct Request {
  RankRequest rank;
  std::size_t first = 0;  // of the results; 0: all
  bool documents = false;
  std::vector<std::string> unknown;
};

// Documents are texts, or objects with one.
Json plain_documents(const Json& documents) {
  if (!documents.is_array()) return documents;
  Json list = Json::array();
  for (const Json& document : documents)
    list.push_back(document.is_object() && document.contains("text") ? document["text"] : document);
  return list;
}

Request read(std::string_view body) {
  const Json json = parse_body(body);
  Parameters parameters(json);
  Json own = Json::object();
  parameters.copy({"model", "query", "truncate", "instruction", "priority", "timeout"}, own);
  if (const Json* documents = parameters.find("documents")) own["documents"] = plain_documents(*documents);
  Request request;
  request.first = static_cast<std::size_t>(parameters.number("top_n", 0, 1, 1 << 30));
  request.documents = parameters.flag("return_documents", false);
  request.rank = from_json<RankRequest>(text_of(own));
  request.unknown = parameters.unknown();
  return request;
}

std::string write(const RankResult& result, const Request& request, const std::string& id, const std::string& model) {
  std::vector<std::size_t> order(result.scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::ranges::greater(), [&](std::size_t i) { return result.scores[i]; });
  if (request.first > 0) order.resize(std::min(order.size(), request.first));
  Json results = Json::array();
  for (const std::size_t i : order) {
    Json entry{{"index", i}, {"relevance_score", result.scores[i]}};
    if (request.documents) entry["document"] = {{"text", request.rank.documents[i]}};
    results.push_back(std::move(entry));
  }
  return text_of({{"id", id},
                  {"model", model},
                  {"results", std::move(results)},
                  {"usage", {{"prompt_tokens", result.tokens}, {"total_tokens", result.tokens}}}});
}

void start(Service& service, const ExchangePtr& exchange, const std::shared_ptr<Request>& request,
           const std::string& id, const NamedModel& model) {
  RankOptions options = request->rank.options;
  options.cancellation = exchange->gone;
  options.timeout = time_left(service, *exchange, options.timeout);
  const Ranker ranker(*model.lease);
  ranker.submit(request->rank.query, request->rank.documents, options,
                [&service, exchange, request, id, model](RankResult result, const std::exception_ptr& error) {
                  on_worker(service, exchange,
                            [&service, exchange, request, id, model, result = std::move(result), error] {
                              if (error) std::rethrow_exception(error);
                              respond(service, exchange, write(result, *request, id, model.id));
                            });
                });
}

}  // namespace

void rerank(Service& service, const ExchangePtr& exchange) {
  on_worker(service, exchange, [&service, exchange, id = service.new_id("rerank-")] {
    const auto request = std::make_shared<Request>(read(exchange->request().body));
    on_front(service, exchange, [&service, exchange, request, id] {
      exchange->request().body = {};
      service.report_unknown("/v1/rerank", request->unknown);
      with_model(
          service, exchange, request->rank.model, request->rank.options.timeout,
          [&service, exchange, request, id](const NamedModel& model) { start(service, exchange, request, id, model); });
    });
  });
}

}  // namespace gerbil::server
