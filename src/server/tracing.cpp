#include "server/tracing.hpp"

#include <algorithm>
#include <format>
#include <ranges>
#include <utility>

#include "base/environment.hpp"
#include "gerbil/error.hpp"
#include "server/ascii.hpp"

namespace gerbil::server {
namespace {

// "a=b,c=d" as fields of HTTP. Values are percent-encoded, as W3C's baggage has them.
std::vector<std::string> header_fields(std::string_view list) {
  std::vector<std::string> fields;
  for (const auto part : list | std::views::split(',')) {
    const std::string_view field(part);
    const std::size_t equals = field.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    const std::string_view name = field.substr(0, equals);
    const std::string value = percent_decoded(field.substr(equals + 1));
    if (!std::ranges::all_of(name, is_token_character) || std::ranges::any_of(value, is_control))
      throw Error(ErrorCode::invalid_argument,
                  std::format("OTEL_EXPORTER_OTLP_HEADERS has the header '{}', which HTTP does not allow; it should be "
                              "name=value, with commas between several.",
                              name));
    fields.push_back(std::format("{}: {}", name, value));
  }
  return fields;
}

}  // namespace

TraceOptions trace_options(std::string endpoint) {
  TraceOptions options;
  options.endpoint = endpoint.empty() ? environment("OTEL_EXPORTER_OTLP_ENDPOINT") : std::move(endpoint);
  if (options.endpoint.empty()) return options;
  if (!options.endpoint.starts_with("http://") && !options.endpoint.starts_with("https://"))
    throw Error(ErrorCode::invalid_argument,
                std::format("The endpoint of traces is '{}', but should be a URL of HTTP, such as "
                            "http://127.0.0.1:4318.",
                            options.endpoint));
  options.headers = header_fields(environment("OTEL_EXPORTER_OTLP_HEADERS"));
  if (std::string name = environment("OTEL_SERVICE_NAME"); !name.empty()) options.service = std::move(name);
  return options;
}

Tracing::Tracing(const TraceOptions& options) {
  if (options.endpoint.empty()) return;
  std::random_device device;
  std::seed_seq seed{device(), device(), device(), device()};
  random_.seed(seed);
  exporter_.emplace(options);
}

std::string Tracing::new_id(int words) {
  std::string id;
  for (int i = 0; i < words; ++i) id += std::format("{:016x}", std::max<std::uint64_t>(random_(), 1));
  return id;
}

std::shared_ptr<RequestTrace> Tracing::begin(const HttpRequest& request) {
  if (!exporter_ || request.method != "POST") return nullptr;
  auto context = read_trace_context(request.header("traceparent"), request.header("tracestate"));
  if (context && !context->sampled) return nullptr;
  if (!context) context = TraceContext{.trace = new_id(2)};
  return std::make_shared<RequestTrace>(RequestTrace{.context = std::move(*context), .span = new_id(1)});
}

void Tracing::end(const Exchange& exchange, std::string_view route) {
  if (!exchange.trace) return;
  exporter_->add(spans_of(*exchange.trace,
                          {.method = exchange.request().method, .route = route, .status = exchange.status()},
                          [this] { return new_id(1); }));
}

}  // namespace gerbil::server
