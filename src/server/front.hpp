// The connections: one thread, a coroutine each, on Asio.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/http.hpp"
#include "server/request_reader.hpp"
#include "server/tasks.hpp"

namespace gerbil::server {

struct FrontOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: one that is free
  ReadLimits read;
  std::size_t connections = 4096;  // at once; who comes later is told 503
  double head_seconds = 10;        // for a head, from its first byte
  double body_seconds = 120;       // for a body
  double idle_seconds = 300;       // between requests
  double write_seconds = 60;       // without a byte taken by the client
  double drain_seconds = 30;       // for answers under way, after SIGTERM or SIGINT
  double ping_seconds = 1;         // of a stream's silence
};

// What the front asks of the server, on its own thread.
struct FrontHandlers {
  // Once the head is read: an answer that needs no body, mostly a refusal.
  std::function<std::optional<HttpResponse>(const HttpRequest&)> gate;
  std::function<HeaderList(const HttpRequest&)> headers;  // of every answer to this request
  std::function<void(const std::shared_ptr<Exchange>&)> handle;
  std::function<void(const Exchange&, double seconds)> finished;  // an exchange, answered or left
  std::function<void(std::string_view what)> failed;              // something threw that nobody waits for
  std::function<void()> tick;                                     // a few times a second
  std::function<void()> drain;                                    // a signal has come
};

class Front : public Tasks {
 public:
  // Listens at once. Throws gerbil::Error for an address that it cannot have.
  Front(const FrontOptions& options, FrontHandlers handlers);
  ~Front() override;

  std::uint16_t port() const;
  // Until a signal has come, and every answer has gone out or drain_seconds are over; a second signal ends the process
  // at once.
  void run();
  bool draining() const;
  std::size_t connections() const;

  void on_front(Task task) override;
  void on_worker(Task task) override;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace gerbil::server
