// modules.json: the steps from a text to its embedding or score, and the folders that hold their files.
// Reference: sentence-transformers 6.2, base/model.py.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace gerbil {

struct SentenceModule {
  std::string type;              // "sentence_transformers.models.Pooling"
  std::string name;              // its last word: "Pooling"
  std::string path;              // "1_Pooling"; empty: the checkpoint's own folder
  std::filesystem::path folder;  // the same below the checkpoint's
};

// The files of sentence-transformers beside the model's own.
struct SentenceFiles {
  std::vector<SentenceModule> modules;  // modules.json
  Json settings = Json::object();       // config_sentence_transformers.json
  Json transformer = Json::object();    // sentence_bert_config.json of the Transformer module
};

// Those in `directory`, where the model itself is in `folder` and `config` is its config.json. As in the reference, the
// settings of a classifier count only when they say that they are those of a CrossEncoder: without that, modules that
// pool make embeddings of its hidden states, and what there is beside other modules is left aside, with a warning.
SentenceFiles read_sentence_files(const std::filesystem::path& directory, std::vector<SentenceModule> modules,
                                  const std::filesystem::path& folder, const Json& config,
                                  std::vector<std::string>& warnings);

// Whether the architecture that config.json names is a classifier of texts.
bool names_classifier(const Json& config);

// In order; empty when the directory has no modules.json. Throws Error{corrupt} for a file that is not such a list, and
// for a folder outside the checkpoint.
std::vector<SentenceModule> read_sentence_modules(const std::filesystem::path& directory,
                                                  std::vector<std::string>& warnings);

// Where the model itself is: config.json, its weights and its tokenizer.
std::filesystem::path model_folder(const std::filesystem::path& directory, const std::vector<SentenceModule>& modules);

// What stands for config.json where a module computes the embedding without one; empty for a Transformer.
Json module_config(const std::vector<SentenceModule>& modules);

}  // namespace gerbil
