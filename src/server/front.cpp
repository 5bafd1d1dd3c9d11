#include "server/front.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <format>
#include <set>

#include "gerbil/error.hpp"
#include "server/connection.hpp"
#include "server/errors.hpp"

namespace gerbil::server {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace asio::experimental::awaitable_operators;
using Clock = Connection::Clock;
template <typename T = void>
using Awaitable = asio::awaitable<T>;

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t worker_threads = 2;     // that read requests and write prompts
constexpr std::size_t most_ahead = 64 << 10;  // bytes of later requests that are taken in during an answer
constexpr auto tick_time = std::chrono::milliseconds(200);

Awaitable<> pause(Clock::duration duration) {
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  co_await timer.async_wait(quietly);
}

Awaitable<bool> read_some(Connection& connection) {
  std::array<char, 16384> bytes;  // NOLINT: not worth clearing
  const auto [error, count] = co_await connection.socket.async_read_some(asio::buffer(bytes), quietly);
  if (error) co_return false;
  connection.reader.push({bytes.data(), count});
  co_return true;
}

// Whether the client has taken it all.
Awaitable<bool> write_all(Connection& connection, std::string_view bytes, double seconds) {
  while (!bytes.empty()) {
    connection.expire_after(seconds);  // for any of it
    const auto [error, count] = co_await connection.socket.async_write_some(asio::buffer(bytes), quietly);
    if (error) co_return false;
    bytes.remove_prefix(count);
  }
  connection.deadline = Connection::never;
  co_return true;
}

tcp::acceptor listen(asio::io_context& io, const FrontOptions& options) try {
  tcp::resolver resolver(io);
  const tcp::endpoint endpoint = resolver.resolve(options.host, std::to_string(options.port)).begin()->endpoint();
  tcp::acceptor acceptor(io, endpoint.protocol());
  acceptor.set_option(tcp::acceptor::reuse_address(true));
  acceptor.bind(endpoint);
  acceptor.listen();
  return acceptor;
} catch (const boost::system::system_error& error) {
  throw Error(ErrorCode::invalid_argument, std::format("The server cannot listen on {}, port {}: {}.", options.host,
                                                       options.port, error.code().message()));
}

}  // namespace

struct Front::Implementation {
  Implementation(const FrontOptions& options_, FrontHandlers handlers_)
      : options(options_),
        handlers(std::move(handlers_)),
        acceptor(listen(io, options)),
        signals(io, SIGINT, SIGTERM) {}

  // Until the next request is there as a whole; false when the connection is over.
  Awaitable<bool> read_request(Connection& connection) {
    using Event = RequestReader::Event;
    bool begun = false;
    connection.expire_after(options.idle_seconds);
    for (;;) {
      if (!begun && connection.reader.begun()) {
        begun = true;
        connection.expire_after(options.head_seconds);
      }
      switch (connection.reader.advance()) {
        case Event::more:
          if (!co_await read_some(connection)) co_return false;
          break;
        case Event::head: {
          connection.expire_after(options.body_seconds);
          if (const auto early = handlers.gate(connection.reader.request())) {
            if (!co_await answer_early(connection, *early, draining || connection.reader.has_body())) co_return false;
            begun = false;
            connection.expire_after(options.idle_seconds);
          } else if (connection.reader.expects_continue() && connection.reader.has_body()) {
            if (!co_await write_all(connection, "HTTP/1.1 100 Continue\r\n\r\n", options.write_seconds))
              co_return false;
            connection.expire_after(options.body_seconds);
          }
          break;
        }
        case Event::done:
          co_return true;
        case Event::refused:
          co_await answer_early(connection, connection.reader.refusal(), true);
          co_return false;
      }
    }
  }

  // Without a body being read: where one is to come, the connection must be closed. Whether it goes on.
  Awaitable<bool> answer_early(Connection& connection, const HttpResponse& response, bool close) {
    const HttpRequest& request = connection.reader.request();
    Exchange exchange(request, handlers.headers(request), close);
    exchange.respond(response);
    handlers.finished(exchange, 0);
    const bool written = co_await write_all(connection, exchange.take_output(), options.write_seconds);
    if (written && !exchange.closes() && connection.reader.advance() == RequestReader::Event::done) {
      connection.reader.take();
      co_return true;
    }
    // A client that still sends would see a reset and not the answer.
    boost::system::error_code ignored;
    connection.socket.shutdown(tcp::socket::shutdown_send, ignored);
    connection.expire_after(1);
    for (int i = 0; written && i < 64; ++i)
      if (!co_await read_some(connection)) break;
    co_return false;
  }

  // Whoever closes the connection, even for writing only, has left.
  Awaitable<> watch(Connection& connection, Exchange& exchange, const bool& written) {
    while (connection.reader.buffered() < most_ahead)
      if (!co_await read_some(connection)) {
        if (!written) exchange.leave();
        co_return;
      }
    asio::steady_timer never(io, Connection::never);
    co_await never.async_wait(quietly);
  }

  Awaitable<> write_answer(Connection& connection, Exchange& exchange, bool& written) {
    for (;;) {
      if (exchange.has_output()) {
        const std::string bytes = exchange.take_output();
        connection.quiet_since = Clock::now();
        if (!co_await write_all(connection, bytes, options.write_seconds)) break;
        continue;
      }
      if (exchange.done()) {
        written = true;
        co_return;
      }
      co_await connection.wake.async_wait(quietly);
    }
    exchange.leave();
  }

  Awaitable<bool> answer(const std::shared_ptr<Connection>& connection) {
    const auto begin = Clock::now();
    HttpRequest request = connection->reader.take();
    HeaderList headers = handlers.headers(request);
    const auto exchange = std::make_shared<Exchange>(std::move(request), std::move(headers), draining);
    exchange->listen([connection] { connection->wake.cancel(); });
    connection->exchange = exchange;
    connection->deadline = Connection::never;
    connection->quiet_since = begin;
    ++answering;
    bool written = false;
    handlers.handle(exchange);
    co_await (watch(*connection, *exchange, written) || write_answer(*connection, *exchange, written));
    exchange->listen(nullptr);
    if (!written) exchange->leave();
    connection->exchange.reset();
    --answering;
    handlers.finished(*exchange, std::chrono::duration<double>(Clock::now() - begin).count());
    co_return written && !exchange->closes();
  }

  Awaitable<> serve(std::shared_ptr<Connection> connection) {
    connections.insert(connection.get());
    boost::system::error_code ignored;
    connection->socket.set_option(tcp::no_delay(true), ignored);
    try {
      if (connections.size() > options.connections) {
        HttpResponse full = to_response({503, "server_error", "overloaded", "The server has too many connections."});
        co_await answer_early(*connection, full, true);
      } else {
        // GCC 16 evaluates both sides of && where they are awaited.
        for (bool open = true; open;) {
          open = co_await read_request(*connection);
          if (open) open = co_await answer(connection);
        }
      }
    } catch (const std::exception&) {  // of memory, mostly: this connection is lost, and no other
      if (connection->exchange) connection->exchange->leave();
    }
    connection->socket.shutdown(tcp::socket::shutdown_both, ignored);
    connections.erase(connection.get());
  }

  Awaitable<> accept() {
    for (;;) {
      auto [error, socket] = co_await acceptor.async_accept(quietly);
      if (!error) {
        asio::co_spawn(io, serve(std::make_shared<Connection>(std::move(socket), options.read)), asio::detached);
      } else {
        co_await pause(std::chrono::milliseconds(100));  // no more descriptors, mostly
      }
    }
  }

  Awaitable<> keep_time() {
    for (;;) {
      co_await pause(tick_time);
      const auto now = Clock::now();
      for (Connection* connection : connections) {
        boost::system::error_code ignored;
        Exchange* exchange = connection->exchange.get();
        if (now > connection->deadline) {
          connection->socket.close(ignored);
        } else if (exchange && exchange->streaming() &&
                   now > connection->quiet_since + Connection::to_duration(options.ping_seconds) - tick_time) {
          exchange->ping();
        }
      }
      handlers.tick();
    }
  }

  Awaitable<> drain() {
    co_await signals.async_wait(quietly);
    draining = true;
    handlers.drain();
    signals.async_wait([this](boost::system::error_code error, int) {
      if (!error) io.stop();
    });
    const auto wait = [this](double seconds) -> Awaitable<> {
      const auto end = Clock::now() + Connection::to_duration(seconds);
      while (answering > 0 && Clock::now() < end) co_await pause(std::chrono::milliseconds(20));
    };
    co_await wait(options.drain_seconds);
    for (Connection* connection : connections)
      if (connection->exchange) connection->exchange->gone.cancel();
    co_await wait(2);  // for the last words of those
    io.stop();
  }

  FrontOptions options;
  FrontHandlers handlers;
  asio::io_context io{1};
  asio::thread_pool workers{worker_threads};
  tcp::acceptor acceptor;
  asio::signal_set signals;
  std::set<Connection*> connections;
  std::size_t answering = 0;
  bool draining = false;
};

Front::Front(const FrontOptions& options, FrontHandlers handlers)
    : implementation_(std::make_unique<Implementation>(options, std::move(handlers))) {}

Front::~Front() {
  implementation_->workers.stop();
  implementation_->workers.join();
}

std::uint16_t Front::port() const { return implementation_->acceptor.local_endpoint().port(); }
bool Front::draining() const { return implementation_->draining; }
std::size_t Front::connections() const { return implementation_->connections.size(); }

void Front::run() {
  Implementation& front = *implementation_;
  asio::co_spawn(front.io, front.accept(), asio::detached);
  asio::co_spawn(front.io, front.keep_time(), asio::detached);
  asio::co_spawn(front.io, front.drain(), asio::detached);
  front.io.run();
  front.workers.stop();
  front.workers.join();
}

void Front::on_front(Task task) { asio::post(implementation_->io, std::move(task)); }
void Front::on_worker(Task task) { asio::post(implementation_->workers, std::move(task)); }

}  // namespace gerbil::server
