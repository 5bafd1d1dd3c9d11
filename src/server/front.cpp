#include "server/front.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <cstdlib>
#include <format>

#include "gerbil/error.hpp"
#include "server/session.hpp"

namespace gerbil::server {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = Connection::Clock;
template <typename T = void>
using Awaitable = asio::awaitable<T>;

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t worker_threads = 2;  // that read requests and write prompts
constexpr auto tick_time = std::chrono::milliseconds(200);

Awaitable<> pause(Clock::duration duration) {
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  co_await timer.async_wait(quietly);
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

struct Front::Implementation : FrontState {
  Implementation(const FrontOptions& options_, FrontHandlers handlers_)
      : FrontState{.options = options_, .handlers = std::move(handlers_)},
        acceptor(listen(io, options_)),
        signals(io, SIGINT, SIGTERM) {}

  // Nothing that fails ends the server, or a thread of it.
  template <typename Work>
  void guarded(Work&& work) try {
    work();
  } catch (const std::exception& error) {
    failed(error.what());
  } catch (...) {
    failed("something that is no exception");
  }

  void failed(std::string what) {
    asio::post(io, [this, what = std::move(what)] { handlers.failed(what); });
  }

  void take(tcp::socket socket) {
    asio::co_spawn(io, serve(*this, std::make_shared<Connection>(std::move(socket), options.read)), asio::detached);
  }

  Awaitable<> accept() {
    for (;;) {
      auto [error, socket] = co_await acceptor.async_accept(quietly);
      if (!error) {
        guarded([&] { take(std::move(socket)); });
      } else {
        co_await pause(std::chrono::milliseconds(100));  // no more descriptors, mostly
      }
    }
  }

  Awaitable<> keep_time() {
    for (;;) {
      co_await pause(tick_time);
      guarded([&] { look_after_connections(); });
      guarded([&] { handlers.tick(); });
    }
  }

  void look_after_connections() {
    const auto now = Clock::now();
    for (Connection* connection : connections) {
      boost::system::error_code ignored;
      Exchange* exchange = connection->exchange.get();
      if (now > connection->deadline) {
        ignored = connection->socket.close(ignored);
      } else if (exchange && exchange->streaming() &&
                 now > connection->quiet_since + Connection::to_duration(options.ping_seconds) - tick_time) {
        exchange->ping();
      }
    }
  }

  Awaitable<> drain() {
    co_await signals.async_wait(quietly);
    draining = true;
    // Whatever the workers, the loader and the models are at.
    signals.async_wait([](boost::system::error_code error, int signal) {
      if (!error) std::_Exit(128 + signal);
    });
    guarded([&] { handlers.drain(); });
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

  asio::io_context io{1};
  asio::thread_pool workers{worker_threads};
  tcp::acceptor acceptor;
  asio::signal_set signals;
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
  for (bool ended = false; !ended;)
    front.guarded([&] {
      front.io.run();
      ended = true;
    });
  front.workers.stop();
  front.workers.join();
}

void Front::on_front(Task task) {
  asio::post(implementation_->io,
             [front = implementation_.get(), task = std::move(task)]() mutable { front->guarded(task); });
}

void Front::on_worker(Task task) {
  asio::post(implementation_->workers,
             [front = implementation_.get(), task = std::move(task)]() mutable { front->guarded(task); });
}

}  // namespace gerbil::server
