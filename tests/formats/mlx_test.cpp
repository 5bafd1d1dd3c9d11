#include <gmock/gmock.h>

#include <cmath>

#include "formats/checkpoint.hpp"
#include "formats/checkpoint_writer.hpp"
#include "formats/errors.hpp"

namespace gerbil::formats {
namespace {

using test::error_of;
using test::StoredTensor;
using testing::HasSubstr;

const std::string fixtures = GERBIL_FIXTURES "/formats/";

struct Case {
  const char* module;
  std::int64_t rows, columns;
  int bits, group;
};

// What make_mlx.py had MLX quantise.
class MlxFixture : public testing::TestWithParam<Case> {};

TEST_P(MlxFixture, MatchesWhatMlxDequantizes) {
  const Case c = GetParam();
  const Weight weight = Checkpoint::open(fixtures + "mlx").matrix(c.module, c.rows, c.columns);
  const Weight expected = Checkpoint::open(fixtures + "mlx_dequantized").matrix(c.module, c.rows, c.columns);
  const auto& coded = std::get<Coded>(weight.form);
  EXPECT_EQ(coded.bits, c.bits);
  EXPECT_EQ(coded.group, c.group);
  EXPECT_EQ(coded.permutation, nullptr);
  std::vector<float> found(static_cast<std::size_t>(c.rows * c.columns)), wanted(found.size());
  read_dense(weight, 0, c.rows, found.data());
  read_dense(expected, 0, c.rows, wanted.data());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], wanted[i], 1e-6) << i;
}

INSTANTIATE_TEST_SUITE_P(EveryWidth, MlxFixture,
                         testing::Values(Case{"default", 6, 128, 4, 64}, Case{"bits2", 5, 64, 2, 32},
                                         Case{"bits3", 5, 96, 3, 32}, Case{"bits4", 3, 256, 4, 128},
                                         Case{"bits5", 5, 64, 5, 32}, Case{"bits6", 5, 192, 6, 64},
                                         Case{"bits8", 4, 128, 8, 128}),
                         [](const auto& test) { return std::string(test.param.module); });

TEST(Mlx, ReadsDenseModulesBesideQuantizedOnes) {
  const Checkpoint checkpoint = Checkpoint::open(fixtures + "mlx");
  EXPECT_EQ(checkpoint.quantization(), "mlx affine 4-bit group 64 with overrides");
  EXPECT_TRUE(std::holds_alternative<Dense>(checkpoint.matrix("dense", 2, 32).form));
  EXPECT_TRUE(checkpoint.contains("bits3"));
}

// One row of 64 inputs, 4 bits, group 64: input i has the code i mod 16.
std::vector<StoredTensor> one_row() {
  std::string codes;
  for (int i = 0; i < 32; ++i) codes += static_cast<char>((2 * i) % 16 | ((2 * i + 1) % 16) << 4);
  return {{"m.weight", "U32", {1, 8}, codes},
          {"m.scales", "F16", {1, 1}, test::f16_bytes({0.5f})},
          {"m.biases", "F16", {1, 1}, test::f16_bytes({-3.0f})}};
}

TEST(Mlx, IsRecognizedInEverySpelling) {
  for (const char* config :
       {R"({"quantization": {"bits": 4, "group_size": 64}})",
        R"({"quantization_config": {"bits": 4, "group_size": 64}})",
        R"({"quantization": {"bits": 4, "group_size": 64, "mode": "affine"}})",
        R"({"quantization": {"bits": 8, "group_size": 32, "m": {"bits": 4, "group_size": 64}}})",
        R"({"quantization": {"bits": "4", "group_size": "64", "m": {"bits": "4"}}})",
        R"({"quantization": {"bits": 8, "group_size": 32, "m": {}}})"}) {  // MLX's own defaults are 4 and 64
    const test::TemporaryDirectory directory;
    directory.write_checkpoint(config, one_row());
    const Weight weight = Checkpoint::open(directory.path()).matrix("m", 1, 64);
    std::vector<float> out(64);
    read_dense(weight, 0, 1, out.data());
    for (int i = 0; i < 64; ++i) EXPECT_EQ(out[i], 0.5f * static_cast<float>(i % 16) - 3.0f) << config << i;
    EXPECT_EQ(weight.stored_bytes(), 32 + 4);
  }
}

void expect_refused(ErrorCode code, const std::string& config, const std::vector<StoredTensor>& tensors,
                    const std::string& reason) {
  const test::TemporaryDirectory directory;
  directory.write_checkpoint(config, tensors);
  EXPECT_THAT(error_of(code, [&] { (void)Checkpoint::open(directory.path()).matrix("m", 1, 64); }), HasSubstr(reason));
}

// Converters that mix widths write one width for all, or the widths of layers under names that they had before.
TEST(Mlx, BitsAndGroupFollowFromTheShapes) {
  const Checkpoint said = Checkpoint::open(fixtures + "mlx");
  const test::TemporaryDirectory directory;
  directory.write("config.json", R"({"quantization": {"bits": 4, "group_size": 64, "language_model.bits3":
                                     {"bits": 3, "group_size": 32}}})");
  std::filesystem::create_symlink(std::filesystem::absolute(fixtures + "mlx/model.safetensors"),
                                  directory.path() / "model.safetensors");
  const Checkpoint unsaid = Checkpoint::open(directory.path());
  for (const auto& [module, rows, columns] : {std::tuple{"bits2", 5, 64}, {"bits3", 5, 96}, {"bits8", 4, 128}}) {
    const Weight a = said.matrix(module, rows, columns), b = unsaid.matrix(module, rows, columns);
    EXPECT_EQ(std::get<Coded>(a.form).bits, std::get<Coded>(b.form).bits);
    EXPECT_EQ(std::get<Coded>(a.form).group, std::get<Coded>(b.form).group);
    std::vector<float> x(static_cast<std::size_t>(rows * columns)), y(x.size());
    read_dense(a, 0, rows, x.data());
    read_dense(b, 0, rows, y.data());
    EXPECT_EQ(x, y);
  }
}

TEST(Mlx, NeedsNoConfiguration) {
  for (const char* config :
       {"{}", R"({"quantization": null})", R"({"quantization_config": {}})", R"({"quantization": {"bits": 8}})"}) {
    const test::TemporaryDirectory directory;
    directory.write_checkpoint(config, one_row());
    const Checkpoint checkpoint = Checkpoint::open(directory.path());
    EXPECT_EQ(checkpoint.quantization(), "mlx affine");
    EXPECT_THAT(checkpoint.warnings(), testing::ElementsAre(HasSubstr("what their shapes show")));
    EXPECT_EQ(std::get<Coded>(checkpoint.matrix("m", 1, 64).form).group, 64);
  }
}

TEST(Mlx, SaysWhatIsWrong) {
  const std::string good = R"({"quantization": {"bits": 4, "group_size": 64}})";
  const auto all = one_row();
  expect_refused(ErrorCode::corrupt, good, {all[0], all[1]}, "'m.biases' is missing");
  expect_refused(ErrorCode::corrupt, good, {all[0]}, "'m.scales' is missing");
  expect_refused(ErrorCode::corrupt, good, {all[1], all[2]}, "'m.weight' is missing");
  expect_refused(ErrorCode::corrupt, good, {{"m.weight", "F32", {1, 64}, std::string(256, '\0')}}, "no '.scales'");
  // No width and no group have these shapes.
  auto seven_bits = all;
  seven_bits[0] = {"m.weight", "U32", {1, 14}, std::string(56, '\0')};
  expect_refused(ErrorCode::corrupt, good, seven_bits, "'m.weight' has the shape [1, 14], but [1, 8] was expected");
  expect_refused(ErrorCode::corrupt, R"({"quantization": {"bits": 4, "group_size": 128}})", seven_bits,
                 "do not divide");
  auto small_groups = all;
  small_groups[1] = {"m.scales", "F16", {1, 4}, std::string(8, '\0')};
  expect_refused(ErrorCode::corrupt, good, small_groups, "'m.scales' has the shape [1, 4], but [1, 1] was expected");
  expect_refused(ErrorCode::corrupt, R"({"quantization": {"bits": 7, "group_size": 64}})", all, "bits 7");
  expect_refused(ErrorCode::corrupt, R"({"quantization": {"bits": 4, "group_size": 0}})", all, "group_size 0");
  expect_refused(ErrorCode::corrupt, R"({"quantization": {"bits": 4, "group_size": 64, "m": false}})", all,
                 "says that 'm' is not quantised");
  expect_refused(ErrorCode::unsupported, R"({"quantization": {"bits": 4, "group_size": 32, "mode": "mxfp4"}})", all,
                 "'mxfp4'");
  expect_refused(ErrorCode::unsupported,
                 R"({"quantization": {"bits": 4, "group_size": 64, "x": {"mode": "nvfp4", "bits": 4}}})", all,
                 "'nvfp4'");
  expect_refused(ErrorCode::unsupported, "{}", {all[0], all[1]}, "belongs to a quantised weight");
}

}  // namespace
}  // namespace gerbil::formats
