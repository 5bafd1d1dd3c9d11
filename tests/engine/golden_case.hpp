// The fixtures of tests/fixtures/goldens, as their manifest lists them, and a directory that Model::load can open for
// each. tools/goldens says how they were made.
#pragma once

#include <cstdint>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "gerbil/diagnostics.hpp"
#include "gerbil/generator.hpp"

namespace gerbil::testing {

struct GoldenCase {
  std::string name;              // unique, letters, digits and underscores
  std::filesystem::path folder;  // that holds the weights
  std::string config;            // the file in `folder` to be read as config.json
  std::filesystem::path logits;  // little-endian f32, tokens × vocabulary
  std::vector<std::int32_t> tokens;
  std::int32_t vocabulary_size = 0;
  std::int32_t context_length = 0;             // for LoadOptions
  Quantization quantize = Quantization::none;  // while loading, with
  int group_size = 0;
  double tolerance = 0;  // of the largest error, relative to the largest logit
};

// How GoogleTest shows one.
inline void PrintTo(const GoldenCase& golden, std::ostream* out) { *out << golden.name; }

// Every case of the manifest.
std::vector<GoldenCase> golden_cases();
const GoldenCase& golden_case(const std::string& name);
std::vector<float> expected_logits(const GoldenCase& golden);

// A directory as a user would have it: config.json and the weights, linked. Removed at the end of its scope.
class ModelDirectory {
 public:
  explicit ModelDirectory(const GoldenCase& golden);
  ~ModelDirectory();
  ModelDirectory(const ModelDirectory&) = delete;
  ModelDirectory& operator=(const ModelDirectory&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

const char* device_name(Device device);

}  // namespace gerbil::testing
