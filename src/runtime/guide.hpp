// What an answer has to be like.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace gerbil::runtime {

// Asked for the tokens that may come next, and told which came, one call at a time. What its functions throw ends the
// request. It is of one request: what it was told goes with the answer so far.
class Guide {
 public:
  // As Sampling::mask; none: all tokens may come.
  using Mask = std::shared_ptr<const std::vector<std::uint32_t>>;

  virtual ~Guide() = default;
  virtual Mask mask() = 0;
  // Goes on with a token that the mask has; true when the answer is complete with it.
  virtual bool accept(std::int32_t token) = 0;
  // One that goes on from here by itself, to see what guesses would lead to.
  virtual std::shared_ptr<Guide> fork() const = 0;
};

}  // namespace gerbil::runtime
