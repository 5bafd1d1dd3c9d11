// The modules of sentence-transformers that change rows, before the pooling or after it: Dense, LayerNorm, Normalize.
// Reference: sentence-transformers 6.2, base/modules/dense.py and normalize.py,
// sentence_transformer/modules/layer_norm.py.
#pragma once

#include <string>
#include <vector>

#include "engine/sentence_modules.hpp"
#include "formats/checkpoint.hpp"
#include "models/head.hpp"

namespace gerbil {

// A module and the names of what it reads and writes: "token_embeddings" are the rows of the tokens,
// "sentence_embedding" is that of the text; any other name is of a value between two modules, or of the scores.
struct PlacedModule {
  models::RowModule module;
  std::string input = "sentence_embedding";
  std::string output = "sentence_embedding";
};

// `number` counts the Dense modules before this one. Throws Error{corrupt|unsupported} naming the file.
PlacedModule read_dense_module(const SentenceModule& module, const formats::Checkpoint& checkpoint, std::size_t number,
                               std::vector<std::string>& warnings);
PlacedModule read_normalize_module(const SentenceModule& module);
PlacedModule read_layer_norm_module(const SentenceModule& module);

}  // namespace gerbil
