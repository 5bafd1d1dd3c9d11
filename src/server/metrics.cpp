#include "server/metrics.hpp"

#include <algorithm>
#include <format>
#include <iterator>

namespace gerbil::server {
namespace {

constexpr std::array first_token_bounds{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0};
constexpr std::array per_token_bounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0};
constexpr std::array request_bounds{0.005, 0.025, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0};

// In the value of a label.
std::string escaped(std::string_view value) {
  std::string text;
  for (const char c : value) {
    if (c == '\\' || c == '"') text += '\\';
    text += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return text;
}

std::string model_label(std::string_view id) { return std::format("model=\"{}\"", escaped(id)); }

void head(std::string& text, std::string_view name, std::string_view type, std::string_view help) {
  std::format_to(std::back_inserter(text), "# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
}

// A number of each of `list`, with the name of its model.
void family(std::string& text, std::string_view name, std::string_view type, std::string_view help, const auto& list,
            auto value) {
  head(text, name, type, help);
  for (const auto& item : list) {
    const auto& [id, number] = value(item);
    std::format_to(std::back_inserter(text), "{}{{{}}} {}\n", name, model_label(id), number);
  }
}

}  // namespace

void Histogram::add(double value) {
  const auto place = std::ranges::lower_bound(bounds_, value);
  ++counts_[static_cast<std::size_t>(place - bounds_.begin())];
  ++count_;
  sum_ += value;
}

void Histogram::write(std::string& text, std::string_view name, const std::string& labels) const {
  const std::string comma = labels.empty() ? "" : labels + ",";
  const std::string braces = labels.empty() ? "" : std::format("{{{}}}", labels);
  std::uint64_t below = 0;
  const auto out = std::back_inserter(text);
  for (std::size_t i = 0; i < bounds_.size(); ++i) {
    below += counts_[i];
    std::format_to(out, "{}_bucket{{{}le=\"{}\"}} {}\n", name, comma, bounds_[i], below);
  }
  std::format_to(out, "{0}_bucket{{{1}le=\"+Inf\"}} {2}\n{0}_sum{3} {4}\n{0}_count{3} {2}\n", name, comma, count_,
                 braces, sum_);
}

ModelMetrics::ModelMetrics() : first_token(first_token_bounds), per_token(per_token_bounds) {}
Metrics::Metrics() : request_seconds(request_bounds) {}

std::string Metrics::text(const std::vector<ModelState>& now, const ServerState& server) const {
  std::string text;
  head(text, "gerbil_requests_total", "counter", "Requests that were answered, by route and status.");
  for (const auto& [key, count] : requests)
    std::format_to(std::back_inserter(text), "gerbil_requests_total{{route=\"{}\",status=\"{}\"}} {}\n",
                   escaped(key.first), key.second, count);
  head(text, "gerbil_request_seconds", "histogram", "Time from the end of a request to the end of its answer.");
  request_seconds.write(text, "gerbil_request_seconds", "");
  const auto number = [&](std::string_view name, std::string_view type, std::string_view help, auto value) {
    head(text, name, type, help);
    std::format_to(std::back_inserter(text), "{} {}\n", name, value);
  };
  number("gerbil_connections", "gauge", "Open connections.", server.connections);
  number("gerbil_response_cache_hits_total", "counter", "Requests whose answers were in the cache.", server.cache.hits);
  number("gerbil_response_cache_misses_total", "counter", "Requests whose answers were not, and could have been.",
         server.cache.misses);
  number("gerbil_response_cache_entries", "gauge", "Requests whose answers are in the cache.", server.cache.entries);
  number("gerbil_response_cache_bytes", "gauge", "Memory of these.", server.cache.bytes);
  number("gerbil_trace_spans_sent_total", "counter", "Spans that the collector has taken.", server.sent_spans);
  number("gerbil_trace_spans_dropped_total", "counter", "Spans that it could not be given.", server.dropped_spans);

  const auto gauge = [&](std::string_view name, std::string_view type, std::string_view help, auto value) {
    family(text, name, type, help, now, [&](const ModelState& m) { return std::pair(m.id, value(m)); });
  };
  using State = const ModelState&;
  gauge("gerbil_model_loaded", "gauge", "Whether the model is in memory.", [](State m) { return m.loaded ? 1 : 0; });
  gauge("gerbil_model_memory_bytes", "gauge", "Memory of weights, activations and cache.",
        [](State m) { return m.memory; });
  gauge("gerbil_requests_waiting", "gauge", "Requests that wait for their first step or for room.",
        [](State m) { return m.statistics.waiting; });
  gauge("gerbil_tokens_waiting", "gauge", "Tokens of requests that wait.",
        [](State m) { return m.statistics.waiting_tokens; });
  gauge("gerbil_requests_running", "gauge", "Requests that share steps.", [](State m) { return m.statistics.running; });
  gauge("gerbil_cache_usage_ratio", "gauge", "Share of the KV cache that running requests hold.", [](State m) {
    const auto& s = m.statistics;
    return s.cache_capacity == 0 ? 0.0 : static_cast<double>(s.cache_tokens) / static_cast<double>(s.cache_capacity);
  });
  gauge("gerbil_cache_remembered_tokens", "gauge", "Tokens of earlier turns in the KV cache.",
        [](State m) { return m.statistics.remembered_tokens; });
  gauge("gerbil_steps_total", "counter", "Steps of the model.", [](State m) { return m.statistics.steps; });
  gauge("gerbil_step_requests_total", "counter", "Requests of all steps; over steps: the size of batches.",
        [](State m) { return m.statistics.step_requests; });
  gauge("gerbil_step_tokens_total", "counter", "Tokens of all steps.",
        [](State m) { return m.statistics.step_tokens; });
  gauge("gerbil_drafted_tokens_total", "counter", "Tokens that were guessed ahead.",
        [](State m) { return m.statistics.drafted_tokens; });
  gauge("gerbil_accepted_tokens_total", "counter", "Of these, that were right.",
        [](State m) { return m.statistics.accepted_tokens; });

  const auto counter = [&](std::string_view name, std::string_view help, auto member) {
    family(text, name, "counter", help, models,
           [&](const auto& entry) { return std::pair(entry.first, entry.second.*member); });
  };
  counter("gerbil_prompt_tokens_total", "Tokens of prompts and texts.", &ModelMetrics::prompt_tokens);
  counter("gerbil_cached_prompt_tokens_total", "Of these, found in the cache.", &ModelMetrics::cached_tokens);
  counter("gerbil_generated_tokens_total", "Tokens of answers.", &ModelMetrics::generated_tokens);
  counter("gerbil_cancelled_answers_total", "Answers that nobody waited for any more.", &ModelMetrics::cancelled);
  const auto histogram = [&](std::string_view name, std::string_view help, auto member) {
    head(text, name, "histogram", help);
    for (const auto& [id, model] : models) (model.*member).write(text, name, model_label(id));
  };
  histogram("gerbil_time_to_first_token_seconds", "From the request to the first token.", &ModelMetrics::first_token);
  histogram("gerbil_time_per_token_seconds", "Mean time of a token after the first, by answer.",
            &ModelMetrics::per_token);
  return text;
}

}  // namespace gerbil::server
