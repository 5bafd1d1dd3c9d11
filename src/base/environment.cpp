#include "base/environment.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace gerbil {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string expanded_path(std::string path) {
  if (path == "~" || path.starts_with("~/")) path.replace(0, 1, environment("HOME"));
  std::string result;
  while (!path.empty()) {
    const std::size_t dollar = std::min(path.find('$'), path.size());
    result += path.substr(0, dollar);
    path.erase(0, dollar);
    if (path.empty()) break;
    const bool braces = path.starts_with("${");
    const std::size_t begin = braces ? 2 : 1;
    std::size_t end = begin;
    while (end < path.size() && (std::isalnum(static_cast<unsigned char>(path[end])) != 0 || path[end] == '_')) ++end;
    const std::string name = path.substr(begin, end - begin);
    const bool closed = !braces || (end < path.size() && path[end] == '}');
    const char* value = name.empty() || !closed ? nullptr : std::getenv(name.c_str());
    const std::size_t size = end + (braces && closed ? 1 : 0);
    result += value != nullptr ? value : path.substr(0, size);
    path.erase(0, size);
  }
  return result;
}

}  // namespace gerbil
