#include "model.hpp"

#include <cstdlib>
#include <filesystem>
#include <format>
#include <system_error>
#include <vector>

#include "progress.hpp"
#include "terminal.hpp"

namespace gerbil::cli {
namespace {

namespace fs = std::filesystem;

bool is_directory(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

bool is_builtin(const std::string& name) { return name == "nano" || name == "nano-embed"; }

}  // namespace

std::string builtin_model(const std::string& name) {
  std::vector<fs::path> places;
  if (const char* models = std::getenv("GERBIL_MODELS"); models != nullptr && *models != '\0') {
    places.emplace_back(fs::path(models) / name);
  } else {
    const fs::path folder = fs::read_symlink("/proc/self/exe").parent_path();
    places.push_back(folder / "../../../models" / name);         // build/PRESET/bin/gerbil
    places.push_back(folder / "../share/gerbil/models" / name);  // PREFIX/bin/gerbil
  }
  std::string tried;
  for (const fs::path& place : places) {
    if (fs::exists(place / "config.json")) return place.lexically_normal().string();
    tried += (tried.empty() ? "" : " nor in ") + place.lexically_normal().string();
  }
  throw Error(
      ErrorCode::not_found,
      std::format("the built-in model is not in {}: name a model, or set GERBIL_MODELS to the folder that holds {}.",
                  tried, name));
}

std::string resolve_model(const std::string& name) {
  return is_builtin(name) && !is_directory(name) ? builtin_model(name) : name;
}

bool looks_like_model(const std::string& word) {
  if (is_directory(word)) return true;
  if (word.empty() || word.find_first_of(" \t\r\n") != std::string::npos) return false;
  return is_builtin(word) || word.starts_with("random:") || word.contains('/');
}

Engine load_engine(const std::string& model, LoadOptions options) {
  const std::string name = resolve_model(model);
  ProgressBar bar("loading");
  options.progress = [&bar](std::int64_t done, std::int64_t total) { bar.update(done, total); };
  Engine engine = Engine::load(name, options);
  for (const std::string& warning : engine.warnings()) say("warning: " + warning);
  return engine;
}

Engine load_generator(const std::string& model, const LoadOptions& options) {
  Engine engine = load_engine(model, options);
  const ModelInfo& info = engine.info();
  if (info.dimensions == 0) return engine;
  const bool classifies = info.architecture.ends_with("ForSequenceClassification");
  const std::string does = !classifies            ? "makes embeddings and generates no text: use gerbil embed."
                           : info.dimensions == 1 ? "scores pairs of texts and generates none: use gerbil rerank."
                                                  : "classifies texts and generates none.";
  throw Error(ErrorCode::unsupported, std::format("'{}' ({}) {}", info.name, info.architecture, does));
}

}  // namespace gerbil::cli
