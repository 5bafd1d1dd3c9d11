// Asks the hub about one model: redirects, the token, errors, and trying again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/hub_cache.hpp"
#include "hub/connection.hpp"
#include "hub/patience.hpp"
#include "hub/settings.hpp"

namespace gerbil::hub {

// What the clients of a download have in common.
struct Context {
  Settings settings;
  HubName name;
  Patience patience;
  Cancellation cancellation;
};

// For one thread.
class Client {
 public:
  explicit Client(const Context& context) : context_(context), connection_(context.cancellation) {}

  const Context& context() const { return context_; }

  // GETs `url` and follows its redirects, the token only as far as they stay on the hub. `body` gets the bytes of a
  // success. Gives the last answer: a success, or 416. With a `commit`, what the hub itself answers must be of it.
  // Throws Transient, and Error as pull() documents it.
  Answer get(const std::string& url, const std::vector<std::string>& headers, const std::string& commit,
             const Body& body);

  // A small text of the hub, tried again where that may help. Throws Error{corrupt} for more than `most` bytes.
  struct Text {
    std::string text;
    Fields fields;
  };
  Text text(const std::string& url, std::size_t most, const std::string& commit = {});

 private:
  const Context& context_;
  Connection connection_;
};

}  // namespace gerbil::hub
