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

// What a module reads and writes: the rows of the tokens, the embedding of the text, or the score of a pair.
enum class RowKind { tokens, sentence, scores };

struct PlacedModule {
  models::RowModule module;
  RowKind input = RowKind::sentence;
  RowKind output = RowKind::sentence;
};

// `number` counts the Dense modules before this one. Throws Error{corrupt|unsupported} naming the file.
PlacedModule read_dense_module(const SentenceModule& module, const formats::Checkpoint& checkpoint, std::size_t number,
                               std::vector<std::string>& warnings);
PlacedModule read_normalize_module(const SentenceModule& module);
PlacedModule read_layer_norm_module(const SentenceModule& module);

}  // namespace gerbil
