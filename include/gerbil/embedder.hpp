// Texts to vectors that are close when the meanings are.
//
//   gerbil::Embedder embedder(gerbil::Model::load("path/to/all-MiniLM-L6-v2"));
//   std::vector<std::vector<float>> vectors = embedder.embed({"A fox runs.", "Stocks fell."}).vectors;
//
// Reference: sentence-transformers, SentenceTransformer.encode. A handle like the Model.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gerbil/cancellation.hpp"
#include "gerbil/model.hpp"

namespace gerbil {

// How texts become embeddings.
struct EmbedOptions {
  // The use of the embedding: "query", "document", or another name of the checkpoint's prompts; its text goes before
  // each of the texts. Empty: the checkpoint's default, mostly none.
  std::string task;
  std::int32_t dimensions = 0;    // keep the first (Matryoshka, Kusupati et al. 2022); 0: as the files say, mostly all
  std::optional<bool> normalize;  // to length 1; default: as the checkpoint's files say
  bool truncate = false;          // cut texts that are too long instead of failing
  std::int32_t priority = 0;      // see GenerateOptions
  double timeout = 0;             // seconds after which the call ends with Error{timeout}; 0: none
  Cancellation cancellation;      // ends the call with Error{cancelled}
  std::function<void(std::int64_t done, std::int64_t total)> progress;  // texts
};

struct EmbedResult {
  std::vector<std::vector<float>> vectors;  // one a text, in order
  std::int32_t dimensions = 0;
  std::int64_t tokens = 0;  // of all texts, special tokens included
  double seconds = 0;
};

class Embedder {
 public:
  // A language model that was loaded to generate becomes one that embeds for its first Embedder: the weights are there
  // once, and model() is that part of it. Throws Error{unsupported} for a model that makes no embeddings.
  explicit Embedder(Model model);

  // An embedding of each text, whatever their lengths: there is no padding, and the result for a text does not depend
  // on the others. Throws Error{invalid_argument} naming the number and length of a text that is longer than
  // context_length (see truncate), the tasks that are known, or the dimensions that there are.
  EmbedResult embed(const std::vector<std::string>& texts, const EmbedOptions& options = {}) const;
  // The same for a list in braces, which would be any kind of vector otherwise.
  EmbedResult embed(std::initializer_list<std::string_view> texts, const EmbedOptions& options = {}) const;
  // The same for texts that are tokenised already: no prompt is added, and nothing is cut.
  EmbedResult embed(const std::vector<TokenizedText>& texts, const EmbedOptions& options = {}) const;

  // The same without waiting: see Generator::submit. Where there is nothing to compute, `done` is called at once.
  using OnResult = std::function<void(EmbedResult result, std::exception_ptr error)>;
  void submit(const std::vector<std::string>& texts, const EmbedOptions& options, OnResult done) const;
  void submit(const std::vector<TokenizedText>& texts, const EmbedOptions& options, OnResult done) const;

  const Model& model() const noexcept { return model_; }

 private:
  Model model_;
};

}  // namespace gerbil
