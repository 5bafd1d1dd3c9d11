// Checkpoints of a few kilobytes that the program can read texts with: the stored ones come without a tokenizer.
#pragma once

#include "program.hpp"

namespace gerbil::testing {

// A copy of tests/fixtures/embeddings/NAME in `folder`, with a WordPiece tokenizer of a few words ("fox", "cow",
// "runs", "says", "moo", "the") and the letters, which every word can be written with. Gives its path.
std::string tiny_model(const TemporaryFolder& folder, const std::string& name);

// "the the the …", longer than the 64 tokens that those models take.
std::string long_text();

}  // namespace gerbil::testing
