// Files from before there was a "type".
#pragma once

#include "tokenizer/file.hpp"

namespace gerbil::tokenizer {

// Gives the model, normalizers, decoders and post-processors that have no "type" the one that their members tell, in
// the order in which Hugging Face tokenizers 0.23 tries them. What fits none stays as it is, and is refused where it is
// read.
void add_types(TokenizerFile& file);

}  // namespace gerbil::tokenizer
