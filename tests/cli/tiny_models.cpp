#include "tiny_models.hpp"

namespace gerbil::testing {

namespace fs = std::filesystem;

std::string tiny_model(const TemporaryFolder& folder, const std::string& name) {
  const fs::path model = folder.path() / name;
  fs::copy(fixture("embeddings") / name, model, fs::copy_options::recursive);
  fs::copy_file(fixture("small_wordpiece.json"), model / "tokenizer.json");
  return model.string();
}

std::string long_text() {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "the ";
  return text;
}

}  // namespace gerbil::testing
