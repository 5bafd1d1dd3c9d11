// One HTTP request at a time, by libcurl, which is seen in this file and its source alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gerbil/cancellation.hpp"
#include "hub/fields.hpp"

namespace gerbil::hub {

// What a request that is tried again in a moment may succeed with, such as one whose connection was lost.
struct Transient {
  std::string sentence;
  std::chrono::seconds wait{0};  // that the server asks for
  bool overloaded = false;       // it asks for it because of the number of requests
};

struct Request {
  std::string url;
  std::vector<std::string> headers;
  std::chrono::seconds stall{30};      // without progress, after which the server is given up
  std::chrono::seconds longest{0};     // for all of it; 0: as long as it makes progress
  std::optional<std::string> content;  // that is POSTed; without any it is a GET
};

// The bytes of the body as they come, decoded, each time with the fields before them.
using Body = std::function<void(const Fields&, std::span<const char>)>;

struct Answer {
  Fields fields;
  std::chrono::seconds retry_after{0};
};

// Keeps its connections for the next request. For one thread.
class Connection {
 public:
  explicit Connection(Cancellation cancellation);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Asks without following redirects; an answer of any status is an answer. Throws Transient, Error{unavailable} where
  // trying again will not help, Error{cancelled}, and what `body` throws.
  Answer send(const Request& request, const Body& body);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gerbil::hub
