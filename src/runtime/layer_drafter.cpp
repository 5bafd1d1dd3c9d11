#include "runtime/layer_drafter.hpp"

#include <algorithm>
#include <utility>

namespace gerbil::runtime {
namespace {

// Up to so many rows of a sequence a step costs little more than for one: they go through the kernels of decoded
// tokens.
constexpr std::size_t few_rows = 8;

}  // namespace

LayerDrafter::LayerDrafter(std::unique_ptr<Program> program, std::int32_t width, const ProgramOptions& limits)
    : program_(std::move(program)),
      width_(width),
      max_tokens_(limits.max_tokens),
      max_sequences_(std::min(limits.max_sequences, limits.max_outputs)) {}

void LayerDrafter::guess(std::vector<Draft>& drafts) {
  parts_.clear();  // of a call that came to nothing
  places_.clear();
  tokens_ = 0;
  read(drafts);
  go_on(drafts);
}

// What the model has handed over. The first guess comes of the last row.
void LayerDrafter::read(std::vector<Draft>& drafts) {
  for (Draft& draft : drafts) {
    const auto rows = static_cast<std::int32_t>(std::ssize(draft.handed) / width_);
    const auto elements = [&](std::int32_t count) {
      return static_cast<std::size_t>(count) * static_cast<std::size_t>(width_);
    };
    for (std::int32_t begin = 0; begin < rows;) {
      const std::int32_t count = std::min(rows - begin, max_tokens_ - tokens_);
      const auto tokens = draft.tokens.begin() + draft.first + begin + 1;
      add({&draft,
           draft.first + begin,
           {tokens, tokens + count},
           std::span(draft.handed).subspan(elements(begin), elements(count)),
           draft.most > 0 && begin + count == rows});
      begin += count;
    }
  }
  run();
}

void LayerDrafter::go_on(std::vector<Draft>& drafts) {
  for (bool more = true; std::exchange(more, false);) {
    for (Draft& draft : drafts) {
      const auto guessed = static_cast<std::int32_t>(draft.guesses.size());
      const std::int32_t position = static_cast<std::int32_t>(draft.tokens.size()) + guessed - 2;
      const bool has_page = position < static_cast<std::int32_t>(draft.blocks.size()) * kv_block_tokens;
      if (guessed == 0 || guessed == draft.most || !has_page) continue;
      add({&draft, position, {draft.guesses.back()}, draft.handed, true});
      more = true;
    }
    run();
  }
}

void LayerDrafter::add(Part part) {
  // Equal texts share pages, which two rows of a step must not both write.
  std::vector<std::int64_t> places;
  for (std::int32_t p = part.first; p < part.first + std::ssize(part.tokens); ++p) {
    const std::int64_t block = part.draft->blocks[static_cast<std::size_t>(p / kv_block_tokens)];
    places.push_back(block * kv_block_tokens + p % kv_block_tokens);
  }
  if (std::ranges::any_of(places, [&](std::int64_t place) { return places_.contains(place); })) run();
  places_.insert_range(places);
  tokens_ += static_cast<std::int32_t>(part.tokens.size());
  parts_.push_back(std::move(part));
  if (tokens_ >= max_tokens_ || std::ssize(parts_) >= max_sequences_) run();
}

// The parts as a step. What is chosen becomes a guess, and what is handed over for it all that is left in the draft.
void LayerDrafter::run() {
  if (parts_.empty()) return;
  const std::vector<Part> parts = std::exchange(parts_, {});
  tokens_ = 0;
  places_.clear();
  std::vector<std::vector<std::vector<std::int32_t>>> blocks;
  blocks.reserve(parts.size());
  std::vector<SequenceView> views;
  std::vector<std::int32_t> tokens, positions, sequences, outputs, chosen;
  std::vector<float> rows;
  std::vector<Sampling> sampling;
  for (const Part& part : parts) {
    const auto count = static_cast<std::int32_t>(part.tokens.size());
    views.push_back({.blocks = blocks.emplace_back(1, part.draft->blocks),
                     .length = part.first + count,
                     .phase = part.tokens.size() <= few_rows ? Phase::decode : Phase::prompt});
    tokens.append_range(part.tokens);
    rows.append_range(part.rows);
    for (std::int32_t i = 0; i < count; ++i) positions.push_back(part.first + i);
    sequences.resize(tokens.size(), static_cast<std::int32_t>(views.size()) - 1);
    if (!part.chooses) continue;
    chosen.push_back(static_cast<std::int32_t>(outputs.size()));
    outputs.push_back(static_cast<std::int32_t>(tokens.size()) - 1);
    sampling.push_back(part.draft->sampling);
    sampling.back().step += static_cast<std::uint32_t>(part.draft->guesses.size());
    sampling.back().alternatives = -1;
  }
  program_->begin({.tokens = tokens,
                   .positions = positions,
                   .sequences = sequences,
                   .views = views,
                   .outputs = outputs,
                   .rows = rows});
  program_->choose({chosen, sampling, {}, outputs});
  const StepResult result = program_->finish();
  std::size_t number = 0;
  for (const Part& part : parts) {
    if (!part.chooses) continue;
    part.draft->guesses.push_back(result.tokens[number]);
    const auto handed = result.handed.begin() + static_cast<std::ptrdiff_t>(number++) * width_;
    part.draft->handed.assign(handed, handed + width_);
  }
}

}  // namespace gerbil::runtime
