// What the server is at: /health, /metrics, /v1/models.
#include <algorithm>

#include "server/ascii.hpp"
#include "server/errors.hpp"
#include "server/routes.hpp"

namespace gerbil::server {
namespace {

Json describe(const Service& service, const std::string& id) {
  Json json{{"id", id}, {"object", "model"}, {"created", service.started}, {"owned_by", "gerbil"}};
  if (const Model* model = service.models->loaded(id)) {
    const ModelInfo& info = model->info();
    json["context_length"] = info.context_length;
    json["tasks"] = Json::array();
    for (const Task task : info.tasks) json["tasks"].push_back(to_string(task));
  }
  return json;
}

void respond_json(Exchange& exchange, int status, const Json& json) {
  exchange.respond({.status = status, .body = text_of(json), .content_type = "application/json", .headers = {}});
}

}  // namespace

void show_health(Service& service, const ExchangePtr& exchange) {
  Json models = Json::array();
  bool busy = false;    // something is being loaded, or will be
  bool loaded = false;  // something is there
  for (const ModelPool::Status& status : service.models->status()) {
    Json model{{"id", status.id}, {"status", to_string(status.phase)}};
    if (!status.error.empty()) model["error"] = status.error;
    models.push_back(std::move(model));
    busy |= status.phase == ModelPool::Phase::loading || status.phase == ModelPool::Phase::waiting;
    loaded |= status.phase == ModelPool::Phase::loaded;
  }
  const bool failed = !loaded && std::ranges::any_of(service.models->status(), [](const auto& status) {
    return status.phase == ModelPool::Phase::failed;
  });
  const bool draining = service.front->draining();
  const bool ready = !draining && (loaded || (!busy && !failed));
  const char* status = draining ? "draining" : ready ? "ready" : busy ? "loading" : "failed";
  respond_json(*exchange, ready ? 200 : 503, {{"status", status}, {"models", std::move(models)}});
}

void show_metrics(Service& service, const ExchangePtr& exchange) {
  exchange->respond(
      {.status = 200,
       .body = service.metrics.text(service.models->states(), {.connections = service.front->connections(),
                                                               .cache = service.cache.counts(),
                                                               .sent_spans = service.tracing.sent(),
                                                               .dropped_spans = service.tracing.dropped()}),
       .content_type = "text/plain; version=0.0.4; charset=utf-8",
       .headers = {}});
}

void list_models(Service& service, const ExchangePtr& exchange) {
  Json list = Json::array();
  for (const ModelPool::Status& status : service.models->status()) list.push_back(describe(service, status.id));
  respond_json(*exchange, 200, {{"object", "list"}, {"data", std::move(list)}});
}

// The id of a model of the hub has a slash in it, which clients may escape.
void show_model(Service& service, const ExchangePtr& exchange) {
  constexpr std::string_view prefix = "/v1/models/";
  const std::string& id = service.models->resolve(percent_decoded(exchange->request().path.substr(prefix.size())));
  respond_json(*exchange, 200, describe(service, id));
}

}  // namespace gerbil::server
