// What a sequence classifier (…ForSequenceClassification) says of texts: the logits of its classes. A handle like the
// Model.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "gerbil/cancellation.hpp"
#include "gerbil/model.hpp"

namespace gerbil {

struct ClassifyOptions {
  bool truncate = false;      // cut texts that are too long instead of failing
  std::int32_t priority = 0;  // see GenerateOptions
  double timeout = 0;         // seconds after which the call ends with Error{timeout}; 0: none
  Cancellation cancellation;  // ends the call with Error{cancelled}
  std::function<void(std::int64_t done, std::int64_t total)> progress;  // texts
};

struct ClassifyResult {
  std::vector<std::vector<float>> logits;  // of each text, one a class in the order of the checkpoint
  std::int64_t tokens = 0;                 // of all texts, special tokens included
  double seconds = 0;
};

class Classifier {
 public:
  // Throws Error{unsupported} for a model that is no classifier.
  explicit Classifier(Model model);

  // Throws Error{invalid_argument} naming the number and length of a text that is too long (see truncate).
  ClassifyResult classify(const std::vector<std::string>& texts, const ClassifyOptions& options = {}) const;
  // The same for texts that are tokenised already; nothing is cut.
  ClassifyResult classify(const std::vector<TokenizedText>& texts, const ClassifyOptions& options = {}) const;

  // The same without waiting: see Generator::submit. Where there is nothing to compute, `done` is called at once.
  using OnResult = std::function<void(ClassifyResult result, std::exception_ptr error)>;
  void submit(const std::vector<std::string>& texts, const ClassifyOptions& options, OnResult done) const;

  const Model& model() const noexcept { return model_; }

 private:
  Model model_;
};

}  // namespace gerbil
