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
        log_probabilities_(request.options.log_probabilities >= 0),
        echoes_(request.prompts.size() * static_cast<std::size_t>(choices_.count)),
        results_(echoes_.size()),
        begun_(echoes_.size(), false),
        envelope_{{"id", std::move(id)},
                  {"object", "text_completion"},
                  {"created", unix_time()},
                  {"model", std::move(model)}} {
    for (std::size_t i = 0; request.echo && i < echoes_.size(); ++i) {
      const TextOrIds& prompt = request.prompts[i / static_cast<std::size_t>(choices_.count)];
      const auto* ids = std::get_if<std::vector<std::int32_t>>(&prompt);
      echoes_[i] = ids ? lease_->detokenize(*ids, false) : std::get<std::string>(prompt);
    }
  }

  void call(std::size_t, const CallPiece&) override {}  // completions have no tools
  void piece(std::size_t number, const std::string& text, bool) override {
    begin(number);
    send(number, text);
  }

  void finish(std::size_t number, GenerateResult result) override {
    usage_.add(result, number % static_cast<std::size_t>(choices_.count) == 0);
    if (choices_.stream) {
      begin(number);
      send(number, "", log_probabilities(number, result), to_string(result.finish_reason));
    } else {
      results_[number] = std::move(result);
    }
  }

  void complete() override {
    if (!choices_.stream) {
      exchange_->respond({.status = 200, .body = text_of(whole()), .content_type = "application/json", .headers = {}});
      return;
    }
    if (choices_.include_usage) {
      Json last = envelope_;
      last["choices"] = Json::array();
      last["usage"] = to_json(usage_);
      exchange_->send(event(last));
    }
    exchange_->send(last_event);
    exchange_->end();
  }

 private:
  void begin(std::size_t number) {
    if (begun_[number]) return;
    begun_[number] = true;
    if (!echoes_[number].empty()) send(number, echoes_[number]);
  }

  Json log_probabilities(std::size_t number, const GenerateResult& result) const {
    if (!log_probabilities_) return nullptr;
    return completion_log_probabilities(*lease_, result, echoes_[number].size());
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

  Json whole() const {
    Json json = envelope_;
    json["choices"] = Json::array();
    for (std::size_t i = 0; i < results_.size(); ++i) {
      // A prompt that is continued as it is has no reasoning apart from the rest.
      const GenerateResult& result = results_[i];
      json["choices"].push_back(choice(i, echoes_[i] + result.reasoning + result.text, log_probabilities(i, result),
                                       to_string(result.finish_reason)));
    }
    json["usage"] = to_json(usage_);
    return json;
  }

  ExchangePtr exchange_;
  Lease lease_;
  Choices choices_;
  bool log_probabilities_;
  std::vector<std::string> echoes_;
  std::vector<GenerateResult> results_;
  std::vector<bool> begun_;
  Json envelope_;
  Usage usage_;
};

void start(Service& service, const ExchangePtr& exchange, const CompletionRequest& request, const std::string& id,
           const Lease& lease, const std::string& model) {
  std::vector<Job> jobs;
  for (const TextOrIds& prompt : request.prompts)
    for (std::int32_t i = 0; i < request.choices.count; ++i) {
      Job job{.prompt = {}, .options = request.options};
      std::visit([&](const auto& text) { job.prompt = text; }, prompt);
      job.options.sampling.seed += static_cast<std::uint64_t>(i);
      jobs.push_back(std::move(job));
    }
  generate(service, exchange, lease, model, std::move(jobs),
           std::make_shared<Completions>(exchange, lease, model, id, request), request.choices.stream);
}

}  // namespace

void complete_text(Service& service, const ExchangePtr& exchange) {
  on_worker(service, exchange, [&service, exchange, id = service.new_id("cmpl")] {
    const auto request = std::make_shared<CompletionRequest>(read_completion_request(exchange->request().body));
    on_front(service, exchange, [&service, exchange, request, id] {
      exchange->request().body = {};
      service.report_unknown("/v1/completions", request->unknown);
      with_model(service, exchange, request->model,
                 [&service, exchange, request, id](const Lease& lease, const std::string& model) {
                   start(service, exchange, *request, id, lease, model);
                 });
    });
  });
}

}  // namespace gerbil::server
