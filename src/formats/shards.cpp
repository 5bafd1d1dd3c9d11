// Which safetensors files make up a checkpoint.
#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/json.hpp"
#include "formats/safetensors.hpp"
#include "gerbil/error.hpp"

namespace gerbil::formats {
namespace {

constexpr std::string_view index_name = "model.safetensors.index.json";

std::vector<Tensor> open_file(const std::filesystem::path& path) {
  const auto file = MappedFile::open(path);
  std::vector<Tensor> tensors = parse_safetensors(file->bytes(), "'" + path.string() + "'");
  for (Tensor& tensor : tensors) tensor.file = file;
  return tensors;
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

std::vector<Tensor> open_shards(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / index_name;
  const std::string where = "'" + path.string() + "'";
  const Json index = parse_json(read_text_file(path), where);
  const auto map = index.is_object() ? index.find("weight_map") : index.end();
  if (!index.is_object() || map == index.end() || !map->is_object()) {
    throw Error(ErrorCode::corrupt, where + " has no weight_map object, which should give the file of every tensor.");
  }
  std::vector<std::string> files;
  std::map<std::string, std::set<std::string>> expected;  // shard → its tensors
  for (const auto& [tensor, file] : map->items()) {
    if (!file.is_string()) {
      throw Error(ErrorCode::corrupt, where + " gives no file name for the tensor '" + shown(tensor) + "'.");
    }
    const std::string name = file.get<std::string>();
    check_shard_name(name, where);
    expected[name].insert(tensor);
  }
  std::vector<Tensor> all;
  for (auto& [name, tensors] : expected) {
    std::vector<Tensor> shard = open_file(directory / name);
    for (const Tensor& tensor : shard) tensors.erase(tensor.name);
    if (!tensors.empty()) {
      std::string sentence = where;
      sentence += " says that the tensor '" + shown(*tensors.begin()) + "' is in ";
      sentence += name + ", but that file does not hold it.";
      throw Error(ErrorCode::corrupt, sentence);
    }
    std::ranges::move(shard, std::back_inserter(all));
  }
  return all;
}

}  // namespace

std::vector<Tensor> open_safetensors(const std::filesystem::path& directory) {
  std::error_code error;
  const auto present = [&](std::string_view name) { return std::filesystem::exists(directory / name, error); };
  if (present(index_name)) return open_shards(directory);
  if (present("model.safetensors")) return open_file(directory / "model.safetensors");

  std::vector<std::filesystem::path> found;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() == ".safetensors") found.push_back(entry->path());
  }
  if (found.size() == 1) return open_file(found.front());
  throw Error(ErrorCode::not_found,
              "'" + directory.string() + "' holds " +
                  (found.empty() ? "no .safetensors file" : std::to_string(found.size()) + " .safetensors files") +
                  " and neither model.safetensors nor " + std::string(index_name) +
                  ", one of which should hold the weights.");
}

}  // namespace gerbil::formats
