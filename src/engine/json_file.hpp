// A JSON file that a checkpoint may have.
#pragma once

#include <filesystem>

#include "base/json.hpp"

namespace gerbil {

bool has_file(const std::filesystem::path& path);

// The object in the file; an empty one when there is no such file. Throws Error{corrupt} for anything else.
Json read_optional_object(const std::filesystem::path& path);

}  // namespace gerbil
