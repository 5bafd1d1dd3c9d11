#include "engine/weight_names.hpp"

#include <string_view>
#include <vector>

namespace gerbil {
namespace {

std::vector<std::string> spellings_of(const std::string& name, const models::Family& family) {
  const std::string prefix(family.prefix), part(family.part.prefix);
  std::vector<std::string> spellings{name};
  if (!prefix.empty()) {
    if (name.starts_with(prefix)) spellings.push_back(name.substr(prefix.size()));
    spellings.push_back(prefix + name);
  }
  if (!part.empty()) {
    for (std::size_t i = 0, count = spellings.size(); i < count; ++i) {
      spellings.push_back(part + spellings[i]);
      spellings.push_back(prefix + part + spellings[i]);
    }
  }
  for (std::size_t i = 0, count = spellings.size(); i < count; ++i) {
    const std::string spelling = spellings[i];
    if (spelling.ends_with("LayerNorm.weight")) spellings.push_back(spelling.substr(0, spelling.size() - 6) + "gamma");
    if (spelling.ends_with("LayerNorm.bias")) spellings.push_back(spelling.substr(0, spelling.size() - 4) + "beta");
  }
  return spellings;
}

}  // namespace

std::string stored_name(const formats::Checkpoint& checkpoint, const std::string& name, const models::Family& family) {
  for (const std::string& spelling : spellings_of(name, family)) {
    if (checkpoint.contains(spelling)) return spelling;
  }
  const bool tied = json_value<bool>(checkpoint.config(), "tie_word_embeddings", true);
  if (!tied || !name.ends_with("embed_tokens")) return name;
  const std::string head = stored_name(checkpoint, "lm_head", family);
  return checkpoint.contains(head) ? head : name;
}

}  // namespace gerbil
