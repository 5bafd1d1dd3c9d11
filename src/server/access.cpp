#include "server/access.hpp"

#include <algorithm>
#include <format>
#include <fstream>

#include "server/ascii.hpp"
#include "server/errors.hpp"

namespace gerbil::server {
namespace {

// "127.0.0.1:8080" → "127.0.0.1"; "[::1]:8080" → "[::1]"
std::string_view without_port(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  const std::size_t bracket = host.rfind(']');
  return colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket)
             ? host
             : host.substr(0, colon);
}

// Schemes and names of hosts are the same in capitals.
bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::contains(names, lower(name), [](const std::string& each) { return lower(each); });
}

bool allows(const Access& access, const HttpRequest& request, std::string_view origin) {
  if (contains(access.origins, origin) || contains(access.origins, "*")) return true;
  const std::string host = lower(request.header("host"));
  const std::string own = lower(origin);
  return own == "http://" + host || own == "https://" + host;
}

}  // namespace

std::string_view key_of(const HttpRequest& request) {
  std::string_view given = request.header("authorization");
  if (given.empty()) return request.header("x-api-key");
  constexpr std::string_view scheme = "bearer ";
  const bool bearer = given.size() > scheme.size() &&
                      std::ranges::equal(given.substr(0, scheme.size()), scheme, {}, [](char c) { return lower(c); });
  return bearer ? given.substr(scheme.size()) : std::string_view();
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  volatile unsigned char difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < b.size(); ++i) {
    const char other = i < a.size() ? a[i] : '\0';
    difference = static_cast<unsigned char>(difference | static_cast<unsigned char>(other ^ b[i]));
  }
  return difference == 0;
}

std::optional<ApiError> Access::refuse(const HttpRequest& request, bool open) const {
  const std::string_view host = without_port(request.header("host"));
  if (!hosts.empty() && !host.empty() && !contains(hosts, host))
    return ApiError(403, "permission_error", "host_not_allowed",
                    std::format("The server does not go by the name '{}'; --allow-host adds one.", host));
  if (const std::string_view origin = request.header("origin"); !origin.empty() && !allows(*this, request, origin))
    return ApiError(403, "permission_error", "origin_not_allowed",
                    std::format("Pages of '{}' may not use this server; --cors allows it.", origin));
  if (keys.empty() || open) return std::nullopt;
  bool known = false;
  for (const std::string& key : keys) known |= equal_in_constant_time(key_of(request), key);
  if (known) return std::nullopt;
  return ApiError(401, "authentication_error", "invalid_api_key",
                  "The request has no valid API key; send one as Authorization: Bearer KEY.");
}

HeaderList Access::headers(const HttpRequest& request) const {
  const std::string_view origin = request.header("origin");
  if (origins.empty() || origin.empty() || !allows(*this, request, origin)) return {};
  return {{"Access-Control-Allow-Origin", std::string(origin)}, {"Vary", "Origin"}};
}

std::vector<std::string> read_keys(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw Error(ErrorCode::not_found, std::format("The file of API keys '{}' cannot be read.", path));
  std::vector<std::string> keys;
  for (std::string line; std::getline(file, line);) {
    const std::size_t begin = line.find_first_not_of(" \t\r");
    if (begin == std::string::npos || line[begin] == '#') continue;
    keys.push_back(line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1));
  }
  if (keys.empty())
    throw Error(ErrorCode::invalid_argument,
                std::format("The file of API keys '{}' holds none; write one a line.", path));
  return keys;
}

}  // namespace gerbil::server
