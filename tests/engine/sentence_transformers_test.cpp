// Embeddings and scores of folders in the layouts that sentence-transformers writes, against the numbers it computes
// (tools/goldens/embeddings/pipelines.py).
#include <gmock/gmock.h>
#include <stdlib.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "gerbil/diagnostics.hpp"
#include "gerbil/embedder.hpp"
#include "gerbil/ranker.hpp"

namespace gerbil {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

json read(const fs::path& path) { return json::parse(std::ifstream(path)); }

// The number i of every tensor that a case adds.
float value(std::size_t i) { return static_cast<float>(static_cast<double>((37 * i + 11) % 101) / 101 - 0.5); }

void write_tensors(const fs::path& path, const json& shapes) {
  json header;
  std::string data;
  for (const auto& [name, shape] : shapes.items()) {
    const auto sizes = shape.get<std::vector<std::size_t>>();
    const std::size_t count = std::accumulate(sizes.begin(), sizes.end(), std::size_t{1}, std::multiplies<>());
    const std::size_t begin = data.size();
    for (std::size_t i = 0; i < count; ++i) {
      const float number = value(i);
      data.append(reinterpret_cast<const char*>(&number), sizeof number);
    }
    header[name] = {{"dtype", "F32"}, {"shape", shape}, {"data_offsets", {begin, data.size()}}};
  }
  const std::string text = header.dump();
  const std::uint64_t size = text.size();
  std::ofstream(path, std::ios::binary) << std::string(reinterpret_cast<const char*>(&size), sizeof size) << text
                                        << data;
}

// What the script's write() makes.
class Folder {
 public:
  explicit Folder(const json& test) {
    std::string pattern = (fs::temp_directory_path() / "gerbil-sentences-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
    const fs::path fixtures = GERBIL_FIXTURES;
    if (!test.value("only_modules", false)) {
      fs::copy(fixtures / "embeddings" / test.value("folder", "bert_mean"), path_, fs::copy_options::recursive);
      json config = read(path_ / "config.json");
      config.update(test.value("config", json::object()));
      std::ofstream(path_ / "config.json") << config;
    }
    json tokenizer = read(fixtures / "small_wordpiece.json");
    tokenizer.update(test.value("tokenizer", json::object()));
    std::ofstream(path_ / "tokenizer.json") << tokenizer;
    if (test.contains("move")) move_into(test["move"].get<std::string>());
    for (const auto& [name, content] : test["files"].items()) {
      fs::create_directories((path_ / name).parent_path());
      std::ofstream(path_ / name) << content;
    }
    for (const auto& [name, tensors] : test.value("tensors", json::object()).items()) {
      fs::create_directories(path_ / name);
      write_tensors(path_ / name / "model.safetensors", tensors);
    }
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string path() const { return path_.string(); }

 private:
  void move_into(const std::string& name) const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(path_)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    fs::create_directories(path_ / name);
    for (const fs::path& file : files) fs::rename(file, path_ / name / file.filename());
  }

  fs::path path_;
};

std::vector<std::vector<float>> compute(const Model& model, const json& test) {
  const auto texts = test["texts"].get<std::vector<std::string>>();
  if (test.value("rerank", false))
    return {Ranker(model).rank(texts.front(), {texts.begin() + 1, texts.end()}, {.truncate = true}).scores};
  return Embedder(model).embed(texts, {.task = test.value("task", ""), .truncate = true}).vectors;
}

class SentenceTransformers : public ::testing::TestWithParam<json> {};

TEST_P(SentenceTransformers, GivesTheSameNumbers) {
  const json& test = GetParam();
  const Folder folder(test);
  const Model model = Model::load(folder.path(), {.device = Device::cpu, .threads = 1}, {.exact = true});
  EXPECT_THAT(model.warnings(), ::testing::SizeIs(test.value("warnings", 0)));
  const auto expected = test["expected"].get<std::vector<std::vector<float>>>();
  const auto found = compute(model, test);
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t row = 0; row < found.size(); ++row) {
    EXPECT_THAT(found[row], ::testing::Pointwise(::testing::FloatNear(2e-5f), expected[row])) << "row " << row;
  }
}

std::vector<json> cases() { return read(GERBIL_FIXTURES "/sentence_pipelines.json").get<std::vector<json>>(); }

INSTANTIATE_TEST_SUITE_P(Files, SentenceTransformers, ::testing::ValuesIn(cases()),
                         [](const auto& test) { return test.param["name"].template get<std::string>(); });

}  // namespace
}  // namespace gerbil
