// Which route a request takes.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "server/service.hpp"

namespace gerbil::server {

struct Route {
  std::string_view method;
  std::string_view path;  // one that ends with '/' is the beginning of what it takes
  void (*handle)(Service&, const ExchangePtr&);
  bool open = false;  // without an API key, and while the server drains
};

struct Match {
  const Route* route = nullptr;  // null: see `methods`
  std::string methods;           // "GET, HEAD": what else the path would take; empty: there is no such path
};

// HEAD is taken by what takes GET.
Match match(std::span<const Route> routes, std::string_view method, std::string_view path);

// All there are.
std::span<const Route> routes();

}  // namespace gerbil::server
