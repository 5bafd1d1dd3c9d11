#include "server/trace_exporter.hpp"

#include <algorithm>
#include <chrono>
#include <format>
#include <iterator>
#include <optional>
#include <ranges>
#include <span>
#include <utility>

#include "gerbil/error.hpp"
#include "hub/connection.hpp"
#include "server/json.hpp"

namespace gerbil::server {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_waiting = 4096;  // spans
constexpr std::size_t most_at_once = 512;
constexpr auto delay = 500ms;  // that a span waits for others
constexpr auto longest = 3s;   // that the collector may take for a batch

bool post(hub::Connection& connection, const hub::Request& request) try {
  return connection.send(request, [](const hub::Fields&, std::span<const char>) {}).fields.success();
} catch (const hub::Transient&) {
  return false;
} catch (const std::exception&) {
  return false;
}

}  // namespace

TraceExporter::TraceExporter(const TraceOptions& options) : options_(options) {
  const auto attribute = [](std::string_view key, const std::string& value) {
    return Json{{"key", key}, {"value", {{"stringValue", value}}}};
  };
  while (options_.endpoint.ends_with('/')) options_.endpoint.pop_back();
  options_.endpoint += "/v1/traces";
  options_.headers.insert(options_.headers.end(), {"Content-Type: application/json", "Expect:"});
  resource_ = text_of(
      {{"attributes", {attribute("service.name", options_.service), attribute("service.version", options_.version)}}});
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

TraceExporter::~TraceExporter() = default;

void TraceExporter::add(std::vector<std::string> spans) {
  {
    const std::lock_guard lock(mutex_);
    const std::size_t room = std::min(spans.size(), most_waiting - waiting_.size());
    dropped_ += spans.size() - room;
    spans.resize(room);
    waiting_.append_range(spans | std::views::as_rvalue);
  }
  changed_.notify_all();
}

// Waits for the first, and a moment for others behind it. None: it is to stop.
std::vector<std::string> TraceExporter::take(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, stop, [this] { return !waiting_.empty(); });
  changed_.wait_for(lock, stop, delay, [this] { return waiting_.size() >= most_at_once; });
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), most_at_once));
  std::vector<std::string> batch(std::move_iterator(waiting_.begin()), std::move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return batch;
}

std::string TraceExporter::body(const std::vector<std::string>& spans) const {
  std::string list;
  for (const std::string& span : spans) list.append(list.empty() ? "" : ",").append(span);
  return std::format(
      R"({{"resourceSpans":[{{"resource":{},"scopeSpans":[{{"scope":{{"name":"gerbil"}},"spans":[{}]}}]}}]}})",
      resource_, list);
}

void TraceExporter::work(const std::stop_token& stop) {
  hub::Connection connection{Cancellation()};
  std::optional<std::chrono::steady_clock::time_point> end;  // once it is to stop
  for (auto batch = take(stop); !batch.empty(); batch = take(stop)) {
    const bool sent =
        post(connection,
             {.url = options_.endpoint, .headers = options_.headers, .longest = longest, .content = body(batch)});
    (sent ? sent_ : dropped_) += batch.size();
    if (!stop.stop_requested()) continue;
    const auto now = std::chrono::steady_clock::now();
    if (!end) end = now + longest;
    if (!sent || now >= *end) return;  // the process waits for this thread
  }
}

}  // namespace gerbil::server
