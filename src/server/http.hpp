// HTTP as routes see it: a request, and the exchange that it is answered through. Nothing here knows of sockets.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gerbil/cancellation.hpp"

namespace gerbil::server {

struct RequestTrace;  // server/trace.hpp

// "req_…", unlike every other of this process and of others.
std::string new_request_id();

struct HttpRequest {
  std::string id;  // new_request_id(), once its head is there
  std::string method;
  std::string path;                                         // without the query
  std::string query;                                        // what is behind the question mark
  std::map<std::string, std::string, std::less<>> headers;  // names in lower case
  std::string body;
  bool http_1_0 = false;
  bool keep_alive = true;

  // Empty when there is none.
  std::string_view header(std::string_view name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
  }
};

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct HttpResponse {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  HeaderList headers;
};

// "Not Found". The status must be one that this program gives.
std::string_view reason_phrase(int status);

// One request and its answer, which is a whole, or a stream of events: respond(), or begin(), send()… and end().
// All of it on the thread of the front. What is sent before begin() waits for it, and respond() throws it away: until a
// stream has begun, it may become an error.
class Exchange {
 public:
  using Clock = std::chrono::steady_clock;
  Exchange(HttpRequest request, HeaderList headers, bool close);

  const HttpRequest& request() const { return request_; }
  HttpRequest& request() { return request_; }
  Cancellation gone;  // cancelled when nobody waits for the answer any more, or the server must end
  const Clock::time_point begun_at = Clock::now();
  std::shared_ptr<RequestTrace> trace;  // null: nobody traces it

  void respond(const HttpResponse& response);
  void begin();
  void send(std::string_view events);
  void end();
  // A comment to a stream that was silent for long.
  void ping();

  int status() const { return status_; }  // 0 until it is decided
  bool streaming() const { return state_ == State::streaming; }
  bool done() const { return state_ == State::done; }
  bool closes() const { return close_; }  // the connection, after the answer

  // Of the front: bytes to be written, who is told that there are some, and that the client has left.
  bool has_output() const { return state_ != State::open && !output_.empty(); }
  std::string take_output() { return std::exchange(output_, {}); }
  void listen(std::function<void()> wake) { wake_ = std::move(wake); }
  void leave();

 private:
  enum class State : std::uint8_t { open, streaming, done };
  void write_head(int status, std::string_view content_type, const HeaderList& more, std::string_view length);
  void write_chunk(std::string_view bytes);
  void wake() const {
    if (wake_) wake_();
  }

  HttpRequest request_;
  HeaderList headers_;
  bool close_;
  State state_ = State::open;
  int status_ = 0;
  std::string early_;   // sent before begin()
  std::string output_;  // not yet taken
  std::function<void()> wake_;
  bool left_ = false;
};

}  // namespace gerbil::server
