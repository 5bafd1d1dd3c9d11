#include "server/http.hpp"

#include <atomic>
#include <chrono>
#include <format>
#include <random>

namespace gerbil::server {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Internal Server Error";
  }
}

std::string new_request_id() {
  static const std::uint64_t salt = std::uint64_t{std::random_device{}()} << 32 | std::random_device{}();
  static std::atomic<std::uint32_t> numbers = 0;
  return std::format("req_{:016x}{:08x}", salt, numbers++);
}

Exchange::Exchange(HttpRequest request, HeaderList headers, bool close)
    : request_(std::move(request)), headers_(std::move(headers)), close_(close || !request_.keep_alive) {}

void Exchange::write_head(int status, std::string_view content_type, const HeaderList& more, std::string_view length) {
  status_ = status;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  output_ +=
      std::format("HTTP/1.1 {} {}\r\nDate: {:%a, %d %b %Y %H:%M:%S} GMT\r\n", status, reason_phrase(status), now);
  if (!content_type.empty())
    output_ += std::format("Content-Type: {}\r\nX-Content-Type-Options: nosniff\r\n", content_type);
  for (const HeaderList* list : {&std::as_const(headers_), &more})
    for (const auto& [name, value] : *list) output_ += std::format("{}: {}\r\n", name, value);
  output_ += std::format("{}Connection: {}\r\n\r\n", length, close_ ? "close" : "keep-alive");
}

void Exchange::respond(const HttpResponse& response) {
  if (state_ != State::open) return;
  state_ = State::done;
  early_.clear();
  const bool empty = response.status == 204 || response.status == 304;
  write_head(response.status, empty ? "" : response.content_type, response.headers,
             empty ? "" : std::format("Content-Length: {}\r\n", response.body.size()));
  if (request_.method != "HEAD" && !empty) output_ += response.body;
  wake();
}

// Clients of HTTP/1.0 know no chunks: theirs is over when the connection is.
void Exchange::begin() {
  if (state_ != State::open) return;
  state_ = State::streaming;
  if (request_.http_1_0) close_ = true;
  write_head(200, "text/event-stream; charset=utf-8", {{"Cache-Control", "no-cache"}, {"X-Accel-Buffering", "no"}},
             request_.http_1_0 ? "" : "Transfer-Encoding: chunked\r\n");
  if (!early_.empty()) write_chunk(std::exchange(early_, {}));
  wake();
}

void Exchange::write_chunk(std::string_view bytes) {
  if (request_.http_1_0) {
    output_ += bytes;
  } else {
    std::format_to(std::back_inserter(output_), "{:x}\r\n{}\r\n", bytes.size(), bytes);
  }
}

void Exchange::send(std::string_view events) {
  if (state_ == State::done || left_ || events.empty()) return;
  if (state_ == State::open) {
    early_ += events;
    return;
  }
  write_chunk(events);
  wake();
}

void Exchange::ping() {
  if (output_.empty()) send(": ping\n\n");
}

void Exchange::end() {
  if (state_ != State::streaming) return;
  state_ = State::done;
  if (!request_.http_1_0) output_ += "0\r\n\r\n";
  wake();
}

void Exchange::leave() {
  left_ = true;
  wake_ = nullptr;
  output_.clear();
  gone.cancel();
}

}  // namespace gerbil::server
