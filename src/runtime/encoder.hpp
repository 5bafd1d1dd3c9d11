// Runs whole texts through a program that remembers nothing between steps: embeddings and classifiers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "backends/program.hpp"

namespace gerbil::runtime {

// A text as the model reads it.
struct EncoderText {
  std::span<const std::int32_t> tokens;
  std::span<const std::int32_t> types;  // one a token, or empty: all 0
  std::int32_t skipped = 0;             // first tokens that graph::Pool leaves out
};

struct EncoderLimits {
  std::int32_t step_tokens = 0;     // what a step takes when it takes several texts
  std::int32_t longest_text = 0;    // tokens; a longer text than step_tokens has a step for itself
  std::int32_t step_texts = 0;      // texts of one step
  std::int32_t width = 0;           // of a result
  std::int32_t vocabulary = 0;      // ids are below it
  std::int32_t types = 1;           // types are below it
  std::int32_t padding_token = -1;  // see graph::Index::ordinal

  // What the program has to be compiled for.
  std::int32_t max_tokens() const { return std::max(step_tokens, longest_text); }
  std::int32_t kv_tokens() const {
    return max_tokens() + kv_block_tokens * step_texts;
  }  // every text has pages of its own
};

class Encoder {
 public:
  Encoder(std::unique_ptr<Program> program, const EncoderLimits& limits)
      : program_(std::move(program)), limits_(limits) {}

  // The program's output for each text, row by row, with the adapter of a task where the model has adapters; zeros for
  // a text without tokens. The texts of a call share steps, those of several threads take turns. Between steps `done`
  // is called with the number of texts that are ready; when it returns false, the call ends with Error{cancelled}.
  // Throws Error{invalid_argument} naming the text for ids, types and lengths out of range, before any work, and what
  // the program throws.
  std::vector<float> run(std::span<const EncoderText> texts, std::int32_t task = 0,
                         const std::function<bool(std::size_t)>& done = {});

  const ProgramInfo& info() const { return program_->info(); }
  const EncoderLimits& limits() const { return limits_; }

 private:
  std::unique_ptr<Program> program_;
  EncoderLimits limits_;
  std::mutex running_;
};

}  // namespace gerbil::runtime
