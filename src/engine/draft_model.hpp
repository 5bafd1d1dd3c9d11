// A small model that guesses what a larger one is going to say (Leviathan et al. 2023, speculative decoding).
#pragma once

#include <memory>

#include "engine/loaded_model.hpp"
#include "runtime/drafter.hpp"

namespace gerbil {

class DraftModel final : public runtime::Drafter {
 public:
  // `draft` generates. Throws Error{invalid_argument} when its tokens are not those of `target`: each id that both have
  // must be spelled alike.
  DraftModel(std::shared_ptr<LoadedModel> draft, const LoadedModel& target);

  // Each guess is what the draft would choose there with the noise of the target's sampler, which is the best guess at
  // what the target chooses. Its cache has the tokens of earlier calls. Texts that are longer than its context are not
  // guessed.
  void guess(std::vector<runtime::Draft>& drafts) override;

 private:
  std::shared_ptr<LoadedModel> draft_;
  std::int32_t vocabulary_;  // that both have
};

}  // namespace gerbil
