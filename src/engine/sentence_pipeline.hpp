// What the files of sentence-transformers say about a checkpoint: how hidden states become an embedding, and which
// prompts belong to which task.
// Reference: sentence-transformers, SentenceTransformer and its models.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "formats/checkpoint.hpp"
#include "models/registry.hpp"

namespace gerbil {

struct SentencePipeline {
  models::Head head;
  bool normalize = false;
  std::vector<std::pair<std::string, std::string>> prompts;  // task and the text before each text, in the file's order
  std::string default_task;                                  // of the prompts; empty: none
  std::vector<std::string> adapters;  // tasks with an adapter (LoRA); the graph's task is index + 1
  std::int32_t max_tokens = 0;        // of a text, special tokens included; 0: not said
  bool from_files = false;            // false: the family's default
  bool special_tokens = true;         // what the tokenizer puts around a text; false: and unknown tokens are left out
  std::vector<std::string> warnings;  // what the files ask for and gerbil does otherwise

  // For people: "mean of the tokens, normalised; prompts: query, document".
  std::string summary() const;
};

// True when the directory has modules.json.
bool has_sentence_pipeline(const std::filesystem::path& directory);

// What a task means to the checkpoint.
struct TaskPlan {
  std::string prompt;
  std::int32_t adapter = 0;  // graph::Index::task; 0: none
};

// Reads modules.json, N_Pooling/config.json, N_Dense/config.json, sentence_bert_config.json,
// config_sentence_transformers.json and tokenizer_config.json, as far as they are there; what is not said is as the
// family's published checkpoints have it; `checkpoint` is null for a made-up model. Throws Error{unsupported} naming a
// module that gerbil lacks, and Error{corrupt} for files that contradict themselves.
SentencePipeline read_sentence_pipeline(const std::filesystem::path& directory, const Json& config,
                                        const models::Family& family, const formats::Checkpoint* checkpoint);

// What tokenizer_config.json says of the longest text; 0 when it says nothing.
std::int32_t read_tokenizer_limit(const std::filesystem::path& directory);

// "query" and "document" are known to every checkpoint, by their usual names or as no prompt at all; the empty task is
// the default. Throws Error{invalid_argument} naming the tasks that are known.
TaskPlan plan_task(const SentencePipeline& pipeline, const std::string& task);

}  // namespace gerbil
