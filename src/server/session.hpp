// A connection from its first request to its last.
#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <memory>
#include <set>

#include "server/connection.hpp"
#include "server/front.hpp"

namespace gerbil::server {

// What all connections share.
struct FrontState {
  FrontOptions options;
  FrontHandlers handlers;
  std::set<Connection*> connections;
  std::size_t answering = 0;  // exchanges under way
  bool draining = false;
  std::array<char, 64 << 10> bytes{};  // that were just read
};

boost::asio::awaitable<void> serve(FrontState& front, std::shared_ptr<Connection> connection);

}  // namespace gerbil::server
