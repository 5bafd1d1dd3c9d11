#include "engine/model_path.hpp"

#include <algorithm>
#include <cstdlib>

#include "base/mapped_file.hpp"
#include "gerbil/error.hpp"

namespace gerbil {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Reference: huggingface_hub, constants.py.
fs::path hub_cache() {
  if (const auto cache = environment("HF_HUB_CACHE"); !cache.empty()) return cache;
  if (const auto home = environment("HF_HOME"); !home.empty()) return fs::path(home) / "hub";
  if (const auto cache = environment("XDG_CACHE_HOME"); !cache.empty()) return fs::path(cache) / "huggingface" / "hub";
  return fs::path(environment("HOME")) / ".cache" / "huggingface" / "hub";
}

// "Qwen/Qwen3-0.6B" is kept in models--Qwen--Qwen3-0.6B/snapshots/REVISION, and refs/main names the revision.
fs::path cached_snapshot(const std::string& model) {
  std::string folder = "models--" + model;
  folder.replace(folder.find('/'), 1, "--");
  const fs::path repository = hub_cache() / folder;
  const fs::path reference = repository / "refs" / "main";
  std::error_code error;
  if (!fs::is_regular_file(reference, error)) return {};
  std::string revision = read_text_file(reference);
  std::erase_if(revision, [](unsigned char c) { return std::isspace(c) != 0; });
  const fs::path snapshot = repository / "snapshots" / revision;
  return fs::is_directory(snapshot, error) ? snapshot : fs::path();
}

bool looks_like_hub_id(const std::string& model) {
  return std::ranges::count(model, '/') == 1 && model.front() != '/' && model.back() != '/' && model.front() != '.' &&
         model.find("..") == std::string::npos;
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
  if (!model.empty() && looks_like_hub_id(model)) {
    if (const fs::path snapshot = cached_snapshot(model); !snapshot.empty()) return snapshot;
    throw Error(ErrorCode::not_found, "The model '" + model +
                                          "' is neither a directory nor in the Hugging Face cache " +
                                          hub_cache().string() + "; download it there first, or give a directory.");
  }
  throw Error(ErrorCode::not_found, "The model '" + model +
                                        "' is not a directory; give one that holds config.json, or " +
                                        "an id such as Qwen/Qwen3-0.6B that is in the Hugging Face cache.");
}

}  // namespace gerbil
