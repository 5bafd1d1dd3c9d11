#include "engine/weight_files.hpp"

#include <utility>

#include "engine/weight_names.hpp"

namespace gerbil {
namespace {

// What a map has for the key, or else what is made for it and then kept; nothing is kept of what throws.
template <typename Map, typename Make>
auto kept(Map& map, const typename Map::key_type& key, Make make) {
  const auto known = map.find(key);
  return known != map.end() ? known->second : map.emplace(key, make()).first->second;
}

}  // namespace

WeightFiles::WeightFiles(formats::Checkpoint checkpoint, models::Family family, std::filesystem::path modules)
    : checkpoint_(std::move(checkpoint)), family_(family), modules_(std::move(modules)) {}

StoredName WeightFiles::find(const std::string& name) {
  const std::lock_guard lock(mutex_);
  return look_up(name);
}

formats::Weight WeightFiles::matrix(const std::string& name, std::int64_t rows, std::int64_t columns) {
  const std::lock_guard lock(mutex_);
  return kept(matrices_, {name, rows, columns}, [&] {
    const StoredName stored = look_up(name);
    return stored.checkpoint.matrix(stored.name, rows, columns);
  });
}

StoredName WeightFiles::look_up(const std::string& name) {
  return kept(names_, name, [&]() -> StoredName {
    const std::size_t slash = name.rfind('/');
    if (slash == std::string::npos) return {checkpoint_, stored_name(checkpoint_, name, family_)};
    const std::string folder = name.substr(0, slash);
    return {kept(folders_, folder, [&] { return formats::Checkpoint::open(modules_ / folder); }),
            name.substr(slash + 1)};
  });
}

}  // namespace gerbil
