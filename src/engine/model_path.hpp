// Where a model lives.
#pragma once

#include <filesystem>
#include <string>

namespace gerbil {

// A directory as it is; otherwise the snapshot of "organisation/name" or "organisation/name@revision" in the Hugging
// Face hub cache (base/hub_cache.hpp). Downloads nothing. Throws Error{not_found} saying where it looked.
std::filesystem::path resolve_model(const std::string& model);

// What a model is called: the name of its directory, whatever the path to it ends in; of a snapshot in a hub cache the
// id and not the revision.
std::string model_name(const std::filesystem::path& directory);

}  // namespace gerbil
