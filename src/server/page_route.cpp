// The page at /: a chat for people. It is the same for everybody, so it needs no key; what it asks for does.
#include "server/page.hpp"

#include <format>

#include "server/ascii.hpp"
#include "server/base64.hpp"
#include "server/routes.hpp"

namespace gerbil::server {
namespace {

std::string bytes_of(std::string_view hexadecimal) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hexadecimal.size(); i += 2)
    bytes += static_cast<char>(hexadecimal_digit(hexadecimal[i]) * 16 + hexadecimal_digit(hexadecimal[i + 1]));
  return bytes;
}

// https://www.w3.org/TR/CSP3/: the page's own script and style, requests to this server, and no way for the text of a
// model to become markup (https://www.w3.org/TR/trusted-types/).
std::string content_security_policy() {
  const auto source = [](std::string_view hash) { return std::format("'sha256-{}'", base64(bytes_of(hash))); };
  return std::format(
      "default-src 'none'; script-src {}; style-src {}; connect-src 'self'; img-src data:; base-uri 'none'; "
      "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
      source(page().script_hash), source(page().style_hash));
}

}  // namespace

void show_page(Service&, const ExchangePtr& exchange) {
  static const std::string policy = content_security_policy();
  const std::string tag = std::format("\"{}\"", page().html_hash.substr(0, 32));
  const bool known = exchange->request().header("if-none-match").contains(tag);
  exchange->respond({.status = known ? 304 : 200,
                     .body = known ? std::string() : std::string(page().html),
                     .content_type = "text/html; charset=utf-8",
                     .headers = {{"Cache-Control", "no-cache"},
                                 {"ETag", tag},
                                 {"Content-Security-Policy", policy},
                                 {"Cross-Origin-Opener-Policy", "same-origin"},
                                 {"Cross-Origin-Resource-Policy", "same-origin"},
                                 {"Referrer-Policy", "no-referrer"}}});
}

}  // namespace gerbil::server
