// Where a model lives.
#pragma once

#include <filesystem>
#include <string>

namespace gerbil {

// A directory as it is; otherwise the snapshot of "organisation/name" in the Hugging Face hub cache ($HF_HUB_CACHE,
// $HF_HOME/hub or ~/.cache/huggingface/hub). Throws Error{not_found} saying where it looked.
std::filesystem::path resolve_model(const std::string& model);

}  // namespace gerbil
