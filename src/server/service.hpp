// What the routes share.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "server/front.hpp"
#include "server/json.hpp"
#include "server/log.hpp"
#include "server/metrics.hpp"
#include "server/model_pool.hpp"
#include "server/response_cache.hpp"
#include "server/response_store.hpp"
#include "server/tracing.hpp"

namespace gerbil::server {

using ExchangePtr = std::shared_ptr<Exchange>;

struct Service {
  Front* front = nullptr;
  std::shared_ptr<ModelPool> models;
  Metrics metrics;
  ResponseStore responses;
  ResponseCache cache;
  Tracing tracing;
  Log log;
  std::int64_t most_waiting_tokens = 0;  // of a model; 0: any number
  double request_seconds = 0;            // that a request may take; 0: any
  std::int64_t started = 0;              // Unix time
  std::uint64_t numbers = 0;             // of answers
  std::uint64_t salt = 0;                // what tells their ids from those of other runs

  // "chatcmpl-…" for "chatcmpl-", another one every time.
  std::string new_id(std::string_view prefix);
  // Of parameters that gerbil does not know: accepted, and said once.
  void report_unknown(const std::string& route, const std::vector<std::string>& names);
};

std::int64_t unix_time();

// Runs `work` on another thread; what it throws becomes the answer. Nothing of it outlives the server.
void on_worker(Service& service, const ExchangePtr& exchange, Tasks::Task work);
// The same on the thread of the front.
void on_front(Service& service, const ExchangePtr& exchange, Tasks::Task work);

// Answers with what the error says, unless an answer has begun.
void fail(Exchange& exchange, const std::exception_ptr& error);

// Of the seconds that the request may take, whose own wish is `wanted` (0: none); 0: any. From any thread. Throws
// Error{timeout} when there are none.
double time_left(const Service& service, const Exchange& exchange, double wanted);

// From any thread.
void respond(Service& service, const ExchangePtr& exchange, std::string json);

// Gets the model of this name and goes on with it, on a worker; the wait counts towards `timeout`, as that of
// time_left. On the thread of the front.
void with_model(Service& service, const ExchangePtr& exchange, const std::string& model, double timeout,
                std::function<void(const NamedModel& model)> use);

}  // namespace gerbil::server
