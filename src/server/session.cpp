#include "server/session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>

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
constexpr std::size_t most_ahead = 64 << 10;  // bytes of later requests that are taken in during an answer

// What is there, or comes next. An idle connection has no buffer of its own.
Awaitable<bool> read_some(FrontState& front, Connection& connection) {
  const auto [closed] = co_await connection.socket.async_wait(tcp::socket::wait_read, quietly);
  if (closed) co_return false;
  boost::system::error_code error;
  const std::size_t count = connection.socket.read_some(asio::buffer(front.bytes), error);
  if (error) co_return error == asio::error::would_block;
  connection.reader.push({front.bytes.data(), count});
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

// Without a body being read: where one is to come, the connection must be closed. Whether it goes on.
Awaitable<bool> answer_early(FrontState& front, Connection& connection, const HttpResponse& response, bool close) {
  const HttpRequest& request = connection.reader.request();
  Exchange exchange(request, front.handlers.headers(request), close);
  exchange.respond(response);
  front.handlers.finished(exchange, 0);
  const bool written = co_await write_all(connection, exchange.take_output(), front.options.write_seconds);
  if (written && !exchange.closes() && connection.reader.advance() == RequestReader::Event::done) {
    connection.reader.take();
    co_return true;
  }
  // A client that still sends would see a reset and not the answer.
  boost::system::error_code ignored;
  ignored = connection.socket.shutdown(tcp::socket::shutdown_send, ignored);
  connection.expire_after(1);
  for (int i = 0; written && i < 64; ++i)
    if (!co_await read_some(front, connection)) break;
  co_return false;
}

// Until the next request is there as a whole; false when the connection is over.
Awaitable<bool> read_request(FrontState& front, Connection& connection) {
  using Event = RequestReader::Event;
  bool begun = false;
  connection.expire_after(front.options.idle_seconds);
  for (;;) {
    if (!begun && connection.reader.begun()) {
      begun = true;
      connection.expire_after(front.options.head_seconds);
    }
    switch (connection.reader.advance()) {
      case Event::more:
        if (!co_await read_some(front, connection)) co_return false;
        break;
      case Event::head: {
        connection.expire_after(front.options.body_seconds);
        if (const auto early = front.handlers.gate(connection.reader.request())) {
          if (!co_await answer_early(front, connection, *early, front.draining || connection.reader.has_body()))
            co_return false;
          begun = false;
          connection.expire_after(front.options.idle_seconds);
        } else if (connection.reader.expects_continue() && connection.reader.has_body()) {
          if (!co_await write_all(connection, "HTTP/1.1 100 Continue\r\n\r\n", front.options.write_seconds))
            co_return false;
          connection.expire_after(front.options.body_seconds);
        }
        break;
      }
      case Event::done:
        co_return true;
      case Event::refused:
        co_await answer_early(front, connection, connection.reader.refusal(), true);
        co_return false;
    }
  }
}

// Whoever closes the connection, even for writing only, has left, and so has who sends on and on during the answer:
// behind all that the end could not be seen.
Awaitable<> watch(FrontState& front, Connection& connection, Exchange& exchange, const bool& written) {
  while (connection.reader.buffered() < most_ahead)
    if (!co_await read_some(front, connection)) break;
  if (!written) exchange.leave();
}

Awaitable<> write_answer(FrontState& front, Connection& connection, Exchange& exchange, bool& written) {
  for (;;) {
    if (exchange.has_output()) {
      const std::string bytes = exchange.take_output();
      connection.quiet_since = Clock::now();
      if (!co_await write_all(connection, bytes, front.options.write_seconds)) break;
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

// One more as long as it is there.
struct Counted {
  explicit Counted(std::size_t& count_) : count(count_) { ++count; }
  ~Counted() { --count; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  std::size_t& count;
};

Awaitable<bool> answer(FrontState& front, const std::shared_ptr<Connection>& connection) {
  const auto begin = Clock::now();
  HttpRequest request = connection->reader.take();
  HeaderList headers = front.handlers.headers(request);
  const auto exchange = std::make_shared<Exchange>(std::move(request), std::move(headers), front.draining);
  exchange->listen([connection] { connection->wake.cancel(); });
  connection->exchange = exchange;
  connection->deadline = Connection::never;
  connection->quiet_since = begin;
  const Counted counted(front.answering);
  bool written = false;
  front.handlers.handle(exchange);
  co_await (watch(front, *connection, *exchange, written) || write_answer(front, *connection, *exchange, written));
  exchange->listen(nullptr);
  if (!written) exchange->leave();
  connection->exchange.reset();
  front.handlers.finished(*exchange, std::chrono::duration<double>(Clock::now() - begin).count());
  co_return written && !exchange->closes();
}

}  // namespace

Awaitable<> serve(FrontState& front, std::shared_ptr<Connection> connection) {
  front.connections.insert(connection.get());
  boost::system::error_code ignored;
  ignored = connection->socket.set_option(tcp::no_delay(true), ignored);
  ignored = connection->socket.non_blocking(true, ignored);
  try {
    if (front.connections.size() > front.options.connections) {
      const HttpResponse full = to_response({503, "server_error", "overloaded", "The server has too many connections."},
                                            connection->reader.request());
      co_await answer_early(front, *connection, full, true);
    } else {
      // GCC 16 evaluates both sides of && where they are awaited.
      for (bool open = true; open;) {
        open = co_await read_request(front, *connection);
        if (open) open = co_await answer(front, connection);
      }
    }
  } catch (const std::exception&) {  // of memory, mostly: this connection is lost, and no other
    if (connection->exchange) connection->exchange->leave();
  }
  ignored = connection->socket.shutdown(tcp::socket::shutdown_both, ignored);
  front.connections.erase(connection.get());
}

}  // namespace gerbil::server
