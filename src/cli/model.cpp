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

Model load_model(const std::string& model, LoadFlags flags) {
  const std::string name = resolve_model(model);
  ProgressBar bar("loading");
  flags.options.progress = [&bar](std::int64_t done, std::int64_t total) { bar.update(done, total); };
  Model loaded = Model::load(name, flags.options, flags.diagnostics);
  for (const std::string& warning : loaded.warnings()) say("warning: " + warning);
  return loaded;
}

}  // namespace gerbil::cli
