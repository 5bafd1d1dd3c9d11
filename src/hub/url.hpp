// Addresses.
#pragma once

#include <string>
#include <string_view>

namespace gerbil::hub {

// "https://host:443": who answers. Empty for what is no address of http or https.
std::string origin(const std::string& url);

// The address that a Location field means on the page `base`. Empty when it is none of http or https, or leads from
// https to http.
std::string resolved(const std::string& base, const std::string& location);

// As a part of a path; with `slashes`, '/' stays what it is.
std::string escaped(std::string_view text, bool slashes);

}  // namespace gerbil::hub
