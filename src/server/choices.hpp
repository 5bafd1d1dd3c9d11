// Answers as OpenAI's completions have them, of conversations and of texts: choices in an envelope.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "server/answers.hpp"
#include "server/generation.hpp"
#include "server/parameters.hpp"

namespace gerbil::server {

class ChoiceAnswers : public Answers {
 public:
  ChoiceAnswers(ExchangePtr exchange, Lease lease, const Choices& choices, std::size_t answers, Json envelope);

  void token(std::size_t number, const TokenReport& report) override { tokens_[number].push_back(report); }
  void finish(std::size_t number, GenerateResult result) override;
  void from_cache() override { envelope_["cached"] = true; }
  void end_stream() override;
  std::string whole() override;

 protected:
  const Model& model() const { return *lease_; }
  const Choices& choices() const { return choices_; }

  // The first piece of an answer; it comes once.
  void begin(std::size_t number);
  // A piece: {"delta"} or {"text"}, with the log-probabilities of the tokens since the piece before.
  void send(std::size_t number, Json piece, Json finish_reason = nullptr);

 private:
  virtual Json first_piece(std::size_t number) const = 0;                    // null: there is none
  virtual Json text_piece(const std::string& text) const = 0;                // "" behind everything, too
  virtual Json answer(std::size_t number, const GenerateResult&) const = 0;  // {"message"} or {"text"}
  virtual Json log_probabilities(std::size_t number, std::span<const TokenReport> tokens) = 0;
  void send_choice(Json choice);

  ExchangePtr exchange_;
  Lease lease_;
  Choices choices_;
  Json envelope_;
  std::vector<GenerateResult> results_;
  std::vector<std::vector<TokenReport>> tokens_;  // that no piece has told of
  std::vector<bool> begun_;
  Usage usage_;
};

}  // namespace gerbil::server
