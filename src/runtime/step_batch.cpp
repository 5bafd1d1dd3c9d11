#include "runtime/step_batch.hpp"

#include <span>

namespace gerbil::runtime {
namespace {

bool allows(const Guide::Mask& mask, std::int32_t token) {
  const auto bit = static_cast<std::size_t>(token);
  return !mask || ((*mask)[bit / 32] >> bit % 32 & 1) != 0;
}

}  // namespace

void StepBatch::add(const StepPart& part, std::int32_t padding_token) {
  const Sequence& sequence = *part.sequence;
  const auto number = static_cast<std::int32_t>(views_.size());
  SequenceView view{.blocks = blocks_.emplace_back(sequence.blocks),
                    .length = sequence.computed + part.count,
                    .long_rope = sequence.long_rope,
                    // What a preempted sequence has to compute again is read like a prompt.
                    .phase = sequence.decodes() ? Phase::decode : Phase::prompt,
                    .slot = sequence.slot};
  if (const Encode* encode = sequence.encodes()) {
    view.skipped = encode->skipped;
    adapter_ = encode->adapter;
    types_.insert(types_.end(), encode->types.begin(), encode->types.end());
    std::int32_t counted = 0;
    for (const std::int32_t token : sequence.tokens) ordinals_.push_back(token == padding_token ? 0 : ++counted);
  }
  std::vector<std::int32_t>& row_slots = row_slots_.emplace_back();
  if (!part.slots.blocks().empty()) {
    row_slots.push_back(sequence.slot);
    row_slots.append_range(part.slots.blocks());
    view.row_slots = row_slots;
  }
  views_.push_back(view);
  const std::span<const std::int32_t> all(sequence.tokens);
  tokens_.append_range(
      all.subspan(static_cast<std::size_t>(sequence.computed), static_cast<std::size_t>(part.count - part.guessed())));
  tokens_.append_range(part.guesses);
  for (auto row = std::ssize(tokens_) - part.count; part.hands_over && row < std::ssize(tokens_); ++row)
    handed_.push_back(static_cast<std::int32_t>(row));
  for (std::int32_t i = 0; i < part.count; ++i) positions_.push_back(sequence.computed + i);
  sequences_.resize(tokens_.size(), number);
  types_.resize(tokens_.size(), 0);
  ordinals_.resize(tokens_.size(), 0);
  for (std::int32_t i = part.wanted(); i > 0; --i) {
    (part.chooses ? chosen_ : read_).push_back(static_cast<std::int32_t>(outputs_.size()));
    outputs_.push_back(static_cast<std::int32_t>(tokens_.size()) - i);
  }
  if (!part.chooses) return;
  const Generate& generate = *sequence.generates();
  choose(sequence.sampling(), generate.guide, -1);
  if (part.guesses.empty()) return;
  Penalties penalties = sequence.penalties;  // should the guesses be right
  for (const std::int32_t guess : part.guesses) {
    penalties.count(generate, guess);
    Sampling sampling = sampling_.back();
    ++sampling.step;
    sampling.adjustments = penalties.adjustments();
    choose(std::move(sampling), generate.guide, guess);
  }
}

void StepBatch::choose(Sampling sampling, std::shared_ptr<Guide> guide, std::int32_t guess) {
  sampling_.push_back(std::move(sampling));
  guides_.push_back(std::move(guide));
  guesses_.push_back(guess);
  masks_.emplace_back();
  failures_.emplace_back();
}

// After a guess that may not come, or is the end, nothing is chosen that counts.
void StepBatch::make_masks() {
  std::shared_ptr<Guide> guide;  // where the row before has come to
  for (std::size_t i = 0; i < guides_.size(); ++i) {
    try {
      if (guesses_[i] < 0) {
        guide = guides_[i];
      } else if (guide) {
        guide = allows(masks_[i - 1], guesses_[i]) ? guide->fork() : nullptr;
        if (guide && guide->accept(guesses_[i])) guide = nullptr;
      }
      if (!guide) continue;
      masks_[i] = guide->mask();
      if (masks_[i]) sampling_[i].mask = *masks_[i];
    } catch (...) {
      failures_[i] = std::current_exception();  // the others go on
      guide = nullptr;
    }
  }
}

Batch StepBatch::batch() const {
  return {.tokens = tokens_,
          .positions = positions_,
          .sequences = sequences_,
          .types = types_,
          .ordinals = ordinals_,
          .task = adapter_,
          .views = views_,
          .outputs = outputs_};
}

}  // namespace gerbil::runtime
