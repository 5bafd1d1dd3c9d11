#include "engine/model_path.hpp"

#include "base/hub_cache.hpp"
#include "gerbil/error.hpp"

namespace gerbil {

namespace fs = std::filesystem;

fs::path resolve_model(const std::string& model) {
  std::error_code error;
  if (fs::is_directory(model, error)) return model;
  if (fs::is_regular_file(model, error)) {
    throw Error(ErrorCode::unsupported, "'" + model +
                                            "' is a file, but a model is a directory that holds config.json, " +
                                            "tokenizer.json and safetensors files" +
                                            (model.ends_with(".gguf") ? "; GGUF is not supported." : "."));
  }
  const auto name = parse_hub_name(model);
  if (!name) {
    throw Error(ErrorCode::not_found, "The model '" + model +
                                          "' is not a directory; give one that holds config.json, or " +
                                          "an id such as Qwen/Qwen3-0.6B that is in the Hugging Face cache.");
  }
  const fs::path repository = hub_repository(name->id);
  if (fs::path snapshot = hub_snapshot(repository, name->revision); !snapshot.empty()) return snapshot;
  if (fs::is_directory(repository / "snapshots", error)) {
    throw Error(ErrorCode::not_found, "The Hugging Face cache has the model '" + name->id +
                                          "', but not its revision '" + name->revision + "': `gerbil pull " + model +
                                          "` downloads it. What is there are the directories in " +
                                          (repository / "snapshots").string() + ".");
  }
  throw Error(ErrorCode::not_found, "The model '" + model + "' is neither a directory nor in the Hugging Face cache " +
                                        hub_cache().string() + ": `gerbil pull " + model +
                                        "` gets it from the hub, if that is its name there.");
}

std::string model_name(const fs::path& directory) {
  fs::path path = fs::absolute(directory).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();  // it ended in a slash or a dot
  const std::string folder = path.parent_path().parent_path().filename().string();
  if (path.parent_path().filename() != "snapshots" || !folder.starts_with(hub_repository_prefix))
    return path.filename().string();
  std::string id = folder.substr(hub_repository_prefix.size());
  if (const std::size_t dashes = id.find("--"); dashes != std::string::npos) id.replace(dashes, 2, "/");
  return id;
}

}  // namespace gerbil
