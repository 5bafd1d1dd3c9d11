// Where a model lives.
#pragma once

#include <filesystem>
#include <string>

namespace gerbil {

// A directory as it is; otherwise the snapshot of "organisation/name" (or of a "name" from the hub's early days) in the
// Hugging Face hub cache: $HF_HUB_CACHE, $HUGGINGFACE_HUB_CACHE, $HF_HOME/hub, $XDG_CACHE_HOME/huggingface/hub or
// ~/.cache/huggingface/hub. Throws Error{not_found} saying where it looked.
std::filesystem::path resolve_model(const std::string& model);

// What a model is called: the name of its directory, whatever the path to it ends in; of a snapshot in a hub cache the
// id and not the revision.
std::string model_name(const std::filesystem::path& directory);

}  // namespace gerbil
