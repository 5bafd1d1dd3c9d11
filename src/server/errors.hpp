// What clients are told when something goes wrong, in the shape of OpenAI's API or of Anthropic's.
#pragma once

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

#include "gerbil/error.hpp"
#include "server/http.hpp"

namespace gerbil::server {

struct ApiError : std::runtime_error {
  ApiError(int status_, std::string type_, std::string code_, const std::string& message, std::string param_ = {})
      : std::runtime_error(message),
        status(status_),
        type(std::move(type_)),
        code(std::move(code_)),
        param(std::move(param_)) {}

  int status;
  std::string type;
  std::string code;
  std::string param;    // what of the request is wrong: "messages[2].role"; empty: null
  int retry_after = 0;  // seconds; 0: not said
};

// 400 invalid_request_error about one parameter.
ApiError invalid(const std::string& message, std::string param = {});

// The library's errors name the field or option that they are about at their beginning.
ApiError to_api_error(const Error& error);
ApiError to_api_error(const std::exception_ptr& error);

// Whether the path belongs to Anthropic's API.
bool is_anthropic(std::string_view path);

// As the API of the request's path has it: {"error":{"message","type","param","code"}}, or of Anthropic's
// {"type":"error","error":{"type","message"},"request_id"}.
std::string to_json(const ApiError& error, const HttpRequest& request);
HttpResponse to_response(const ApiError& error, const HttpRequest& request);
std::string to_event(const ApiError& error, const HttpRequest& request);  // of a stream

}  // namespace gerbil::server
