// /v1/responses
#include <algorithm>
#include <charconv>
#include <format>
#include <set>
#include <string>
#include <utility>

#include "server/access.hpp"
#include "server/errors.hpp"
#include "server/query.hpp"
#include "server/response_answer.hpp"
#include "server/routes.hpp"

namespace gerbil::server {
namespace {

using RequestPtr = std::shared_ptr<const ResponsesRequest>;

// What the model is told: instructions are of this response alone.
std::vector<Message> conversation_of(const ResponsesRequest& request, const std::vector<SharedText>& earlier) {
  std::vector<Message> messages;
  if (!request.instructions.empty()) messages.emplace_back("system", request.instructions);
  for (const SharedText& turn : earlier) messages.append_range(from_json<std::vector<Message>>(*turn));
  messages.append_range(request.generate.messages);
  return messages;
}

void start(Service& service, const ExchangePtr& exchange, const RequestPtr& request, const std::string& id,
           const std::vector<SharedText>& earlier, const NamedModel& model) {
  const auto answer = std::make_shared<ResponseAnswer>(service, exchange, model, id, request);
  generate(service, exchange, model,
           {.prompts = {conversation_of(*request, earlier)},
            .options = request->generate.options,
            .stream = request->stream,
            .repeatable = request->repeatable,
            .answer_param = request->answer_param},
           answer);
}

// What is behind /v1/responses/.
std::string_view rest_of(const Exchange& exchange) {
  constexpr std::string_view prefix = "/v1/responses/";
  return std::string_view(exchange.request().path).substr(prefix.size());
}

void respond_json(Exchange& exchange, std::string json) {
  exchange.respond({.status = 200, .body = std::move(json), .content_type = "application/json", .headers = {}});
}

struct Page {
  std::size_t limit = 20;
  bool ascending = false;
  std::string after;  // the id of the last item of the page before; empty: this is the first
};

Page page_of(std::string_view query) {
  Page page;
  for (const auto& [name, value] : query_parameters(query)) {
    if (name == "after") page.after = value;
    if (name == "order") {
      if (value != "asc" && value != "desc") refuse("order", value, R"("asc" or "desc")");
      page.ascending = value == "asc";
    }
    if (name == "limit") {
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), page.limit);
      if (error != std::errc() || end != value.data() + value.size() || page.limit < 1 || page.limit > 100)
        refuse("limit", value, "a whole number from 1 to 100");
    }
  }
  return page;
}

std::string list_of(const std::string& id, const std::string& input, const Page& page) {
  Json items = parse_json(input, "The input");
  std::set<std::string> ids;  // one that is there already would name another item
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!items[i].contains("type")) items[i]["type"] = "message";
    Json& own = items[i]["id"];
    if (!own.is_string() || !ids.insert(own.get<std::string>()).second) own = std::format("item_{}_{}", id, i);
  }
  if (!page.ascending) std::ranges::reverse(items);
  auto next = items.begin();
  if (!page.after.empty()) {
    next = std::ranges::find(items, Json(page.after), [](const Json& item) { return item["id"]; });
    if (next == items.end()) refuse("after", page.after, "the id of one of the items");
    ++next;
  }
  Json list = Json::array();
  for (; next != items.end() && list.size() < page.limit; ++next) list.push_back(std::move(*next));
  const Json first = list.empty() ? Json() : list.front()["id"];
  const Json last = list.empty() ? Json() : list.back()["id"];
  const bool more = next != items.end();
  return text_of(
      {{"object", "list"}, {"data", std::move(list)}, {"first_id", first}, {"last_id", last}, {"has_more", more}});
}

}  // namespace

void create_response(Service& service, const ExchangePtr& exchange) {
  on_worker(service, exchange, [&service, exchange, id = service.new_id("resp_")] {
    const auto request = std::make_shared<const ResponsesRequest>(read_responses_request(exchange->request().body));
    on_front(service, exchange, [&service, exchange, request, id] {
      exchange->request().body = {};
      service.report_unknown("/v1/responses", request->unknown);
      auto earlier = service.responses.conversation(request->previous, key_of(exchange->request()));
      with_model(service, exchange, request->generate.model, request->generate.options.timeout,
                 [&service, exchange, request, id, earlier = std::move(earlier)](const NamedModel& model) {
                   start(service, exchange, request, id, earlier, model);
                 });
    });
  });
}

void show_response(Service& service, const ExchangePtr& exchange) {
  constexpr std::string_view items = "/input_items";
  const std::string_view rest = rest_of(*exchange);
  const bool wants_items = rest.ends_with(items);
  const std::string_view id = wants_items ? rest.substr(0, rest.size() - items.size()) : rest;
  const StoredResponse& stored = service.responses.find(id, key_of(exchange->request()));
  if (!wants_items) return respond_json(*exchange, stored.response);
  on_worker(service, exchange,
            [&service, exchange, id = stored.id, input = stored.items, page = page_of(exchange->request().query)] {
              respond(service, exchange, list_of(id, *input, page));
            });
}

void delete_response(Service& service, const ExchangePtr& exchange) {
  const std::string_view id = rest_of(*exchange);
  service.responses.forget(id, key_of(exchange->request()));
  respond_json(*exchange, text_of({{"id", id}, {"object", "response"}, {"deleted", true}}));
}

}  // namespace gerbil::server
