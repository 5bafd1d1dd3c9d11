#include "engine/sentence_modules.hpp"

#include <algorithm>
#include <utility>

#include "base/mapped_file.hpp"
#include "engine/json_file.hpp"
#include "engine/text_settings.hpp"
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

bool pools(const std::vector<SentenceModule>& modules) {
  return std::ranges::contains(modules, "Pooling", &SentenceModule::name);
}

}  // namespace

bool names_classifier(const Json& config) {
  const auto names = config.find("architectures");
  return names != config.end() && names->is_array() && !names->empty() && names->front().is_string() &&
         names->front().get_ref<const std::string&>().ends_with("ForSequenceClassification");
}

SentenceFiles read_sentence_files(const fs::path& directory, std::vector<SentenceModule> modules,
                                  const fs::path& folder, const Json& config, std::vector<std::string>& warnings) {
  SentenceFiles files;
  files.settings = read_optional_object(directory / "config_sentence_transformers.json", &warnings);
  if (modules.empty()) {
    if (names_classifier(config)) files.settings = Json::object();
    return files;
  }
  files.transformer = read_transformer_settings(folder, &warnings);
  files.modules = std::move(modules);
  const auto type = json_value<std::string>(files.settings, "model_type", "SentenceTransformer");
  if (!names_classifier(config) || type == "CrossEncoder" || pools(files.modules)) return files;
  if (!files.settings.empty() || !files.transformer.empty()) {
    warnings.push_back("'" + directory.string() + "' holds a classifier, but the \"model_type\" of its " +
                       "config_sentence_transformers.json is " + type +
                       " and not CrossEncoder, so that the prompts, the activation and the lengths of the files of "
                       "sentence-transformers do not count.");
  }
  return {};
}

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
