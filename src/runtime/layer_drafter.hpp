// Layers of a model that guess how its answers go on, from what the model itself makes of the tokens so far
// (Multi-Token Prediction, DeepSeek-AI 2024, DeepSeek-V3 Technical Report, section 2.2).
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <vector>

#include "backends/program.hpp"
#include "runtime/drafter.hpp"

namespace gerbil::runtime {

// The program has a graph with an Input and a handed value of equal width. Row p of its input is what the model handed
// over for the token at position p, its token the one at p + 1, and it guesses that at p + 2; from there it goes on
// with what it hands over itself. Its keys and values lie in pages of its own with the numbers of the model's. So what
// others have computed is shared here, too, and what a sequence wrote behind its guesses is written over. Where nobody
// got to read what the model made of a shared page, guesses are worse, and nothing else.
class LayerDrafter final : public Drafter {
 public:
  // `width`: of the rows. The limits are those that the program was compiled for.
  LayerDrafter(std::unique_ptr<Program> program, std::int32_t width, const ProgramOptions& limits);
  void guess(std::vector<Draft>& drafts) override;
  const ProgramInfo& info() const { return program_->info(); }

 private:
  // Rows of one draft in one step.
  struct Part {
    Draft* draft = nullptr;
    std::int32_t first = 0;  // position
    std::vector<std::int32_t> tokens;
    std::span<const float> rows;
    bool chooses = false;  // the token after the last
  };
  void read(std::vector<Draft>& drafts);
  void go_on(std::vector<Draft>& drafts);
  void add(Part part);
  void run();

  std::unique_ptr<Program> program_;
  std::int32_t width_;
  std::int32_t max_tokens_;
  std::int32_t max_sequences_;
  std::vector<Part> parts_;        // of the step that is being put together
  std::int32_t tokens_ = 0;        // in them
  std::set<std::int64_t> places_;  // in pages, that they write
};

}  // namespace gerbil::runtime
