#include "server/request_reader.hpp"

#include <algorithm>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <format>
#include <utility>

#include "server/ascii.hpp"
#include "server/errors.hpp"
#include "server/head.hpp"

namespace gerbil::server {
namespace http = boost::beast::http;

struct RequestReader::Parser : http::request_parser<http::string_body> {};

RequestReader::RequestReader(const ReadLimits& limits) : limits_(limits) {}
RequestReader::~RequestReader() = default;

RequestReader::Event RequestReader::refuse(int status, const std::string& message) {
  refused_ = true;
  if (request_.id.empty()) request_.id = new_request_id();
  refusal_ = to_response({status, "invalid_request_error", "bad_request", message}, request_);
  return Event::refused;
}

RequestReader::Event RequestReader::advance() {
  if (refused_) return Event::refused;
  return parser_ ? read_body() : read_head();
}

RequestReader::Event RequestReader::read_head() {
  const std::size_t end = input_.find("\r\n\r\n", searched_);
  const std::size_t size = end == std::string::npos ? input_.size() : end + 4;
  if (size > limits_.head_bytes)
    return refuse(431, std::format("The head of the request has over {} bytes.", limits_.head_bytes));
  if (end == std::string::npos) {
    searched_ = input_.size() < 3 ? 0 : input_.size() - 3;
    return Event::more;
  }
  if (const std::string problem = head_problem(std::string_view(input_).substr(0, size)); !problem.empty())
    return refuse(400, problem);

  parser_ = std::make_unique<Parser>();
  parser_->header_limit(static_cast<std::uint32_t>(limits_.head_bytes));
  parser_->body_limit(limits_.body_bytes);
  boost::system::error_code error;
  const std::size_t used = parser_->put(boost::asio::buffer(input_.data(), size), error);
  const auto& message = parser_->get();
  const std::string_view target = message.target();
  request_ = {};
  request_.id = new_request_id();
  request_.path = target.substr(0, target.find('?'));
  request_.query = target.substr(std::min(target.size(), request_.path.size() + 1));
  if (error == http::error::body_limit)
    return refuse(413, std::format("The body has over {} bytes.", limits_.body_bytes));
  if (error == http::error::bad_version) return refuse(505, "The server speaks HTTP/1.1.");
  if ((error && error != http::error::need_more) || !parser_->is_header_done())
    return refuse(400, std::format("The request is not HTTP: {}.", error.message()));
  input_.erase(0, used);
  searched_ = 0;

  request_.method = message.method_string();
  for (const auto& field : message) {
    std::string& value = request_.headers[lower(field.name_string())];
    if (!value.empty()) value += ", ";
    value += field.value();
  }
  request_.http_1_0 = message.version() < 11;
  request_.keep_alive = message.keep_alive();
  expects_continue_ = lower(request_.header("expect")) == "100-continue";
  if (!target.starts_with('/') && target != "*") return refuse(400, "The target of the request is not a path.");
  return Event::head;
}

bool RequestReader::has_body() const { return parser_ && !parser_->is_done(); }

RequestReader::Event RequestReader::read_body() {
  parser_->eager(true);
  boost::system::error_code error;
  while (!parser_->is_done() && !input_.empty()) {
    const std::size_t used = parser_->put(boost::asio::buffer(input_), error);
    input_.erase(0, used);
    if (error == http::error::need_more || used == 0) break;
    if (error) break;
  }
  if (error == http::error::body_limit)
    return refuse(413, std::format("The body has over {} bytes.", limits_.body_bytes));
  if (error && error != http::error::need_more)
    return refuse(400, std::format("The body is not as HTTP has it: {}.", error.message()));
  if (parser_->is_done()) return Event::done;
  // What is left of a chunk's head is kept until more of it comes; it is never long.
  if (input_.size() > limits_.head_bytes) return refuse(400, "A chunk of the body has too long a head.");
  return Event::more;
}

HttpRequest RequestReader::take() {
  request_.body = std::move(parser_->get().body());
  parser_.reset();
  return std::exchange(request_, {});
}

}  // namespace gerbil::server
