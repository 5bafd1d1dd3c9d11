// The answer to /v1/responses: the response, and the events that tell of it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/generation.hpp"
#include "server/response_output.hpp"
#include "server/responses_request.hpp"

namespace gerbil::server {

class ResponseAnswer : public Answers {
 public:
  ResponseAnswer(Service& service, ExchangePtr exchange, NamedModel model, std::string id,
                 std::shared_ptr<const ResponsesRequest> request);

  void token(std::size_t, const TokenReport& report) override { tokens_.push_back(report); }
  void piece(std::size_t number, const std::string& text, bool reasoning) override;
  void call(std::size_t number, const CallPiece& piece) override;
  void finish(std::size_t number, GenerateResult result) override;
  void from_cache() override { response_["cached"] = true; }
  void end_stream() override;
  std::string whole() override { return text_of(response_); }
  std::string failure(const ApiError& error) override;

 private:
  void begin();
  Json log_probabilities();
  void add_whole(const GenerateResult& result);
  void keep(const GenerateResult& result);
  std::string event_of(std::string_view type, Json members);
  void send(std::string_view type, Json members);

  Service& service_;
  ExchangePtr exchange_;
  NamedModel model_;
  std::shared_ptr<const ResponsesRequest> request_;
  Json response_;
  ResponseOutput output_;
  std::vector<TokenReport> tokens_;  // that no piece has told of
  std::size_t sequence_number_ = 0;
  bool begun_ = false;
};

}  // namespace gerbil::server
