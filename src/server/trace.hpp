// What a request has done, as spans of a trace: W3C's trace context (https://www.w3.org/TR/trace-context) and the names
// of OpenTelemetry's conventions for HTTP and for generative AI.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gerbil/generator.hpp"

namespace gerbil::server {

struct TraceContext {
  std::string trace;   // 32 hexadecimal digits
  std::string parent;  // the span that has asked: 16 of them, or empty
  std::string state;   // of others, handed on
  bool sampled = true;
};

// Nothing for what is no context, and then a new trace begins.
std::optional<TraceContext> read_trace_context(std::string_view traceparent, std::string_view tracestate);

// One request while it is answered.
struct RequestTrace {
  using Clock = std::chrono::system_clock;
  struct Answer {
    Clock::time_point end;
    Timings timings;
    std::int32_t cached_tokens = 0;
    std::int32_t generated_tokens = 0;
    FinishReason finish_reason = FinishReason::stop;
  };

  TraceContext context;
  std::string span;  // its own
  Clock::time_point begin = Clock::now();
  std::string model;  // empty: it has not come so far
  std::int64_t prompt_tokens = 0;
  std::int64_t cached_tokens = 0;
  std::int64_t generated_tokens = 0;
  std::vector<Answer> answers;

  void add(const GenerateResult& result);
};

// What is known at its end.
struct RequestEnd {
  std::string_view method;
  std::string_view route;
  int status = 0;  // 0: the client has left
  RequestTrace::Clock::time_point end = RequestTrace::Clock::now();
};

// Its spans as OTLP's JSON, the request's own first and then those of its answers: queue, prefill and decode.
// `new_span` gives ids.
std::vector<std::string> spans_of(const RequestTrace& trace, const RequestEnd& end,
                                  const std::function<std::string()>& new_span);

}  // namespace gerbil::server
