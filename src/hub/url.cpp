#include "hub/url.hpp"

#include <curl/curl.h>

#include <cctype>
#include <format>
#include <memory>

namespace gerbil::hub {
namespace {

struct Free {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
  void operator()(char* text) const { curl_free(text); }
};
using Url = std::unique_ptr<CURLU, Free>;

Url parsed(const std::string& text) {
  Url url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return nullptr;
  return url;
}

std::string part(const Url& url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return {};
  const std::unique_ptr<char, Free> owner(text);
  return text;
}

}  // namespace

std::string origin(const std::string& url) {
  const Url parts = parsed(url);
  if (!parts) return {};
  const std::string scheme = part(parts, CURLUPART_SCHEME);
  std::string host = part(parts, CURLUPART_HOST);
  for (char& c : host) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (host.empty() || (scheme != "http" && scheme != "https")) return {};
  return std::format("{}://{}:{}", scheme, host, part(parts, CURLUPART_PORT));
}

std::string resolved(const std::string& base, const std::string& location) {
  const Url url = parsed(base);
  if (!url || curl_url_set(url.get(), CURLUPART_URL, location.c_str(), 0) != CURLUE_OK) return {};
  char* text = nullptr;
  if (curl_url_get(url.get(), CURLUPART_URL, &text, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, Free> owner(text);
  const bool downgrade = base.starts_with("https:") && !std::string_view(text).starts_with("https:");
  return downgrade || origin(text).empty() ? std::string() : std::string(text);
}

std::string escaped(std::string_view text, bool slashes) {
  std::string result;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("-_.~").contains(c);
    if (plain || (slashes && c == '/'))
      result += c;
    else
      result += std::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return result;
}

}  // namespace gerbil::hub
