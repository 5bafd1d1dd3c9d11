// Which files of a repository gerbil reads.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "hub/listing.hpp"

namespace gerbil::hub {

// The text of a small file of the repository.
using ReadFile = std::function<std::string(const std::string& path)>;

// Configuration, tokenizer, chat templates and weights in safetensors, of the root and of the folders that modules.json
// names. Where an index says which shards make up the weights, only these. Throws Error{unsupported} saying what there
// is when weights or the configuration are missing, Error{corrupt} for an index or modules.json that is not one, and
// what `read` throws. `where` is what a message calls the model.
std::set<std::string> needed_files(const Listing& listing, const ReadFile& read, const std::string& where);

}  // namespace gerbil::hub
