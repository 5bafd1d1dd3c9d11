// /v1/completions
#include <utility>
#include <vector>

#include "server/choices.hpp"
#include "server/completion_request.hpp"
#include "server/routes.hpp"

namespace gerbil::server {
namespace {

class Completions : public ChoiceAnswers {
 public:
  Completions(ExchangePtr exchange, const NamedModel& model, std::string id, const CompletionRequest& request)
      : ChoiceAnswers(
            std::move(exchange), model.lease, request.choices, answers(request),
            {{"id", std::move(id)}, {"object", "text_completion"}, {"created", unix_time()}, {"model", model.id}}),
        echoes_(request.prompts.size()) {
    for (std::size_t i = 0; request.echo && i < echoes_.size(); ++i) {
      const TextOrIds& prompt = request.prompts[i];
      const auto* ids = std::get_if<std::vector<std::int32_t>>(&prompt);
      echoes_[i] = ids ? model.lease->detokenize(*ids, false) : std::get<std::string>(prompt);
    }
    for (std::size_t i = 0; i < answers(request); ++i) offsets_.push_back(echo(i).size());
  }

  void call(std::size_t, const CallPiece&) override {}  // completions have no tools
  void piece(std::size_t number, const std::string& text, bool) override {
    begin(number);
    send(number, text_piece(text));
  }

 private:
  static std::size_t answers(const CompletionRequest& request) {
    return request.prompts.size() * static_cast<std::size_t>(request.choices.count);
  }
  const std::string& echo(std::size_t number) const {
    return echoes_[number / static_cast<std::size_t>(choices().count)];
  }

  Json first_piece(std::size_t number) const override {
    return echo(number).empty() ? Json() : text_piece(echo(number));
  }
  Json text_piece(const std::string& text) const override { return {{"text", text}}; }
  // A prompt that is continued as it is has no reasoning apart from the rest.
  Json answer(std::size_t number, const GenerateResult& result) const override {
    return text_piece(echo(number) + result.reasoning + result.text);
  }
  Json log_probabilities(std::size_t number, std::span<const TokenReport> tokens) override {
    return completion_log_probabilities(model(), tokens, offsets_[number]);
  }

  std::vector<std::string> echoes_;   // of the prompts
  std::vector<std::size_t> offsets_;  // of the next token of an answer, in its text
};

void start(Service& service, const ExchangePtr& exchange, const CompletionRequest& request, const std::string& id,
           const NamedModel& model) {
  std::vector<Prompt> prompts;
  for (const TextOrIds& prompt : request.prompts)
    std::visit([&](const auto& text) { prompts.emplace_back(text); }, prompt);
  generate(service, exchange, model,
           {.prompts = std::move(prompts),
            .count = request.choices.count,
            .options = request.options,
            .stream = request.choices.stream,
            .repeatable = request.repeatable,
            .ignore_end = request.choices.ignore_end,
            .answer_param = request.answer_param},
           std::make_shared<Completions>(exchange, model, id, request));
}

}  // namespace

void complete_text(Service& service, const ExchangePtr& exchange) {
  on_worker(service, exchange, [&service, exchange, id = service.new_id("cmpl-")] {
    const auto request = std::make_shared<CompletionRequest>(read_completion_request(exchange->request().body));
    on_front(service, exchange, [&service, exchange, request, id] {
      exchange->request().body = {};
      service.report_unknown("/v1/completions", request->unknown);
      with_model(service, exchange, request->model, request->options.timeout,
                 [&service, exchange, request, id](const NamedModel& model) {
                   start(service, exchange, *request, id, model);
                 });
    });
  });
}

}  // namespace gerbil::server
