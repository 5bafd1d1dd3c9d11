// A JSON file that a checkpoint may have.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace gerbil {

bool has_file(const std::filesystem::path& path);

// The object in the file; an empty one when there is no such file. Throws Error{corrupt} for anything else. `warnings`
// takes what parse_python_json() has to say of the file.
Json read_optional_object(const std::filesystem::path& path, std::vector<std::string>* warnings = nullptr);

}  // namespace gerbil
