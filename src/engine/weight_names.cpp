#include "engine/weight_names.hpp"

#include <vector>

namespace gerbil {
namespace {

std::vector<std::string> spellings_of(const std::string& name, std::string_view prefix) {
  std::vector<std::string> spellings{name};
  if (!prefix.empty()) {
    if (name.starts_with(prefix)) spellings.push_back(name.substr(prefix.size()));
    spellings.push_back(std::string(prefix) + name);
  }
  for (std::size_t i = 0, count = spellings.size(); i < count; ++i) {
    const std::string spelling = spellings[i];
    if (spelling.ends_with("LayerNorm.weight")) spellings.push_back(spelling.substr(0, spelling.size() - 6) + "gamma");
    if (spelling.ends_with("LayerNorm.bias")) spellings.push_back(spelling.substr(0, spelling.size() - 4) + "beta");
  }
  return spellings;
}

}  // namespace

std::string stored_name(const formats::Checkpoint& checkpoint, const std::string& name, std::string_view prefix) {
  for (const std::string& spelling : spellings_of(name, prefix)) {
    if (checkpoint.contains(spelling)) return spelling;
  }
  const bool tied = json_value<bool>(checkpoint.config(), "tie_word_embeddings", true);
  if (tied && name.ends_with("embed_tokens") && checkpoint.contains("lm_head")) return "lm_head";
  return name;
}

}  // namespace gerbil
