#include "server/service.hpp"

#include <algorithm>
#include <cmath>
#include <format>
#include <ranges>

#include "server/errors.hpp"

namespace gerbil::server {
namespace {

// When the queue is too long. How long to stay away is guessed from how long requests have taken so far.
void refuse_for_queue(std::int64_t most_tokens, const ModelStatistics& now, double mean_seconds) {
  if (most_tokens <= 0 || now.waiting_tokens <= most_tokens) return;
  ApiError error(429, "rate_limit_error", "overloaded",
                 std::format("{} requests with {} tokens wait already, and {} tokens may: try again later.",
                             now.waiting, now.waiting_tokens, most_tokens));
  const double rounds = static_cast<double>(now.waiting) / static_cast<double>(std::max<std::int64_t>(now.running, 1));
  error.retry_after = static_cast<int>(std::clamp(std::ceil(rounds * mean_seconds), 1.0, 60.0));
  throw error;
}

void guarded(Service& service, const ExchangePtr& exchange, bool front, Tasks::Task& work) {
  try {
    work();
  } catch (...) {
    if (front) {
      fail(*exchange, std::current_exception());
    } else {
      service.front->on_front([exchange, error = std::current_exception()] { fail(*exchange, error); });
    }
  }
}

}  // namespace

std::int64_t unix_time() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string Service::new_id(std::string_view prefix) { return std::format("{}{:016x}{:08x}", prefix, salt, numbers++); }

void Service::report_unknown(const std::string& route, const std::vector<std::string>& names) {
  constexpr std::size_t most_names = 64;
  constexpr std::size_t most_bytes = 64;
  for (const std::string& name : names | std::views::take(most_names))
    log.say_once(std::format("{}: the parameter {} is not known and changes nothing.", route,
                             text_of(name.substr(0, most_bytes))));
}

void on_worker(Service& service, const ExchangePtr& exchange, Tasks::Task work) {
  service.front->on_worker([&service, exchange, work = std::move(work)]() mutable {
    if (!exchange->gone.cancelled()) guarded(service, exchange, false, work);
  });
}

void on_front(Service& service, const ExchangePtr& exchange, Tasks::Task work) {
  service.front->on_front(
      [&service, exchange, work = std::move(work)]() mutable { guarded(service, exchange, true, work); });
}

void fail(Exchange& exchange, const std::exception_ptr& error) {
  const ApiError api = to_api_error(error);
  if (!exchange.streaming()) {
    exchange.respond(to_response(api, exchange.request()));
    return;
  }
  // It could not be known before.
  exchange.send(to_event(api, exchange.request()));
  exchange.end();
}

double time_left(const Service& service, const Exchange& exchange, double wanted) {
  const double most = service.request_seconds;
  const double seconds = most > 0 && wanted > 0 ? std::min(most, wanted) : std::max(most, wanted);
  if (seconds <= 0) return 0;
  const double left = seconds - std::chrono::duration<double>(Exchange::Clock::now() - exchange.begun_at).count();
  if (left <= 0) throw Error(ErrorCode::timeout, std::format("The request took longer than {} seconds.", seconds));
  return left;
}

void respond(Service& service, const ExchangePtr& exchange, std::string json) {
  on_front(service, exchange, [exchange, text = std::move(json)]() mutable {
    exchange->respond({.status = 200, .body = std::move(text), .content_type = "application/json", .headers = {}});
  });
}

void with_model(Service& service, const ExchangePtr& exchange, const std::string& model, double timeout,
                std::function<void(const NamedModel& model)> use) {
  const std::string& id = service.models->resolve(model);
  service.models->acquire(
      id, {exchange->gone, time_left(service, *exchange, timeout)},
      [&service, exchange, id, use = std::move(use)](Lease lease, const std::exception_ptr& error) mutable {
        Tasks::Task go_on = [&service, exchange, &id, &use, &lease, error] {
          if (error) {
            const ApiError api = to_api_error(error);
            if (api.code == "timeout") throw api;
            throw ApiError(503, "server_error", "model_not_loaded",
                           std::format("The model '{}' could not be loaded: {}", id, api.what()));
          }
          if (exchange->trace) exchange->trace->model = id;
          // The queue is looked at when the request is about to join it: what came at once is read at once.
          on_worker(service, exchange,
                    [most = service.most_waiting_tokens, mean = service.metrics.request_seconds.mean(),
                     model = NamedModel{std::move(lease), id, service.models->loads(id)}, use = std::move(use)] {
                      refuse_for_queue(most, model.lease->statistics(), mean);
                      use(model);
                    });
        };
        guarded(service, exchange, true, go_on);
      });
}

}  // namespace gerbil::server
