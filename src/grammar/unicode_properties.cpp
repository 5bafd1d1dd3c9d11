#include "grammar/unicode_properties.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <string>

namespace gerbil::grammar {
namespace {

// There are about 500 properties, and scripts have two names each.
constexpr std::size_t most_kept = 2000;

bool is_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '=';
  };
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, allowed) && std::ranges::count(name, '=') <= 1;
}

}  // namespace

std::optional<CodeSet> unicode_property(std::string_view name) {
  static std::mutex mutex;
  static std::map<std::string, CodeSet, std::less<>> known;
  if (!is_name(name)) return std::nullopt;
  const std::lock_guard lock(mutex);
  if (const auto at = known.find(name); at != known.end()) return at->second;
  std::optional<CodeSet> made = platform_property(name);
  if (made && known.size() < most_kept) known.emplace(name, *made);
  return made;
}

}  // namespace gerbil::grammar
