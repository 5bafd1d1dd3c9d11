// Where the weights of a model are read from, by the names that its graph gives them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "formats/checkpoint.hpp"
#include "models/registry.hpp"

namespace gerbil {

// A name as the checkpoint that has it spells it.
struct StoredName {
  formats::Checkpoint checkpoint;
  std::string name;
};

// A weight is asked for by whoever merges, checks and packs it, possibly from several threads: its name is looked up,
// its folder opened and its matrix described once.
class WeightFiles {
 public:
  // `family` says how names may be spelled; a name "FOLDER/module" is the module of the checkpoint in that folder below
  // `modules`.
  WeightFiles(formats::Checkpoint checkpoint, models::Family family, std::filesystem::path modules);

  // Throws what Checkpoint::open throws.
  StoredName find(const std::string& name);
  // Throws as Checkpoint::matrix does, too.
  formats::Weight matrix(const std::string& name, std::int64_t rows, std::int64_t columns);

 private:
  StoredName look_up(const std::string& name);

  formats::Checkpoint checkpoint_;
  models::Family family_;
  std::filesystem::path modules_;
  std::mutex mutex_;
  std::map<std::string, formats::Checkpoint> folders_;
  std::map<std::string, StoredName> names_;
  std::map<std::tuple<std::string, std::int64_t, std::int64_t>, formats::Weight> matrices_;
};

}  // namespace gerbil
