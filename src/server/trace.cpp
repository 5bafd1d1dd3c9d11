#include "server/trace.hpp"

#include <algorithm>
#include <format>

#include "server/ascii.hpp"
#include "server/json.hpp"

namespace gerbil::server {
namespace {

using Clock = RequestTrace::Clock;

constexpr std::size_t most_answers = 16;  // of a request, that have spans of their own
constexpr std::size_t most_state = 512;   // bytes, as the recommendation has it
constexpr int server_kind = 2;            // of a span
constexpr int internal_kind = 1;
constexpr int error_status = 2;

bool is_id(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }) &&
         std::ranges::any_of(text, [](char c) { return c != '0'; });
}

std::string nanoseconds(Clock::time_point time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count());
}

Clock::time_point earlier(Clock::time_point time, double seconds) {
  return time - std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

Json attribute(std::string_view key, std::string_view text) {
  return {{"key", key}, {"value", {{"stringValue", text}}}};
}

Json attribute(std::string_view key, std::int64_t number) {
  return {{"key", key}, {"value", {{"intValue", std::to_string(number)}}}};
}

Json finish_reasons(const RequestTrace& trace) {
  Json values = Json::array();
  for (const RequestTrace::Answer& answer : trace.answers)
    values.push_back({{"stringValue", to_string(answer.finish_reason)}});
  return {{"key", "gen_ai.response.finish_reasons"}, {"value", {{"arrayValue", {{"values", std::move(values)}}}}}};
}

std::string_view operation(std::string_view route) {
  if (route == "/v1/completions") return "text_completion";
  if (route == "/v1/embeddings") return "embeddings";
  return route == "/v1/chat/completions" || route == "/v1/messages" || route == "/v1/responses" ? "chat" : "";
}

Json attributes(const RequestTrace& trace, const RequestEnd& end) {
  Json list{attribute("http.request.method", end.method), attribute("http.route", end.route)};
  if (end.status > 0) list.push_back(attribute("http.response.status_code", end.status));
  if (end.status == 0) list.push_back(attribute("error.type", "client_left"));
  if (end.status >= 400) list.push_back(attribute("error.type", std::to_string(end.status)));
  if (const std::string_view name = operation(end.route); !name.empty())
    list.push_back(attribute("gen_ai.operation.name", name));
  list.push_back(attribute("gen_ai.provider.name", "gerbil"));
  if (!trace.model.empty()) list.push_back(attribute("gen_ai.request.model", trace.model));
  if (trace.prompt_tokens > 0) list.push_back(attribute("gen_ai.usage.input_tokens", trace.prompt_tokens));
  if (trace.answers.empty()) return list;
  list.push_back(attribute("gen_ai.response.model", trace.model));
  list.push_back(attribute("gen_ai.usage.output_tokens", trace.generated_tokens));
  list.push_back(attribute("gen_ai.usage.cache_read.input_tokens", trace.cached_tokens));
  list.push_back(finish_reasons(trace));
  return list;
}

Json span(const TraceContext& context, std::string_view id, std::string_view parent, std::string_view name, int kind) {
  Json json{{"traceId", context.trace}, {"spanId", id}, {"name", name}, {"kind", kind}};
  if (!parent.empty()) json["parentSpanId"] = parent;
  if (!context.state.empty()) json["traceState"] = context.state;
  return json;
}

}  // namespace

std::optional<TraceContext> read_trace_context(std::string_view traceparent, std::string_view tracestate) {
  // "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"; later versions may have more behind it
  constexpr std::size_t size = 55;
  const bool longer = traceparent.size() > size && !traceparent.starts_with("00") && traceparent[size] == '-';
  if (traceparent.size() != size && !longer) return std::nullopt;
  const std::string_view version = traceparent.substr(0, 2);
  const std::string_view trace = traceparent.substr(3, 32);
  const std::string_view parent = traceparent.substr(36, 16);
  const std::string_view flags = traceparent.substr(53, 2);
  const auto is_byte = [](std::string_view text) { return text == "00" || is_id(text); };
  if (traceparent[2] != '-' || traceparent[35] != '-' || traceparent[52] != '-' || version == "ff" ||
      !is_byte(version) || !is_byte(flags) || !is_id(trace) || !is_id(parent))
    return std::nullopt;
  return TraceContext{.trace = std::string(trace),
                      .parent = std::string(parent),
                      .state = std::string(tracestate.size() <= most_state ? tracestate : ""),
                      .sampled = hexadecimal_digit(flags[1]) % 2 == 1};
}

void RequestTrace::add(const GenerateResult& result) {
  prompt_tokens += result.prompt_tokens;
  cached_tokens += result.cached_tokens;
  generated_tokens += result.generated_tokens;
  if (answers.size() < most_answers)
    answers.push_back(
        {Clock::now(), result.timings, result.cached_tokens, result.generated_tokens, result.finish_reason});
}

std::vector<std::string> spans_of(const RequestTrace& trace, const RequestEnd& end,
                                  const std::function<std::string()>& new_span) {
  std::vector<std::string> spans;
  const auto add = [&](Json json, Clock::time_point from, Clock::time_point to, Json list) {
    json.update({{"startTimeUnixNano", nanoseconds(from)},
                 {"endTimeUnixNano", nanoseconds(std::max(from, to))},
                 {"attributes", std::move(list)}});
    spans.push_back(text_of(json));
  };
  Json own =
      span(trace.context, trace.span, trace.context.parent, std::format("{} {}", end.method, end.route), server_kind);
  if (end.status == 0 || end.status >= 500) own["status"] = {{"code", error_status}};
  add(std::move(own), trace.begin, end.end, attributes(trace, end));
  for (const RequestTrace::Answer& answer : trace.answers) {
    const Clock::time_point first = earlier(answer.end, answer.timings.decode);
    const Clock::time_point begun = earlier(first, answer.timings.prefill);
    const Clock::time_point asked = std::max(trace.begin, earlier(first, answer.timings.time_to_first_token));
    const auto part = [&](std::string_view name) {
      return span(trace.context, new_span(), trace.span, name, internal_kind);
    };
    add(part("queue"), asked, begun, Json::array());
    add(part("prefill"), begun, first, {attribute("gerbil.cached_tokens", answer.cached_tokens)});
    add(part("decode"), first, answer.end, {attribute("gerbil.generated_tokens", answer.generated_tokens)});
  }
  return spans;
}

}  // namespace gerbil::server
