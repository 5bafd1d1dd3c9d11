// How well documents answer a query.
//
//   gerbil::Ranker ranker(gerbil::Model::load("path/to/bge-reranker-base"));
//   std::vector<float> scores = ranker.rank("How do foxes hunt?", {"They pounce.", "The shop is closed."}).scores;
//
// A cross-encoder (…ForSequenceClassification with one class) gives its score through the activation that its files
// name, a sigmoid otherwise; a language model gives the probability of "yes" in the form of Qwen3-Reranker. A handle
// like the Model.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gerbil/cancellation.hpp"
#include "gerbil/model.hpp"

namespace gerbil {

struct RankOptions {
  bool truncate = false;  // cut pairs that are too long instead of failing
  // What a language model is asked to judge by (Qwen3-Reranker); cross-encoders have no use for it.
  std::string instruction = "Given a web search query, retrieve relevant passages that answer the query";
  std::int32_t priority = 0;  // see GenerateOptions
  double timeout = 0;         // seconds after which the call ends with Error{timeout}; 0: none
  Cancellation cancellation;  // ends the call with Error{cancelled}
  std::function<void(std::int64_t done, std::int64_t total)> progress;  // documents
};

struct RankResult {
  std::vector<float> scores;  // one a document, in order; larger is better
  std::int64_t tokens = 0;    // of all pairs, special tokens included
  double seconds = 0;
};

class Ranker {
 public:
  // Throws Error{unsupported} for a model that does not rank.
  explicit Ranker(Model model);

  // Throws Error{invalid_argument} naming the number and length of a document that is too long with the query (see
  // truncate).
  RankResult rank(std::string_view query, const std::vector<std::string>& documents,
                  const RankOptions& options = {}) const;

  // The same without waiting: see Generator::submit. Where there is nothing to compute, `done` is called at once.
  using OnResult = std::function<void(RankResult result, std::exception_ptr error)>;
  void submit(std::string_view query, const std::vector<std::string>& documents, const RankOptions& options,
              OnResult done) const;

  const Model& model() const noexcept { return model_; }

 private:
  Model model_;
};

}  // namespace gerbil
