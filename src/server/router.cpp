#include "server/router.hpp"

#include <array>

#include "server/routes.hpp"

namespace gerbil::server {
namespace {

bool takes(const Route& route, std::string_view path) {
  return route.path.ends_with('/') && route.path.size() > 1
             ? path.size() > route.path.size() && path.starts_with(route.path)
             : path == route.path;
}

constexpr std::array table{
    Route{"POST", "/v1/chat/completions", complete_chat},
    Route{"POST", "/v1/completions", complete_text},
    Route{"POST", "/v1/messages", answer_messages},
    Route{"POST", "/v1/messages/count_tokens", count_message_tokens},
    Route{"POST", "/v1/responses", create_response},
    Route{"GET", "/v1/responses/", show_response},
    Route{"DELETE", "/v1/responses/", delete_response},
    Route{"POST", "/v1/embeddings", embed},
    Route{"POST", "/v1/rerank", rerank},
    Route{"POST", "/tokenize", tokenize},
    Route{"POST", "/detokenize", detokenize},
    Route{"GET", "/", show_page, true},
    Route{"GET", "/health", show_health, true},
    Route{"GET", "/metrics", show_metrics},
    Route{"GET", "/v1/models", list_models},
    Route{"GET", "/v1/models/", show_model},
};

}  // namespace

std::span<const Route> routes() { return table; }

Match match(std::span<const Route> routes, std::string_view method, std::string_view path) {
  Match result;
  for (const Route& route : routes) {
    if (!takes(route, path)) continue;
    if (route.method == method || (route.method == "GET" && method == "HEAD")) return {&route, {}};
    result.methods += (result.methods.empty() ? "" : ", ") + std::string(route.method);
    if (route.method == "GET") result.methods += ", HEAD";
  }
  return result;
}

}  // namespace gerbil::server
