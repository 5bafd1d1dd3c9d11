// /v1/completions
#include <utility>
#include <vector>

#include "server/answers.hpp"
#include "server/completion_request.hpp"
#include "server/generation.hpp"
#include "server/routes.hpp"

namespace gerbil::server {
namespace {

class Completions : public Answers {
 public:
  Completions(ExchangePtr exchange, Lease lease, std::string model, std::string id, const CompletionRequest& request)
      : exchange_(std::move(exchange)),
        lease_(std::move(lease)),
        choices_(request.choices),
        echoes_(request.prompts.size()),
        results_(request.prompts.size() * static_cast<std::size_t>(choices_.count)),
        log_probability_lists_(results_.size()),
        begun_(results_.size(), false),
        envelope_{{"id", std::move(id)},
                  {"object", "text_completion"},
                  {"created", unix_time()},
                  {"model", std::move(model)}} {
    for (std::size_t i = 0; request.echo && i < echoes_.size(); ++i) {
      const TextOrIds& prompt = request.prompts[i];
      const auto* ids = std::get_if<std::vector<std::int32_t>>(&prompt);
      echoes_[i] = ids ? lease_->detokenize(*ids, false) : std::get<std::string>(prompt);
    }
  }

  void call(std::size_t, const CallPiece&) override {}  // completions have no tools
  void piece(std::size_t number, const std::string& text, bool) override {
    begin(number);
    send(number, text);
  }

  Json log_probabilities(std::size_t number, const GenerateResult& result) const override {
    return completion_log_probabilities(*lease_, result, echo(number).size());
  }

  void finish(std::size_t number, GenerateResult result, Json log_probabilities) override {
    usage_.add(result, number % static_cast<std::size_t>(choices_.count) == 0);
    if (choices_.stream) {
      begin(number);
      send(number, "", std::move(log_probabilities), to_string(result.finish_reason));
    } else {
      results_[number] = std::move(result);
      log_probability_lists_[number] = std::move(log_probabilities);
    }
  }

  void end_stream() override {
    if (choices_.include_usage) {
      Json last = envelope_;
      last["choices"] = Json::array();
      last["usage"] = to_json(usage_);
      exchange_->send(event(last));
    }
    exchange_->send(last_event);
    exchange_->end();
  }

  std::string whole() override {
    Json json = envelope_;
    json["choices"] = Json::array();
    for (std::size_t i = 0; i < results_.size(); ++i) {
      // A prompt that is continued as it is has no reasoning apart from the rest.
      const GenerateResult& result = results_[i];
      json["choices"].push_back(choice(i, echo(i) + result.reasoning + result.text,
                                       std::move(log_probability_lists_[i]), to_string(result.finish_reason)));
    }
    json["usage"] = to_json(usage_);
    return text_of(json);
  }

 private:
  const std::string& echo(std::size_t number) const {
    return echoes_[number / static_cast<std::size_t>(choices_.count)];
  }

  void begin(std::size_t number) {
    if (begun_[number]) return;
    begun_[number] = true;
    if (!echo(number).empty()) send(number, echo(number));
  }

  static Json choice(std::size_t number, std::string text, Json log_probabilities, Json finish_reason) {
    return {{"index", number},
            {"text", std::move(text)},
            {"logprobs", std::move(log_probabilities)},
            {"finish_reason", std::move(finish_reason)}};
  }

  void send(std::size_t number, std::string text, Json log_probabilities = nullptr, Json finish_reason = nullptr) {
    Json chunk = envelope_;
    chunk["choices"].push_back(choice(number, std::move(text), std::move(log_probabilities), std::move(finish_reason)));
    if (choices_.include_usage) chunk["usage"] = nullptr;
    exchange_->send(event(chunk));
  }

  ExchangePtr exchange_;
  Lease lease_;
  Choices choices_;
  std::vector<std::string> echoes_;  // of the prompts
  std::vector<GenerateResult> results_;
  std::vector<Json> log_probability_lists_;
  std::vector<bool> begun_;
  Json envelope_;
  Usage usage_;
};

void start(Service& service, const ExchangePtr& exchange, const CompletionRequest& request, const std::string& id,
           const Lease& lease, const std::string& model) {
  std::vector<Prompt> prompts;
  for (const TextOrIds& prompt : request.prompts)
    std::visit([&](const auto& text) { prompts.emplace_back(text); }, prompt);
  generate(service, exchange, lease, model, prompts, request.choices.count, request.options,
           std::make_shared<Completions>(exchange, lease, model, id, request), request.choices.stream);
}

}  // namespace

void complete_text(Service& service, const ExchangePtr& exchange) {
  on_worker(service, exchange, [&service, exchange, id = service.new_id("cmpl")] {
    const auto request = std::make_shared<CompletionRequest>(read_completion_request(exchange->request().body));
    on_front(service, exchange, [&service, exchange, request, id] {
      exchange->request().body = {};
      service.report_unknown("/v1/completions", request->unknown);
      with_model(service, exchange, request->model, request->options.timeout,
                 [&service, exchange, request, id](const Lease& lease, const std::string& model) {
                   start(service, exchange, *request, id, lease, model);
                 });
    });
  });
}

}  // namespace gerbil::server
