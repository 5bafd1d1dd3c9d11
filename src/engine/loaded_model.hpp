// What a Model handle points to.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "backends/profiler.hpp"
#include "engine/grammars.hpp"
#include "engine/model_files.hpp"
#include "engine/sentence_pipeline.hpp"
#include "gerbil/model.hpp"
#include "runtime/driver.hpp"

namespace gerbil {

struct LoadedModel {
  ModelInfo info;
  std::vector<std::string> warnings;
  ModelFiles files;
  SentencePipeline pipeline;                           // its head is what the model was loaded for
  Activation score_activation = Activation::identity;  // what a Ranker gives of a score
  bool language_model = false;                         // could be loaded for something else
  std::int32_t row_width = 0;                          // of a text, for models of whole texts
  std::unique_ptr<Grammars> grammars;                  // none without a tokenizer
  std::shared_ptr<Profiler> profiler;                  // none without LoadDiagnostics::profile
  // Of a language model that was loaded to generate: the same for embeddings, with the same packed weights.
  std::function<std::shared_ptr<LoadedModel>()> load_embedder;
  std::mutex embedder_mutex;                // guards what follows
  std::shared_ptr<LoadedModel> embedder;    // once somebody has asked for it
  std::unique_ptr<runtime::Driver> driver;  // last, as what it still runs refers to the rest

  static const std::shared_ptr<LoadedModel>& of(const Model& model) { return model.loaded_; }
  static Model handle(std::shared_ptr<LoadedModel> loaded) { return Model(std::move(loaded)); }

  // `loaded` itself where it makes embeddings; of a language model that generates the part that does, which is made
  // for the first who asks. Throws as require() does, and what loading throws.
  static std::shared_ptr<LoadedModel> for_embeddings(const std::shared_ptr<LoadedModel>& loaded);

  bool can(Task task) const;
  // Throws Error{unsupported}, which says what the model is and what it can be used for, when it cannot do `task`.
  void require(Task task) const;
  // Throws Error{unsupported} when the model came without a tokenizer.
  const tokenizer::Tokenizer& tokenizer() const;
  // Throws as Model::render() does.
  std::string render(const std::vector<Message>& messages, const TemplateOptions& options) const;
};

// What a model with this head, this many numbers in a row and these files can do.
std::vector<Task> find_tasks(const LoadedModel& model);

}  // namespace gerbil
