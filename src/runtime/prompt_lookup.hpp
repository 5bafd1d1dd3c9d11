// Guesses how a text goes on from where it has said the same before (Saxena 2023, "Prompt Lookup Decoding").
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace gerbil::runtime {

class PromptLookup {
 public:
  // What followed, up to `most` tokens, where the last tokens stood before: of the latest places, the one before which
  // most is alike. Empty where the last three were never seen, or not yet: of a long text a call reads so much only.
  // Each call has the text of the one before, and what has come since.
  std::vector<std::int32_t> find(std::span<const std::int32_t> tokens, std::size_t most);

 private:
  static constexpr std::size_t key_tokens = 3;
  std::vector<std::int32_t> before_;  // of place p, where tokens p − 2 … p stood before; −1: nowhere
  // Where they stood last. Whoever writes a prompt could make hashes meet.
  std::map<std::array<std::int32_t, key_tokens>, std::int32_t> latest_;
};

}  // namespace gerbil::runtime
