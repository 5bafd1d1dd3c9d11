// The answers to one request: any number of them, made by a model at the same time, heard of on the thread of the
// front.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "gerbil/generator.hpp"
#include "server/service.hpp"

namespace gerbil::server {

struct Job {
  std::variant<std::vector<Message>, std::string, std::vector<std::int32_t>> prompt;
  GenerateOptions options;
};

// A piece of a call of a tool, see gerbil::ToolCallPiece.
struct CallPiece {
  std::size_t index = 0;
  std::string id;
  std::string name;  // empty: not the first of its call
  std::string arguments;
};

// Who hears of them, answer by answer.
class Answers {
 public:
  virtual ~Answers() = default;
  virtual void call(std::size_t number, const CallPiece& piece) = 0;
  virtual void piece(std::size_t number, const std::string& text, bool reasoning) = 0;
  virtual void finish(std::size_t number, GenerateResult result) = 0;
  virtual void complete() = 0;  // after the last
};

// On a worker. Throws what can be known before anything is generated; later errors end the exchange. When one answer
// fails, or the client leaves, all end. `stream`: it begins once everything is under way.
void generate(Service& service, const ExchangePtr& exchange, const Lease& lease, const std::string& model,
              std::vector<Job> jobs, std::shared_ptr<Answers> answers, bool stream);

}  // namespace gerbil::server
