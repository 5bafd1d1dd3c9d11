// Which safetensors files make up a checkpoint.
#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string_view>
#include <system_error>

#include "base/json.hpp"
#include "formats/container.hpp"
#include "gerbil/error.hpp"

namespace gerbil::formats {
namespace {

constexpr const char* index_name = "model.safetensors.index.json";
constexpr std::size_t longest_name = 255;  // of a file that is looked at for numbers

std::vector<Tensor> tensors_of(const std::filesystem::path& path, const OpenFile& open_file) {
  return container_of(path).tensors(open_file(path), "'" + path.string() + "'");
}

// A shard is a plain file name: an index from a stranger must not make us read other files of the machine. (The file
// itself may be a link: the hub's cache is made of links.)
void check_shard_name(const std::string& name, const std::string& where) {
  const bool plain = name.ends_with(".safetensors") && !name.starts_with('.') &&
                     name.find_first_of(std::string_view("/\\:\0", 4)) == std::string::npos;
  if (!plain) {
    throw Error(ErrorCode::corrupt, where + " names the shard '" + shown(name) +
                                        "'; a shard must be the plain name of a .safetensors file in the directory.");
  }
}

// The files that an index names, in the order of their names.
std::set<std::string> read_index(const std::filesystem::path& path, std::vector<std::string>& warnings) {
  const std::string where = "'" + path.string() + "'";
  const Json index = parse_python_json(read_text_file(path), where, &warnings);
  const auto map = index.is_object() ? index.find("weight_map") : index.end();
  if (!index.is_object() || map == index.end() || !map->is_object()) {
    throw Error(ErrorCode::corrupt, where + " has no weight_map object, which should give the file of every tensor.");
  }
  std::set<std::string> files;
  for (const auto& [tensor, file] : map->items()) {
    if (!file.is_string()) {
      throw Error(ErrorCode::corrupt, where + " gives no file name for the tensor '" + shown(tensor) + "'.");
    }
    check_shard_name(file.get_ref<const std::string&>(), where);
    files.insert(file.get<std::string>());
  }
  return files;
}

// "model-00002-of-00013.safetensors"
struct ShardName {
  std::string set;  // "model", "00013"
  int number = 0;
  int count = 0;
};

std::optional<ShardName> parse_shard_name(const std::string& file) {
  static const std::regex form("(.*)-([0-9]{5})-of-([0-9]{5})\\.safetensors");
  std::smatch parts;
  if (file.size() > longest_name || !std::regex_match(file, parts, form)) return std::nullopt;
  return ShardName{parts.str(1) + "-of-" + parts.str(3), std::stoi(parts.str(2)), std::stoi(parts.str(3))};
}

// Throws when shards count themselves and one is missing.
void check_complete(const std::filesystem::path& directory, const std::set<std::string>& files) {
  std::map<std::string, std::set<int>> found;
  std::map<std::string, int> counts;
  for (const std::string& file : files) {
    const auto shard = parse_shard_name(file);
    if (!shard) return;
    found[shard->set].insert(shard->number);
    counts[shard->set] = shard->count;
  }
  if (found.size() != 1) return;  // what is twice there is found by the tensors' names
  const auto& [set, numbers] = *found.begin();
  for (int number = 1; number <= counts[set]; ++number) {
    if (numbers.contains(number)) continue;
    throw Error(ErrorCode::not_found, "'" + directory.string() + "' holds " + std::to_string(numbers.size()) + " of " +
                                          std::to_string(counts[set]) + " shards; number " + std::to_string(number) +
                                          " is missing.");
  }
}

// The weights' files where no index tells: those called model*, else the shards of the only set, else the only file;
// empty when that is not clear.
std::set<std::string> choose_files(const std::set<std::string>& present) {
  std::set<std::string> models;
  std::map<std::string, std::set<std::string>> sets;
  for (const std::string& file : present) {
    if (file.starts_with("model")) models.insert(file);
    if (const auto shard = parse_shard_name(file)) sets[shard->set].insert(file);
  }
  if (!models.empty()) return models;
  if (sets.size() == 1) return sets.begin()->second;
  return present.size() == 1 ? present : std::set<std::string>();
}

std::vector<Tensor> open_files(const std::filesystem::path& directory, const std::set<std::string>& files,
                               const OpenFile& open_file) {
  std::vector<Tensor> all;
  for (const std::string& file : files)
    std::ranges::move(tensors_of(directory / file, open_file), std::back_inserter(all));
  return all;
}

}  // namespace

std::vector<Tensor> open_weights(const std::filesystem::path& directory, std::vector<std::string>& warnings,
                                 const OpenFile& open_file) {
  std::set<std::string> present;
  std::set<std::string> indices;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string file = entry->path().filename().string();
    if (file.starts_with('.')) continue;
    if (file.ends_with(".safetensors")) present.insert(file);
    if (file.ends_with(".safetensors.index.json")) indices.insert(file);
  }
  const std::string index = indices.contains(index_name) ? index_name
                            : indices.size() == 1        ? *indices.begin()
                                                         : std::string();
  const std::string where = "'" + (directory / index).string() + "'";
  if (present.contains("model.safetensors")) {
    if (!index.empty()) warnings.push_back(where + " is ignored, because there is a model.safetensors beside it.");
    return tensors_of(directory / "model.safetensors", open_file);
  }
  std::set<std::string> files = choose_files(present);
  if (!index.empty()) {
    const std::set<std::string> listed = read_index(directory / index, warnings);
    // Files are missing, or have other names than the index says. Opening what it says then tells which.
    if (std::ranges::includes(present, listed) || std::ranges::includes(listed, files)) {
      return open_files(directory, listed, open_file);
    }
    warnings.push_back(where + " names files that are not there; the " + std::to_string(files.size()) +
                       " weight files of the directory are read instead.");
  }
  if (files.empty()) {
    throw Error(
        ErrorCode::not_found,
        "'" + directory.string() + "' holds " +
            (present.empty() ? "no .safetensors file" : std::to_string(present.size()) + " .safetensors files") +
            " and neither model.safetensors nor " + index_name + ", one of which should hold the weights.");
  }
  check_complete(directory, files);
  return open_files(directory, files, open_file);
}

}  // namespace gerbil::formats
