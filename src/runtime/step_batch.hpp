// The rows of one step, as the program takes them.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <vector>

#include "backends/program.hpp"
#include "runtime/block_pool.hpp"
#include "runtime/sequence.hpp"

namespace gerbil::runtime {

// What one sequence has in a step.
struct StepPart {
  Sequence* sequence = nullptr;  // null once it has ended: what comes of it is for nobody
  std::int32_t begin = 0;        // its first token
  std::int32_t count = 0;        // tokens
  std::int32_t reads = 0;        // rows that it wants, its last ones of the step
  bool chooses = false;          // its next token
  bool hands_over = false;       // what the program makes of its tokens
  // Guesses of what comes after its tokens, counted in `count`: what is chosen after each shows how many are right.
  std::vector<std::int32_t> guesses;
  BlockLease slots;           // of a model with recurrent states: where each guess leaves them
  std::int32_t accepted = 0;  // guesses
  std::int32_t guessed() const { return static_cast<std::int32_t>(guesses.size()); }
  std::int32_t choices() const { return chooses ? 1 + guessed() : 0; }
  std::int32_t wanted() const { return reads + choices(); }
};

class StepBatch {
 public:
  // padding_token: see graph::Index::ordinal.
  void add(const StepPart& part, std::int32_t padding_token);

  // Asks the guides of what is chosen for its masks, while the device works.
  void make_masks();
  // Why there is no mask for choice number `choice`; none: there is, or needs none.
  const std::exception_ptr& failure(std::size_t choice) const { return failures_[choice]; }

  // They refer to this object only, as sequences may end while a step runs.
  Batch batch() const;
  Choices choices() const { return {chosen_, sampling_, read_, handed_}; }
  std::size_t rows_read() const { return read_.size(); }

 private:
  void choose(Sampling sampling, std::shared_ptr<Guide> guide, std::int32_t guess);

  std::vector<std::int32_t> tokens_, positions_, sequences_, types_, ordinals_, outputs_, chosen_, read_, handed_;
  std::int32_t adapter_ = 0;
  std::vector<std::vector<std::vector<std::int32_t>>> blocks_;  // by view and group
  std::vector<std::vector<std::int32_t>> row_slots_;            // by view
  std::vector<SequenceView> views_;
  std::vector<Sampling> sampling_;
  // Of each choice.
  std::vector<std::shared_ptr<Guide>> guides_;
  std::vector<std::int32_t> guesses_;  // that it comes after, the row before this one; −1: after none
  std::vector<Guide::Mask> masks_;
  std::vector<std::exception_ptr> failures_;
};

}  // namespace gerbil::runtime
