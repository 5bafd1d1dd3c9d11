// Which requests are traced, and what becomes of their spans. On the thread of the front only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "server/trace.hpp"
#include "server/trace_exporter.hpp"

namespace gerbil::server {

class Tracing {
 public:
  explicit Tracing(const TraceOptions& options);

  // Null: it is not traced, for nobody wants traces, it is no work for a model, or who sent it does not trace it.
  std::shared_ptr<RequestTrace> begin(const HttpRequest& request);
  // Of an exchange that was answered or left.
  void end(const Exchange& exchange, std::string_view route);

  std::uint64_t sent() const { return exporter_ ? exporter_->sent() : 0; }
  std::uint64_t dropped() const { return exporter_ ? exporter_->dropped() : 0; }

 private:
  std::string new_id(int words);

  std::optional<TraceExporter> exporter_;
  std::mt19937_64 random_;
};

// With what OpenTelemetry's environment variables say: OTEL_EXPORTER_OTLP_ENDPOINT where no endpoint is given,
// OTEL_EXPORTER_OTLP_HEADERS ("name=value,name=value") and OTEL_SERVICE_NAME. Throws Error{invalid_argument}.
TraceOptions trace_options(std::string endpoint);

}  // namespace gerbil::server
