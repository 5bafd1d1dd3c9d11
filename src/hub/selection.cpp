#include "hub/selection.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "gerbil/error.hpp"
#include "hub/fields.hpp"

namespace gerbil::hub {
namespace {

using Paths = std::set<std::string>;

constexpr std::int64_t largest_text = 64 << 20;
constexpr std::size_t most_modules = 64;
constexpr std::string_view weights_end = ".safetensors";
constexpr std::string_view index_end = ".safetensors.index.json";

// What is read in the root and in the folders of modules, where it is there.
constexpr std::array<std::string_view, 11> small_files{"config.json",
                                                       "generation_config.json",
                                                       "quantize_config.json",
                                                       "tokenizer.json",
                                                       "tokenizer_config.json",
                                                       "special_tokens_map.json",
                                                       "added_tokens.json",
                                                       "chat_template.jinja",
                                                       "chat_template.json",
                                                       "modules.json",
                                                       "config_sentence_transformers.json"};

bool is_small(std::string_view name) {
  return std::ranges::contains(small_files, name) ||
         (name.starts_with("sentence_") && name.ends_with("_config.json")) ||
         (name.starts_with("additional_chat_templates/") && name.ends_with(".jinja"));
}

std::string read_text(const Listing& listing, const ReadFile& read, const std::string& path) {
  if (const std::int64_t size = listing.at(path).size; size > largest_text)
    throw Error(ErrorCode::corrupt, std::format("'{}' has {} bytes, more than such a file needs.", path, size));
  return read(path);
}

// The files that an index names, in its folder.
Paths read_index(const Listing& listing, const ReadFile& read, const std::string& folder, const std::string& path) {
  const Json index = parse_python_json(read_text(listing, read, path), "'" + path + "'");
  const auto map = index.is_object() ? index.find("weight_map") : index.end();
  if (!index.is_object() || map == index.end() || !map->is_object())
    throw Error(ErrorCode::corrupt, std::format("'{}' has no weight_map object.", path));
  Paths files;
  for (const auto& [tensor, file] : map->items())
    files.insert(folder + json_converted<std::string>("weight_map", file));
  return files;
}

// As Checkpoint::open chooses among the files of a folder (formats/shards.cpp). Where that depends on what is in them,
// all that may be wanted.
Paths weights_in(const Listing& listing, const ReadFile& read, const std::string& folder) {
  Paths present, named_model, indices;
  for (auto entry = listing.lower_bound(folder); entry != listing.end() && entry->first.starts_with(folder); ++entry) {
    const std::string_view name = std::string_view(entry->first).substr(folder.size());
    if (name.contains('/') || name.starts_with('.')) continue;
    if (name.ends_with(index_end)) indices.insert(entry->first);
    if (!name.ends_with(weights_end)) continue;
    present.insert(entry->first);
    if (name.starts_with("model")) named_model.insert(entry->first);
  }
  if (present.contains(folder + "model.safetensors")) return {folder + "model.safetensors"};
  Paths files = named_model.empty() ? present : named_model;
  const std::string usual = folder + "model" + std::string(index_end);
  const std::string index = indices.contains(usual) ? usual : indices.size() == 1 ? *indices.begin() : "";
  if (index.empty() || present.empty()) return files;
  const Paths listed = read_index(listing, read, folder, index);
  if (!listed.empty() && std::ranges::includes(present, listed)) files = listed;
  files.insert(index);
  return files;
}

// The folders of the modules of sentence-transformers, each with a slash at its end.
Paths module_folders(const Listing& listing, const ReadFile& read) {
  Paths folders;
  if (!listing.contains("modules.json")) return folders;
  const Json modules = parse_python_json(read_text(listing, read, "modules.json"), "'modules.json'");
  if (!modules.is_array() || modules.size() > most_modules)
    throw Error(ErrorCode::corrupt, std::format("'modules.json' is no list of at most {} modules.", most_modules));
  for (const Json& module : modules) {
    auto folder = json_value<std::string>(module, "path", "");
    while (folder.ends_with('/')) folder.pop_back();
    if (is_inner_path(folder)) folders.insert(folder + "/");
  }
  return folders;
}

[[noreturn]] void refuse(const Listing& listing, const std::string& where, const std::string& missing) {
  const auto has = [&](std::string_view end) {
    return std::ranges::any_of(listing, [&](const auto& entry) { return entry.first.ends_with(end); });
  };
  const std::string instead =
      has(".gguf")  ? "it has GGUF files, which are not supported: look for the model that they were made from"
      : has(".bin") ? "it has .bin files, which can run code when they are opened: look for a conversion to safetensors"
                    : "look for another one that has it";
  throw Error(ErrorCode::unsupported, std::format("{} has no {}; {}.", where, missing, instead));
}

}  // namespace

Paths needed_files(const Listing& listing, const ReadFile& read, const std::string& where) {
  if (!listing.contains("config.json") && !listing.contains("modules.json")) refuse(listing, where, "config.json");
  Paths folders = module_folders(listing, read);
  folders.insert("");
  Paths files;
  bool weights = false;
  for (const std::string& folder : folders) {
    for (auto entry = listing.lower_bound(folder); entry != listing.end() && entry->first.starts_with(folder); ++entry)
      if (is_small(std::string_view(entry->first).substr(folder.size()))) files.insert(entry->first);
    const Paths found = weights_in(listing, read, folder);
    weights = weights || !found.empty();
    files.insert(found.begin(), found.end());
  }
  if (!weights) refuse(listing, where, "weights in safetensors");
  return files;
}

}  // namespace gerbil::hub
