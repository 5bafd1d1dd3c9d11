// A model before it is compiled: what its files say, whether they are in a directory or made up.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backends/backend.hpp"
#include "engine/sentence_pipeline.hpp"
#include "formats/checkpoint.hpp"
#include "gerbil/model.hpp"
#include "models/registry.hpp"

namespace gerbil {

struct ModelSource {
  Json config;
  const models::Family* family = nullptr;
  std::string name;
  std::string quantization;
  std::filesystem::path directory;                // empty: random weights, and so no files
  SentenceFiles sentence;                         // of sentence-transformers, in the directory
  std::optional<formats::Checkpoint> checkpoint;  // of the model itself, in the directory or a folder of it
  WeightSource weights;
  std::vector<std::string> warnings;                   // what was read otherwise than the files say
  SentencePipeline pipeline;                           // its head is what the model is loaded for
  Activation score_activation = Activation::identity;  // what a Ranker gives of a score

  bool whole_texts() const { return pipeline.head.kind != models::Head::Kind::token; }
  graph::Graph build() const { return models::build(config, pipeline.head); }
  bool has_draft_layers() const { return pipeline.head.hands_over; }
  // The longest text or conversation that the graph and the files allow.
  std::int32_t longest_context(const graph::Graph& graph) const;
};

// Throws what Checkpoint::open throws, and Error{unsupported} for an architecture that gerbil lacks and for files of
// sentence-transformers that ask for what gerbil does not have. Whether the model can do options.task is not looked at.
ModelSource open_source(const std::string& model, const LoadOptions& options);

// The same files as `source`, a language model's, for embeddings. Throws what open_source() throws of their files.
ModelSource source_of_embeddings(const ModelSource& source);

// Rows of the smallest table that `index` chooses from; 1 when there is none.
std::int32_t table_rows(const graph::Graph& graph, graph::Index index);

}  // namespace gerbil
