#include "engine/sentence_modules.hpp"

#include <algorithm>

#include "base/mapped_file.hpp"
#include "engine/json_file.hpp"
#include "gerbil/error.hpp"

namespace gerbil {
namespace {

namespace fs = std::filesystem;

fs::path inside(const fs::path& directory, const std::string& path) {
  const fs::path relative(path);
  if (relative.is_absolute() || std::ranges::contains(relative, fs::path(".."))) {
    throw Error(ErrorCode::corrupt, "modules.json of '" + directory.string() + "' names the folder '" + path +
                                        "', which is not inside the checkpoint.");
  }
  return directory / relative;
}

}  // namespace

std::vector<SentenceModule> read_sentence_modules(const fs::path& directory, std::vector<std::string>& warnings) {
  const fs::path path = directory / "modules.json";
  if (!has_file(path)) return {};
  const Json list = parse_python_json(read_text_file(path), "'" + path.string() + "'", &warnings);
  if (!list.is_array()) throw Error(ErrorCode::corrupt, "'" + path.string() + "' is not a JSON array.");
  std::vector<SentenceModule> modules;
  for (const Json& entry : list) {
    if (!entry.is_object()) {
      throw Error(ErrorCode::corrupt, "'" + path.string() + "' holds something else than objects.");
    }
    SentenceModule module;
    module.type = json_required<std::string>(entry, "type");
    module.name = module.type.substr(module.type.rfind('.') + 1);
    module.path = json_value<std::string>(entry, "path", "");
    module.folder = inside(directory, module.path);
    while (module.path.ends_with('/')) module.path.pop_back();
    modules.push_back(std::move(module));
  }
  return modules;
}

fs::path model_folder(const fs::path& directory, const std::vector<SentenceModule>& modules) {
  const auto found = std::ranges::find_if(modules, [](const SentenceModule& module) {
    return module.name == "Transformer" || module.name == "StaticEmbedding";
  });
  if (found == modules.end() || found->path.empty() || found->path == ".") return directory;
  // Converters put the weights beside modules.json and leave its words as they were.
  const bool moved = !fs::is_directory(found->folder) && has_file(directory / "config.json");
  return moved ? directory : found->folder;
}

Json module_config(const std::vector<SentenceModule>& modules) {
  if (modules.empty() || modules.front().name != "StaticEmbedding") return {};
  return {{"architectures", {"StaticModel"}}, {"model_type", "model2vec"}};
}

}  // namespace gerbil
