// Embeddings, classes and judgements of the whole engine against those of the reference implementations in float32, for
// every family of text encoders. tools/goldens/embeddings says how the fixtures were made.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "engine/golden_case.hpp"
#include "gerbil/classifier.hpp"
#include "gerbil/embedder.hpp"

namespace gerbil {
namespace {

const std::filesystem::path fixtures = std::filesystem::path(GERBIL_FIXTURES) / "embeddings";

struct EmbeddingCase {
  std::string name;
  std::string folder;
  std::string kind;  // "embedding", "classifier" or "reranker"
  std::vector<TokenizedText> texts;
  std::vector<float> expected;  // [texts, dimensions]
  std::int32_t dimensions = 0;
  EmbedOptions options;
  Quantization quantize = Quantization::none;
  int group_size = 0;
  double min_cosine = 0;
  double tolerance = 0;         // of the largest error, relative to the largest number
  std::size_t yes = 0, no = 0;  // of a reranker: the tokens of its judgement
};

void PrintTo(const EmbeddingCase& golden, std::ostream* out) { *out << golden.name; }

std::vector<float> read_floats(const std::filesystem::path& path, std::size_t count) {
  std::vector<float> values(count);
  std::ifstream file(path, std::ios::binary);
  const auto bytes = static_cast<std::streamsize>(count * sizeof(float));
  if (!file.read(reinterpret_cast<char*>(values.data()), bytes) || file.peek() != std::ifstream::traits_type::eof()) {
    throw std::runtime_error(path.string() + " does not hold " + std::to_string(count) + " numbers");
  }
  return values;
}

EmbeddingCase read_case(const nlohmann::json& entry) {
  EmbeddingCase golden{.name = entry.at("name"),
                       .folder = (fixtures / entry.at("folder").get<std::string>()).string(),
                       .kind = entry.at("kind"),
                       .dimensions = entry.at("dimensions"),
                       .group_size = entry.at("group_size"),
                       .min_cosine = entry.at("min_cosine"),
                       .tolerance = entry.at("tolerance"),
                       .yes = entry.value("yes", std::size_t{0}),
                       .no = entry.value("no", std::size_t{0})};
  for (const auto& input : entry.at("inputs")) {
    golden.texts.push_back({input.at("ids"), input.value("types", std::vector<std::int32_t>{})});
  }
  golden.options.task = entry.at("task");
  golden.options.dimensions = entry.at("truncate_dimensions");
  const int bits = entry.at("quantize_bits");
  golden.quantize = bits == 4 ? Quantization::int4 : bits == 8 ? Quantization::int8 : Quantization::none;
  const auto count = golden.texts.size() * static_cast<std::size_t>(golden.dimensions);
  golden.expected = read_floats(std::filesystem::path(golden.folder) / entry.at("expected").get<std::string>(), count);
  return golden;
}

std::vector<EmbeddingCase> embedding_cases() {
  std::ifstream file(fixtures / "manifest.json");
  std::vector<EmbeddingCase> cases;
  for (const auto& entry : nlohmann::json::parse(file).at("cases")) cases.push_back(read_case(entry));
  return cases;
}

// The rows that the manifest expects.
std::vector<std::vector<float>> run(const Model& model, const EmbeddingCase& golden) {
  if (golden.kind == "embedding") return Embedder(model).embed(golden.texts, golden.options).vectors;
  if (golden.kind == "classifier") return Classifier(model).classify(golden.texts).logits;
  const Generator generator(model);
  std::vector<std::vector<float>> scores;
  for (const TokenizedText& text : golden.texts) {
    const std::vector<float> logits = generator.logits(text.ids);
    const float* last = &logits[logits.size() - static_cast<std::size_t>(model.info().vocabulary_size)];
    scores.push_back({1.0f / (1.0f + std::exp(last[golden.no] - last[golden.yes]))});
  }
  return scores;
}

// The cosine of the angle between a row and what it should be.
double cosine(const std::vector<float>& row, const float* expected) {
  double product = 0, own = 0, other = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    product += static_cast<double>(row[i]) * expected[i];
    own += static_cast<double>(row[i]) * row[i];
    other += static_cast<double>(expected[i]) * expected[i];
  }
  return product / std::sqrt(own * other);
}

// The largest error relative to the largest expected number; infinite when a number is none.
double relative_error(const std::vector<std::vector<float>>& rows, const std::vector<float>& expected) {
  double error = 0, largest = 0;
  std::size_t at = 0;
  for (const auto& row : rows) {
    for (const float value : row) {
      if (!std::isfinite(value)) return HUGE_VAL;
      error = std::max(error, std::abs(static_cast<double>(value) - expected[at]));
      largest = std::max(largest, std::abs(static_cast<double>(expected[at])));
      ++at;
    }
  }
  return error / largest;
}

class EmbeddingGoldens : public ::testing::TestWithParam<std::tuple<EmbeddingCase, Device>> {};

TEST_P(EmbeddingGoldens, RowsMatchTheReference) {
  const auto& [golden, device] = GetParam();
  // What the passes leave alone runs on the CPU and in the op parity of every backend; shaders take long to compile.
  const std::vector<bool> graphs = device == Device::cpu ? std::vector{true, false} : std::vector{true};
  for (const bool optimize : graphs) {
    SCOPED_TRACE(optimize ? "optimized graph" : "graph as written");
    const LoadOptions options{
        .device = device, .threads = 2, .quantize = golden.quantize, .group_size = golden.group_size, .check = false};
    const auto rows = run(Model::load(golden.folder, options, {.exact = true, .optimize = optimize}), golden);
    ASSERT_EQ(rows.size(), golden.texts.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      ASSERT_EQ(rows[i].size(), static_cast<std::size_t>(golden.dimensions));
      if (golden.dimensions == 1) continue;  // a number has no direction
      const float* expected = &golden.expected[i * rows[i].size()];
      EXPECT_GE(cosine(rows[i], expected), golden.min_cosine) << "text " << i + 1;
    }
    EXPECT_LT(relative_error(rows, golden.expected), golden.tolerance);
  }
}

class EmbeddingCompany : public EmbeddingGoldens {};

// A text's row is the same alone, in company, and when the steps hold one text each.
TEST_P(EmbeddingCompany, ChangesNothing) {
  const auto& [golden, device] = GetParam();
  const Model model = Model::load(
      golden.folder,
      {.device = device, .threads = 2, .quantize = golden.quantize, .group_size = golden.group_size, .check = false});
  const auto together = run(model, golden);
  for (std::size_t i = 0; i < golden.texts.size(); ++i) {
    EmbeddingCase one = golden;
    one.texts = {golden.texts[i]};
    EXPECT_EQ(run(model, one).front(), together[i]) << "text " << i + 1;
  }
}

std::vector<EmbeddingGoldens::ParamType> parameters() {
  std::vector<EmbeddingGoldens::ParamType> result;
  for (const EmbeddingCase& golden : embedding_cases()) {
    result.emplace_back(golden, Device::cpu);
    // The cut to fewer dimensions is no business of the device.
    if (golden.options.dimensions == 0) result.emplace_back(golden, Device::webgpu);
  }
  return result;
}

// Judgements run through the scheduler, whose batches have tests of their own; quantised weights and tasks run through
// the same shaders as the other cases of their folder.
std::vector<EmbeddingGoldens::ParamType> company_parameters() {
  std::vector<EmbeddingGoldens::ParamType> result = parameters();
  std::erase_if(result, [](const EmbeddingGoldens::ParamType& parameter) {
    const auto& [golden, device] = parameter;
    const bool same_shaders = golden.quantize != Quantization::none || !golden.options.task.empty();
    return golden.kind == "reranker" || (device == Device::webgpu && same_shaders);
  });
  return result;
}

std::string parameter_name(const ::testing::TestParamInfo<EmbeddingGoldens::ParamType>& info) {
  return std::get<0>(info.param).name + "_" + testing::device_name(std::get<1>(info.param));
}

INSTANTIATE_TEST_SUITE_P(Fixtures, EmbeddingGoldens, ::testing::ValuesIn(parameters()), parameter_name);
INSTANTIATE_TEST_SUITE_P(Fixtures, EmbeddingCompany, ::testing::ValuesIn(company_parameters()), parameter_name);

TEST(EmbeddingManifest, NamesAreUnique) {
  std::set<std::string> names;
  for (const EmbeddingCase& golden : embedding_cases()) {
    EXPECT_TRUE(names.insert(golden.name).second) << golden.name << " is there twice";
  }
  EXPECT_GE(names.size(), 58u);
}

}  // namespace
}  // namespace gerbil
