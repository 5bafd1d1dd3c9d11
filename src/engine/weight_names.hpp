// Under which names a checkpoint stores what a graph declares.
#pragma once

#include <string>

#include "formats/checkpoint.hpp"
#include "models/registry.hpp"

namespace gerbil {

// The spelling of a declared name in this checkpoint: as it is, with the family's prefix added or taken away, with the
// prefix of the part that gerbil runs before all or behind the family's, or that of old BERT files (gamma and beta); of
// a table of tokens that is not stored, the head that it is tied to. The name itself when nothing fits, for the error
// message.
std::string stored_name(const formats::Checkpoint& checkpoint, const std::string& name, const models::Family& family);

}  // namespace gerbil
