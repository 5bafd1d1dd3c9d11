// Prompts and adapters by the use of an embedding.
// Reference: sentence-transformers 6.2, sentence_transformer/model.py, encode_query() and encode_document().
#pragma once

#include <cstdint>
#include <string>

#include "engine/sentence_pipeline.hpp"

namespace gerbil {

// What a task means to the checkpoint.
struct TaskPlan {
  std::string prompt;
  std::int32_t adapter = 0;     // graph::Index::task; 0: none
  std::int32_t max_tokens = 0;  // of a text, special tokens included; 0: what the model takes
};

// Adds the prompts that `config` has below `key`, and its default.
void read_prompts(const Json& config, const char* key, SentencePipeline& pipeline);

// "query" and "document" are known to every checkpoint, by their usual names or as no prompt at all; the empty task is
// the default. Throws Error{invalid_argument} naming the tasks that are known.
TaskPlan plan_task(const SentencePipeline& pipeline, const std::string& task);

}  // namespace gerbil
