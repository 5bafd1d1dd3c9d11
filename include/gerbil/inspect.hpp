// What a checkpoint holds and what gerbil makes of it, without running it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gerbil/error.hpp"

namespace gerbil {

struct TensorReport {
  std::string name;
  std::string dtype;  // the safetensors spelling
  std::vector<std::int64_t> shape;
  std::uint64_t bytes = 0;
};

struct Inspection {
  std::string architecture;
  std::string quantization;
  std::int64_t parameters = 0;  // numbers in the weights the graph uses, a tied head counted once
  std::int32_t context_length = 0;
  std::int32_t vocabulary_size = 0;
  std::int32_t dimensions = 0;             // of an embedding; 0 where none is made
  std::int32_t classes = 0;                // of a classifier; 0 of any other model
  std::string pipeline;                    // how a text becomes a row; empty: the model generates
  std::vector<TensorReport> tensors;       // in file order
  std::string graph;                       // as the model writes it, one line a node
  std::string optimized_graph;             // as a backend runs it
  std::int64_t arena_bytes_per_token = 0;  // activations, after the memory plan
  std::int64_t cache_bytes_per_token = 0;  // keys and values, 16-bit
};

// Throws what Model::load would throw for the same checkpoint, but reads no weights.
Inspection inspect(const std::string& model);

// Reads every number of every weight: a sentence for each that holds NaN, infinity or magnitudes that no trained model
// has. Model::load does the same on a sample, and also tries the model on a sentence.
std::vector<std::string> check_weights(const std::string& model);

}  // namespace gerbil
