#include "engine/model_path.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string_view>

#include "base/mapped_file.hpp"
#include "gerbil/error.hpp"

namespace gerbil {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// "~" and "$NAME" or "${NAME}" in a path; a variable that is not set stays as it is.
// Reference: Python's os.path.expanduser and expandvars, which huggingface_hub applies.
std::string expanded(std::string path) {
  if (path == "~" || path.starts_with("~/")) path.replace(0, 1, environment("HOME"));
  std::string result;
  while (!path.empty()) {
    const std::size_t dollar = std::min(path.find('$'), path.size());
    result += path.substr(0, dollar);
    path.erase(0, dollar);
    if (path.empty()) break;
    const bool braces = path.starts_with("${");
    const std::size_t begin = braces ? 2 : 1;
    std::size_t end = begin;
    while (end < path.size() && (std::isalnum(static_cast<unsigned char>(path[end])) != 0 || path[end] == '_')) ++end;
    const std::string name = path.substr(begin, end - begin);
    const bool closed = !braces || (end < path.size() && path[end] == '}');
    const char* value = name.empty() || !closed ? nullptr : std::getenv(name.c_str());
    const std::size_t size = end + (braces && closed ? 1 : 0);
    result += value != nullptr ? value : path.substr(0, size);
    path.erase(0, size);
  }
  return result;
}

// Reference: huggingface_hub, constants.py.
fs::path hub_cache() {
  for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"})
    if (const auto cache = environment(name); !cache.empty()) return expanded(cache);
  if (const auto home = environment("HF_HOME"); !home.empty()) return fs::path(expanded(home)) / "hub";
  const auto cache = environment("XDG_CACHE_HOME");
  return fs::path(expanded(cache.empty() ? "~/.cache" : cache)) / "huggingface" / "hub";
}

constexpr std::string_view repository_prefix = "models--";

// "Qwen/Qwen3-0.6B" is kept in models--Qwen--Qwen3-0.6B.
fs::path cached_repository(std::string id) {
  if (const std::size_t slash = id.find('/'); slash != std::string::npos) id.replace(slash, 1, "--");
  return hub_cache() / (std::string(repository_prefix) + id);
}

// The folder of a repository is snapshots/REVISION, and refs/main names the revision. Empty when that is not there.
fs::path main_snapshot(const fs::path& repository) {
  const fs::path reference = repository / "refs" / "main";
  std::error_code error;
  if (!fs::is_regular_file(reference, error)) return {};
  std::string revision = read_text_file(reference);
  std::erase_if(revision, [](unsigned char c) { return std::isspace(c) != 0; });
  const fs::path snapshot = repository / "snapshots" / revision;
  return !revision.empty() && fs::is_directory(snapshot, error) ? snapshot : fs::path();
}

// Reference: huggingface_hub, validate_repo_id.
bool looks_like_hub_id(const std::string& model) {
  const auto allowed = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.' || c == '/';
  };
  return !model.empty() && std::ranges::count(model, '/') <= 1 && std::ranges::all_of(model, allowed) &&
         model.front() != '/' && model.back() != '/' && model.front() != '.' && !model.contains("--") &&
         !model.contains("..");
}

}  // namespace

fs::path resolve_model(const std::string& model) {
  std::error_code error;
  if (fs::is_directory(model, error)) return model;
  if (fs::is_regular_file(model, error)) {
    throw Error(ErrorCode::unsupported, "'" + model +
                                            "' is a file, but a model is a directory that holds config.json, " +
                                            "tokenizer.json and safetensors files" +
                                            (model.ends_with(".gguf") ? "; GGUF is not supported." : "."));
  }
  if (looks_like_hub_id(model)) {
    const fs::path repository = cached_repository(model);
    if (const fs::path snapshot = main_snapshot(repository); !snapshot.empty()) return snapshot;
    if (fs::is_directory(repository / "snapshots", error)) {
      throw Error(ErrorCode::not_found,
                  "The Hugging Face cache has the model '" + model +
                      "', but not the revision that its refs/main should name; give the directory " +
                      "of a revision, in " + (repository / "snapshots").string() + ".");
    }
    throw Error(ErrorCode::not_found, "The model '" + model +
                                          "' is neither a directory nor in the Hugging Face cache " +
                                          hub_cache().string() + "; download it there first, or give a directory.");
  }
  throw Error(ErrorCode::not_found, "The model '" + model +
                                        "' is not a directory; give one that holds config.json, or " +
                                        "an id such as Qwen/Qwen3-0.6B that is in the Hugging Face cache.");
}

std::string model_name(const fs::path& directory) {
  fs::path path = fs::absolute(directory).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();  // it ended in a slash or a dot
  const std::string folder = path.parent_path().parent_path().filename().string();
  if (path.parent_path().filename() != "snapshots" || !folder.starts_with(repository_prefix))
    return path.filename().string();
  std::string id = folder.substr(repository_prefix.size());
  if (const std::size_t dashes = id.find("--"); dashes != std::string::npos) id.replace(dashes, 2, "/");
  return id;
}

}  // namespace gerbil
