// Bytes of a connection to requests, whatever the cuts. It knows no sockets, so a test or a fuzzer can be the client.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/http.hpp"

namespace gerbil::server {

struct ReadLimits {
  std::size_t head_bytes = 16 << 10;
  std::size_t body_bytes = 32 << 20;
};

class RequestReader {
 public:
  explicit RequestReader(const ReadLimits& limits);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  void push(std::string_view bytes) { input_ += bytes; }
  std::size_t buffered() const { return input_.size(); }

  enum class Event : std::uint8_t {
    more,     // bytes are needed
    head,     // request() has everything but the body
    done,     // take() gives it
    refused,  // refusal() says why; nothing more is read
  };
  Event advance();

  const HttpRequest& request() const { return request_; }
  bool expects_continue() const { return expects_continue_; }
  bool has_body() const;  // of the request whose head was read
  HttpRequest take();
  const HttpResponse& refusal() const { return refusal_; }
  // Whether a request has begun to arrive.
  bool begun() const { return parser_ || !input_.empty(); }

 private:
  struct Parser;
  Event refuse(int status, const std::string& message);
  Event read_head();
  Event read_body();

  ReadLimits limits_;
  std::string input_;
  std::size_t searched_ = 0;  // of the input, for the end of the head
  std::unique_ptr<Parser> parser_;
  HttpRequest request_;
  HttpResponse refusal_;
  bool expects_continue_ = false;
  bool refused_ = false;
};

}  // namespace gerbil::server
