#include "server/errors.hpp"

#include <algorithm>
#include <array>
#include <format>

#include "server/json.hpp"

namespace gerbil::server {
namespace {

// Options as sentences of the engine begin with them.
constexpr std::array option_names{
    "temperature",       "top_k",   "top_p",      "min_p",      "repetition_penalty", "presence_penalty",
    "frequency_penalty", "timeout", "dimensions", "tool_choice"};

std::string param_of(std::string_view sentence) {
  if (sentence.starts_with('"')) {
    const std::size_t end = sentence.find('"', 1);
    const std::string_view rest = sentence.substr(std::min(sentence.size(), end));
    if (rest.starts_with("\" is") || rest.starts_with("\" has")) return std::string(sentence.substr(1, end - 1));
  }
  const std::string_view first = sentence.substr(0, sentence.find(' '));
  if (std::ranges::contains(option_names, first)) return std::string(first);
  if (sentence.contains("logit_bias")) return "logit_bias";
  if (sentence.starts_with("A stop token")) return "stop_tokens";
  if (sentence.starts_with("log_probabilities")) return "top_logprobs";
  return {};
}

// https://docs.anthropic.com/en/api/errors
std::string_view anthropic_type(int status) {
  switch (status) {
    case 401:
      return "authentication_error";
    case 403:
      return "permission_error";
    case 404:
      return "not_found_error";
    case 413:
      return "request_too_large";
    case 429:
      return "rate_limit_error";
    case 503:
      return "overloaded_error";
    case 504:
      return "timeout_error";
    default:
      return status < 500 ? "invalid_request_error" : "api_error";
  }
}

}  // namespace

ApiError invalid(const std::string& message, std::string param) {
  return {400, "invalid_request_error", "invalid_argument", message, std::move(param)};
}

ApiError to_api_error(const Error& error) {
  const std::string code(to_string(error.code()));
  switch (error.code()) {
    case ErrorCode::invalid_argument:
    case ErrorCode::corrupt:
    case ErrorCode::unsupported:
      return {400, "invalid_request_error", code, error.what(), param_of(error.what())};
    case ErrorCode::context_full:
      return {400, "invalid_request_error", "context_length_exceeded", error.what()};
    case ErrorCode::not_found:
      return {404, "invalid_request_error", code, error.what()};
    case ErrorCode::overloaded: {
      ApiError result(429, "rate_limit_error", code, error.what());
      result.retry_after = 1;
      return result;
    }
    case ErrorCode::timeout:
      return {504, "server_error", code, error.what()};
    case ErrorCode::denied:
      return {403, "invalid_request_error", code, error.what()};
    case ErrorCode::unavailable:
    case ErrorCode::cancelled:
    case ErrorCode::device_lost:
    case ErrorCode::out_of_memory:
      return {503, "server_error", code, error.what()};
    case ErrorCode::internal:
      break;
  }
  return {500, "server_error", code, error.what()};
}

ApiError to_api_error(const std::exception_ptr& error) try {
  std::rethrow_exception(error);
} catch (const ApiError& api) {
  return api;
} catch (const Error& ours) {
  return to_api_error(ours);
} catch (const std::exception& other) {
  return {500, "server_error", "internal", other.what()};
}

bool is_anthropic(std::string_view path) {
  constexpr std::string_view messages = "/v1/messages";
  const std::string_view rest = path.starts_with(messages) ? path.substr(messages.size()) : "other";
  return rest.empty() || rest.starts_with('/');
}

std::string to_json(const ApiError& error, const HttpRequest& request) {
  if (is_anthropic(request.path))
    return text_of({{"type", "error"},
                    {"error", {{"type", anthropic_type(error.status)}, {"message", error.what()}}},
                    {"request_id", request.id}});
  Json json{{"message", error.what()}, {"type", error.type}, {"param", nullptr}, {"code", error.code}};
  if (!error.param.empty()) json["param"] = error.param;
  return text_of({{"error", std::move(json)}});
}

HttpResponse to_response(const ApiError& error, const HttpRequest& request) {
  HttpResponse response{
      .status = error.status, .body = to_json(error, request), .content_type = "application/json", .headers = {}};
  if (error.retry_after > 0) response.headers.emplace_back("Retry-After", std::to_string(error.retry_after));
  if (error.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

std::string to_event(const ApiError& error, const HttpRequest& request) {
  return std::format("{}data: {}\n\n", is_anthropic(request.path) ? "event: error\n" : "", to_json(error, request));
}

}  // namespace gerbil::server
