#include "server/choices.hpp"

#include <utility>

namespace gerbil::server {

ChoiceAnswers::ChoiceAnswers(ExchangePtr exchange, Lease lease, const Choices& choices, std::size_t answers,
                             Json envelope)
    : exchange_(std::move(exchange)),
      lease_(std::move(lease)),
      choices_(choices),
      envelope_(std::move(envelope)),
      results_(answers),
      tokens_(answers),
      begun_(answers, false) {}

void ChoiceAnswers::begin(std::size_t number) {
  if (begun_[number]) return;
  begun_[number] = true;
  Json choice = first_piece(number);
  if (choice.is_null()) return;
  choice.update({{"index", number}, {"logprobs", nullptr}, {"finish_reason", nullptr}});
  send_choice(std::move(choice));
}

void ChoiceAnswers::send(std::size_t number, Json piece, Json finish_reason) {
  piece.update({{"index", number}, {"logprobs", nullptr}, {"finish_reason", std::move(finish_reason)}});
  if (const auto tokens = std::exchange(tokens_[number], {}); !tokens.empty())
    piece["logprobs"] = log_probabilities(number, tokens);
  send_choice(std::move(piece));
}

void ChoiceAnswers::send_choice(Json choice) {
  Json chunk = envelope_;
  chunk["choices"].push_back(std::move(choice));
  if (choices_.include_usage) chunk["usage"] = nullptr;
  exchange_->send(event(chunk));
}

void ChoiceAnswers::finish(std::size_t number, GenerateResult result) {
  usage_.add(result, number % static_cast<std::size_t>(choices_.count) == 0);
  if (!choices_.stream) {
    results_[number] = std::move(result);
    return;
  }
  begin(number);
  // A call that is not whole is a text like any other.
  if (!result.unfinished_tool_call.empty()) send(number, text_piece(result.unfinished_tool_call));
  send(number, text_piece(""), to_string(result.finish_reason));
}

void ChoiceAnswers::end_stream() {
  if (choices_.include_usage) {
    Json last = envelope_;
    last["choices"] = Json::array();
    last["usage"] = to_json(usage_);
    exchange_->send(event(last));
  }
  exchange_->send(last_event);
  exchange_->end();
}

std::string ChoiceAnswers::whole() {
  Json list = Json::array();
  for (std::size_t i = 0; i < results_.size(); ++i) {
    Json choice = answer(i, results_[i]);
    const auto& tokens = results_[i].log_probabilities;
    choice.update({{"index", i},
                   {"logprobs", tokens.empty() ? Json() : log_probabilities(i, tokens)},
                   {"finish_reason", to_string(results_[i].finish_reason)}});
    list.push_back(std::move(choice));
  }
  Json json = envelope_;
  json["choices"] = std::move(list);
  json["usage"] = to_json(usage_);
  return text_of(json);
}

}  // namespace gerbil::server
