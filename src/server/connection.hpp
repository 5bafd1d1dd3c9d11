// A connection as its coroutine sees it.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>

#include "server/http.hpp"
#include "server/request_reader.hpp"

namespace gerbil::server {

struct Connection {
  using Clock = std::chrono::steady_clock;
  static constexpr Clock::time_point never = Clock::time_point::max();

  Connection(boost::asio::ip::tcp::socket peer, const ReadLimits& limits)
      : socket(std::move(peer)), reader(limits), wake(socket.get_executor(), never) {}

  // It is closed when the time has come, whatever it waits for.
  void expire_after(double seconds) { deadline = Clock::now() + to_duration(seconds); }
  static Clock::duration to_duration(double seconds) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  }

  boost::asio::ip::tcp::socket socket;
  RequestReader reader;
  boost::asio::steady_timer wake;  // cancelled when the exchange has output
  Clock::time_point deadline = never;
  Clock::time_point quiet_since;       // nothing was written since
  std::shared_ptr<Exchange> exchange;  // that is being answered
};

}  // namespace gerbil::server
