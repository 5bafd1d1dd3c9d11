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
#include "server/errors.hpp"
#include "server/service.hpp"

namespace gerbil::server {

using Prompt = std::variant<std::vector<Message>, std::string, std::vector<std::int32_t>>;

// A piece of a call of a tool, see gerbil::ToolCallPiece.
struct CallPiece {
  std::size_t index = 0;
  std::string id;
  std::string name;  // empty: not the first of its call
  std::string arguments;
  bool whole = false;  // the last of its call
};

// Who hears of them, answer by answer, on the thread of the front; what is long in coming is asked for on a worker.
class Answers {
 public:
  virtual ~Answers() = default;
  // Of a stream; tokens where log-probabilities are asked for, before the pieces that they complete.
  virtual void token(std::size_t, const TokenReport&) {}
  virtual void call(std::size_t number, const CallPiece& piece) = 0;
  virtual void piece(std::size_t number, const std::string& text, bool reasoning) = 0;
  virtual void finish(std::size_t number, GenerateResult result) = 0;
  // They were computed for an earlier request; comes before anything else.
  virtual void from_cache() = 0;
  // The event that ends a stream which failed; empty: that of the API's errors.
  virtual std::string failure(const ApiError&) { return {}; }
  // After the last: the end of a stream, or, on a worker, the body that has all of them.
  virtual void end_stream() = 0;
  virtual std::string whole() = 0;
};

// `count` answers to each of the prompts, one prompt after the other, with seeds that count up from that of the
// options.
struct Asked {
  std::vector<Prompt> prompts;
  std::int32_t count = 1;
  GenerateOptions options;
  bool stream = false;
  bool repeatable = false;  // the same once more would have the same answers
  bool ignore_end = false;
  std::string answer_param = {};  // what of the request says what answers must be like
};

// On a worker. Throws what can be known before anything is generated; later errors end the exchange. When one answer
// fails, or the client leaves, all end. A stream begins once everything is under way. What is in the cache of
// answers is not computed again.
void generate(Service& service, const ExchangePtr& exchange, const NamedModel& model, const Asked& asked,
              std::shared_ptr<Answers> answers);

}  // namespace gerbil::server
