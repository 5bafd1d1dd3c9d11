#include "engine/json_file.hpp"

#include "base/mapped_file.hpp"
#include "gerbil/error.hpp"

namespace gerbil {

bool has_file(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

Json read_optional_object(const std::filesystem::path& path, std::vector<std::string>* warnings) {
  if (!has_file(path)) return Json::object();
  Json json = parse_python_json(read_text_file(path), "'" + path.string() + "'", warnings);
  if (!json.is_object()) {
    throw Error(ErrorCode::corrupt,
                "'" + path.string() + "' is not a JSON object: it is of type " + json.type_name() + ".");
  }
  return json;
}

}  // namespace gerbil
