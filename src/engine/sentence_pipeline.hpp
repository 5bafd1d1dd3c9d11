// What the files of sentence-transformers say about a checkpoint: how hidden states become an embedding, and which
// prompts belong to which task.
// Reference: sentence-transformers 6.2, SentenceTransformer and its modules.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "engine/sentence_modules.hpp"
#include "engine/text_settings.hpp"
#include "formats/checkpoint.hpp"
#include "models/registry.hpp"

namespace gerbil {

struct SentencePipeline {
  models::Head head;
  bool normalize = false;             // the embedding, after everything else
  bool scores = false;                // the head makes the score of a pair of texts, and no embedding
  bool include_prompt = true;         // false: the pooling leaves the tokens of the prompt out
  std::int32_t first_dimensions = 0;  // of the embedding, to be kept unless others are asked for; 0: all
  std::vector<std::pair<std::string, std::string>> prompts;  // task and the text before each text, in the file's order
  std::string default_task;                                  // of the prompts; empty: none
  std::vector<std::string> adapters;  // tasks with an adapter (LoRA); the graph's task is index + 1
  TextSettings texts;
  bool from_files = false;            // false: the family's default
  bool special_tokens = true;         // what the tokenizer puts around a text
  bool unknown_tokens = true;         // false: they are left out
  std::vector<std::string> warnings;  // what the files ask for and gerbil does otherwise

  // For people: "mean of the tokens, normalised; prompts: query, document".
  std::string summary() const;
};

// What `files` do not say is as the family's published checkpoints have it; `checkpoint` is null for a made-up model.
// Throws Error{unsupported} naming a module that gerbil lacks, and Error{corrupt} for files that contradict themselves.
SentencePipeline read_sentence_pipeline(const SentenceFiles& files, const Json& config, const models::Family& family,
                                        const formats::Checkpoint* checkpoint);

}  // namespace gerbil
