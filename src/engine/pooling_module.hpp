// N_Pooling/config.json: how the rows of a text's tokens become one.
// Reference: sentence-transformers 6.2, sentence_transformer/modules/pooling.py.
#pragma once

#include <filesystem>
#include <vector>

#include "graph/ops.hpp"

namespace gerbil {

struct PoolingModule {
  std::vector<graph::Pooling> modes;  // side by side, in this order
  bool include_prompt = true;         // false: the rows of the prompt are left out
};

// Throws Error{unsupported} for a mode that gerbil does not know.
PoolingModule read_pooling_module(const std::filesystem::path& file, std::vector<std::string>& warnings);

}  // namespace gerbil
