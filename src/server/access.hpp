// Who may ask: API keys, and which web pages and names.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/errors.hpp"
#include "server/http.hpp"

namespace gerbil::server {

struct Access {
  std::vector<std::string> keys;     // none: nobody is asked for one
  std::vector<std::string> origins;  // web pages that may ask from elsewhere; "*": all
  // Names that the server may be called by, without port; none: any. On the loopback interface, where every web page
  // could have its own name point at it, that is what keeps them out (DNS rebinding).
  std::vector<std::string> hosts;

  // What to answer to somebody who may not ask. `open`: no key is needed for it.
  std::optional<ApiError> refuse(const HttpRequest& request, bool open) const;
  // Headers of every answer to this request (CORS).
  HeaderList headers(const HttpRequest& request) const;
};

// The lines of a file of keys: white space around them, empty lines and those that begin with # do not count. Throws
// gerbil::Error for a file that cannot be read or has none.
std::vector<std::string> read_keys(const std::string& path);

// The key that comes with a request; empty: none does.
std::string_view key_of(const HttpRequest& request);

// Takes as long whatever the first difference is.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace gerbil::server
