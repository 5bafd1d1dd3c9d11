// Under which names a checkpoint stores what a graph declares.
#pragma once

#include <string>
#include <string_view>

#include "formats/checkpoint.hpp"

namespace gerbil {

// The spelling of a declared name in this checkpoint: as it is, with `prefix` added or taken away, or that of old BERT
// files (gamma and beta); of a table of tokens that is not stored, the head that it is tied to. The name itself when
// nothing fits, for the error message.
std::string stored_name(const formats::Checkpoint& checkpoint, const std::string& name, std::string_view prefix);

}  // namespace gerbil
