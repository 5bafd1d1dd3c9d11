#include "engine/golden_case.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace gerbil::testing {

namespace {

// Absolute, as links to its files are made elsewhere.
const std::filesystem::path goldens = std::filesystem::absolute(GERBIL_FIXTURES) / "goldens";

Quantization quantization(int bits) {
  return bits == 4 ? Quantization::int4 : bits == 8 ? Quantization::int8 : Quantization::none;
}

}  // namespace

std::vector<GoldenCase> golden_cases() {
  std::ifstream file(goldens / "manifest.json");
  const nlohmann::json manifest = nlohmann::json::parse(file);
  std::vector<GoldenCase> cases;
  for (const auto& entry : manifest.at("cases")) {
    const auto folder = goldens / entry.at("folder").get<std::string>();
    cases.push_back({.name = entry.at("name"),
                     .folder = folder,
                     .config = entry.at("config"),
                     .logits = folder / entry.at("logits").get<std::string>(),
                     .tokens = entry.at("tokens"),
                     .vocabulary_size = entry.at("vocabulary_size"),
                     .context_length = entry.at("context_length"),
                     .quantize = quantization(entry.at("quantize_bits")),
                     .group_size = entry.at("group_size"),
                     .tolerance = entry.at("tolerance")});
  }
  return cases;
}

const GoldenCase& golden_case(const std::string& name) {
  static const std::vector<GoldenCase> cases = golden_cases();
  const auto found = std::ranges::find(cases, name, &GoldenCase::name);
  if (found == cases.end()) throw std::runtime_error("the goldens' manifest has no case " + name);
  return *found;
}

std::vector<float> expected_logits(const GoldenCase& golden) {
  std::vector<float> values(golden.tokens.size() * static_cast<std::size_t>(golden.vocabulary_size));
  const auto bytes = static_cast<std::streamsize>(values.size() * sizeof(float));
  std::ifstream file(golden.logits, std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(values.data()), bytes) || file.peek() != std::ifstream::traits_type::eof()) {
    throw std::runtime_error(golden.logits.string() + " does not hold one row of logits a token");
  }
  return values;
}

ModelDirectory::ModelDirectory(const GoldenCase& golden)
    : path_(std::filesystem::temp_directory_path() / ("gerbil-" + golden.name + "-" + std::to_string(::getpid()) + "-" +
                                                      std::to_string(reinterpret_cast<std::uintptr_t>(this)))) {
  std::filesystem::create_directory(path_);
  for (const auto& entry : std::filesystem::directory_iterator(golden.folder)) {
    const std::string file = entry.path().filename().string();
    if (file.starts_with("model")) std::filesystem::create_symlink(entry.path(), path_ / file);
  }
  std::filesystem::create_symlink(golden.folder / golden.config, path_ / "config.json");
}

ModelDirectory::~ModelDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

const char* device_name(Device device) { return device == Device::cpu ? "cpu" : "webgpu"; }

}  // namespace gerbil::testing
