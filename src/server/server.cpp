#include "server/server.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <format>
#include <random>

#include "server/access.hpp"
#include "server/ascii.hpp"
#include "server/errors.hpp"
#include "server/router.hpp"

namespace gerbil::server {
namespace {

// A connection takes a descriptor, and the usual limit is 1,024.
void allow_descriptors(std::size_t connections) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = connections + 256;
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = limit.rlim_max == RLIM_INFINITY ? wanted : std::min(wanted, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
}

bool is_loopback(std::string_view host) { return host == "localhost" || host == "::1" || host.starts_with("127."); }

Access make_access(const ServerOptions& options) {
  Access access{.keys = options.keys, .origins = options.origins, .hosts = {}};
  if (!is_loopback(options.host)) return access;
  access.hosts = {"localhost", "127.0.0.1", "[::1]", options.host};
  access.hosts.append_range(options.host_names);
  return access;
}

HttpResponse preflight(const HttpRequest& request, const Match& match) {
  // Clients have headers of their own, as those of OpenAI's libraries: a page may send whatever it asks for.
  const std::string_view asked = request.header("access-control-request-headers");
  const bool valid = !asked.empty() &&
                     std::ranges::all_of(asked, [](char c) { return is_token_character(c) || c == ',' || c == ' '; });
  return {.status = 204,
          .body = {},
          .content_type = {},
          .headers = {
              {"Access-Control-Allow-Methods", match.methods},
              {"Access-Control-Allow-Headers", valid ? std::string(asked) : "Authorization, Content-Type, X-Api-Key"},
              {"Access-Control-Max-Age", "600"}}};
}

// What can be answered to the head of a request alone.
std::optional<HttpResponse> look(const Service& service, const Access& access, const HttpRequest& request) {
  const auto refuse = [&](const ApiError& error) { return to_response(error, request); };
  const Match found = match(routes(), request.method, request.path);
  const bool asks_for_leave = request.method == "OPTIONS" && !request.header("access-control-request-method").empty();
  const bool open = found.route ? found.route->open : asks_for_leave && !access.origins.empty();
  if (const auto refusal = access.refuse(request, open)) return refuse(*refusal);
  if (!found.route && open) return preflight(request, found);
  if (!found.route && found.methods.empty())
    return refuse({404, "invalid_request_error", "unknown_url",
                   std::format("There is no {}; docs/server.md lists what there is.", text_of(request.path))});
  if (!found.route) {
    HttpResponse response = refuse({405, "invalid_request_error", "method_not_allowed",
                                    std::format("{} takes {}.", text_of(request.path), found.methods)});
    response.headers.emplace_back("Allow", found.methods);
    return response;
  }
  if (!service.front->draining() || found.route->open) return std::nullopt;
  ApiError error(503, "server_error", "draining", "The server is about to end; ask another one.");
  error.retry_after = 1;
  return refuse(error);
}

void handle(Service& service, const ExchangePtr& exchange) {
  exchange->trace = service.tracing.begin(exchange->request());
  try {
    match(routes(), exchange->request().method, exchange->request().path).route->handle(service, exchange);
  } catch (...) {
    fail(*exchange, std::current_exception());
  }
}

// Of every answer.
HeaderList headers_of(const Access& access, const HttpRequest& request) {
  HeaderList headers = access.headers(request);
  headers.emplace_back(is_anthropic(request.path) ? "request-id" : "x-request-id", request.id);
  return headers;
}

// As metrics name it: what strangers made up is one.
std::string route_name(const HttpRequest& request) {
  const Match found = match(routes(), request.method, request.path);
  return found.route ? std::string(found.route->path) : "other";
}

std::vector<ModelPool::Name> names_of(const ServerOptions& options) {
  std::vector<ModelPool::Name> names;
  names.reserve(options.models.size());
  for (const ServedModel& model : options.models) names.push_back({model.id, model.name});
  return names;
}

}  // namespace

void serve(const ServerOptions& options) {
  allow_descriptors(options.connections);
  const Access access = make_access(options);
  Service service{.cache = ResponseCache(
                      {.bytes = options.cache_bytes, .age = std::chrono::duration<double>(options.cache_seconds)}),
                  .tracing = Tracing(options.traces),
                  .log = Log(options.log),
                  .most_waiting_tokens = options.max_waiting_tokens,
                  .request_seconds = options.request_seconds,
                  .started = unix_time(),
                  .salt = std::uint64_t{std::random_device{}()} << 32 | std::random_device{}()};
  Front front(
      {.host = options.host,
       .port = options.port,
       .read = {.body_bytes = options.body_bytes},
       .connections = options.connections,
       .drain_seconds = options.drain_seconds},
      {.gate = [&](const HttpRequest& request) { return look(service, access, request); },
       .headers = [&](const HttpRequest& request) { return headers_of(access, request); },
       .handle = [&](const ExchangePtr& exchange) { handle(service, exchange); },
       .finished =
           [&](const Exchange& exchange, double seconds) {
             ++service.metrics.requests[{route_name(exchange.request()), exchange.status()}];
             if (seconds > 0) service.metrics.request_seconds.add(seconds);
             service.tracing.end(exchange, route_name(exchange.request()));
           },
       .failed = [&](std::string_view what) { service.log.say(std::format("an error of the server: {}", what)); },
       .tick = [&] { service.models->tick(); },
       .drain = [&] { service.log.say("draining: no new requests are taken."); }});
  service.front = &front;
  service.models = std::make_shared<ModelPool>(
      names_of(options),
      PoolOptions{.memory_limit = options.memory_limit, .keep_alive = options.keep_alive, .load = options.load}, front);
  service.models->acquire(options.models.front().id, {}, [&service](const Lease&, const std::exception_ptr& error) {
    if (error) service.log.say(to_api_error(error).what());
  });
  if (options.on_listening) options.on_listening(front.port());
  front.run();
  // What is left in the front may hold leases; they are for nothing once the models are gone.
  service.models.reset();
}

}  // namespace gerbil::server
