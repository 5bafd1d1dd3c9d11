#include <gmock/gmock.h>

#include <chrono>
#include <cstdint>
#include <optional>

#include "formats/checkpoint.hpp"
#include "formats/checkpoint_writer.hpp"
#include "formats/errors.hpp"

namespace gerbil::formats {
namespace {

using test::error_of;
using test::StoredTensor;
using testing::HasSubstr;

// A layer before it is packed, and the numbers it stands for.
struct Layer {
  int rows = 16;
  int columns = 64;
  int bits = 4;
  int group = 32;
  bool act_order = false;
  std::optional<std::uint32_t> only_zero = {};  // symmetric

  int groups() const { return (columns + group - 1) / group; }
  // Groups of inputs: in order, or strided so that neighbours differ.
  int group_of(int input) const { return act_order ? input % groups() : input / group; }
  std::uint32_t code(int row, int input) const {
    return static_cast<std::uint32_t>(row * 7 + input * 5) % (1u << bits);
  }
  // Includes 0 and the largest.
  std::uint32_t zero(int g, int row) const {
    if (only_zero) return *only_zero;
    return static_cast<std::uint32_t>(g * 3 + row) % (1u << bits);
  }
  float scale(int g, int row) const { return 0.25f * static_cast<float>(g + 1) + 0.125f * static_cast<float>(row); }
  float weight(int row, int input) const {
    const int g = group_of(input);
    return scale(g, row) * (static_cast<float>(code(row, input)) - static_cast<float>(zero(g, row)));
  }

  std::vector<StoredTensor> store(const std::string& module, bool v1) const {
    const int words = rows * bits / 32;  // of zero points
    std::vector<std::uint32_t> qweight(columns * bits / 32 * rows), qzeros(groups() * words);
    // Codes of 3 bits cross from word to word, `stride` apart.
    const auto put = [&](std::vector<std::uint32_t>& into, int at, int stride, int i, std::uint64_t value) {
      const std::uint64_t shifted = value << (i * bits % 32);
      into[at + i * bits / 32 * stride] |= static_cast<std::uint32_t>(shifted);
      if (shifted >> 32 != 0) into[at + (i * bits / 32 + 1) * stride] |= static_cast<std::uint32_t>(shifted >> 32);
    };
    std::vector<float> scales;
    std::vector<std::int32_t> g_idx;
    for (int i = 0; i < columns; ++i) {
      g_idx.push_back(group_of(i));
      for (int r = 0; r < rows; ++r) put(qweight, r, rows, i, code(r, i));
    }
    for (int g = 0; g < groups(); ++g) {
      for (int r = 0; r < rows; ++r) {
        scales.push_back(scale(g, r));
        put(qzeros, g * words, 1, r, v1 && bits == 3 ? (zero(g, r) - 1) & 7 : zero(g, r));
      }
    }
    if (v1 && bits != 3) {  // as GPTQModel's convert_gptq_v2_to_v1_format: from the packed words
      for (std::uint32_t& word : qzeros) word -= bits == 8 ? 0x01010101u : bits == 4 ? 0x11111111u : 0x55555555u;
    }
    return {{module + ".qweight", "I32", {columns * bits / 32, rows}, test::bytes_of(qweight)},
            {module + ".qzeros", "I32", {groups(), words}, test::bytes_of(qzeros)},
            {module + ".scales", "F16", {groups(), rows}, test::f16_bytes(scales)},
            {module + ".g_idx", "I32", {columns}, test::bytes_of(g_idx)}};
  }
};

std::string config(int bits, int group, const std::string& more = "") {
  return R"({"quantization_config": {"quant_method": "gptq", "bits": )" + std::to_string(bits) + R"(, "group_size": )" +
         std::to_string(group) + more + "}}";
}

void expect_equal(const Weight& weight, const Layer& layer) {
  std::vector<float> out(static_cast<std::size_t>(layer.rows * layer.columns));
  read_dense(weight, 0, layer.rows, out.data());
  for (int r = 0; r < layer.rows; ++r) {
    for (int i = 0; i < layer.columns; ++i) EXPECT_EQ(out[r * layer.columns + i], layer.weight(r, i)) << r << "," << i;
  }
}

TEST(Gptq, ReadsBothFormatsAndEveryWidth) {
  for (const bool v1 : {true, false}) {
    for (const int bits : {2, 3, 4, 8}) {
      for (const bool act_order : {true, false}) {
        const Layer layer{.rows = 32, .bits = bits, .act_order = act_order};
        const test::TemporaryDirectory directory;
        directory.write_checkpoint(config(bits, 32, v1 ? "" : R"(, "checkpoint_format": "gptq_v2", "sym": false)"),
                                   layer.store("m", v1));
        const Checkpoint checkpoint = Checkpoint::open(directory.path());
        EXPECT_EQ(checkpoint.quantization(), "gptq " + std::to_string(bits) + "-bit group 32");
        const Weight weight = checkpoint.matrix("m", 32, 64);
        SCOPED_TRACE(testing::Message() << bits << " bits, v1 " << v1 << ", act-order " << act_order);
        expect_equal(weight, layer);
        const auto& coded = std::get<Coded>(weight.form);
        EXPECT_EQ(coded.permutation != nullptr, act_order);
        EXPECT_EQ(coded.group, 32);
      }
    }
  }
}

TEST(Gptq, SymmetricLayersHaveNoBiases) {
  for (const int bits : {2, 3, 4, 8}) {
    const Layer layer{.rows = 32, .bits = bits, .only_zero = 1u << (bits - 1)};
    const test::TemporaryDirectory directory;
    directory.write_checkpoint(config(bits, 32), layer.store("m", true));
    const Weight weight = Checkpoint::open(directory.path()).matrix("m", 32, 64);
    expect_equal(weight, layer);
    const auto& coded = std::get<Coded>(weight.form);
    EXPECT_FALSE(coded.biased);
    EXPECT_EQ(coded.zero, 1 << (bits - 1));
    EXPECT_EQ(weight.stored_bytes(), 32 * (8 * bits + 2 * 2));
  }
}

TEST(Gptq, ReadsSeveralRowsLikeOneByOne) {
  const Layer layer{.act_order = true};
  const test::TemporaryDirectory directory;
  directory.write_checkpoint(config(4, 32), layer.store("m", true));
  const Weight weight = Checkpoint::open(directory.path()).matrix("m", 16, 64);
  const auto& coded = std::get<Coded>(weight.form);
  CodedRows rows(coded, 64, 5);
  coded.read(9, 5, rows.from(0));
  for (int r = 0; r < 5; ++r) {
    CodedRows one(coded, 64, 1);
    coded.read(9 + r, 1, one.from(0));
    EXPECT_TRUE(std::equal(one.codes.begin(), one.codes.end(), rows.codes.begin() + 64 * r));
    EXPECT_TRUE(std::equal(one.scales.begin(), one.scales.end(), rows.scales.begin() + 2 * r));
    EXPECT_TRUE(std::equal(one.biases.begin(), one.biases.end(), rows.biases.begin() + 2 * r));
  }
  // Sorted by group, and stable: the even inputs, then the odd ones.
  EXPECT_EQ((*coded.permutation)[1], 2u);
  EXPECT_EQ((*coded.permutation)[32], 1u);
}

TEST(Gptq, ReadsAWordWorkedOutByHand) {
  // Eight rows, eight inputs, one group of the whole row. Row r has the codes r … r + 7 (mod 16), scale 2, zero 8.
  std::vector<std::uint32_t> qweight{0x76543210, 0x87654321, 0x98765432, 0xa9876543,
                                     0xba987654, 0xcba98765, 0xdcba9876, 0xedcba987};
  const test::TemporaryDirectory directory;
  directory.write_checkpoint(config(4, -1),
                             {{"m.qweight", "I32", {1, 8}, test::bytes_of(qweight)},
                              {"m.qzeros", "I32", {1, 1}, test::bytes_of(std::vector<std::uint32_t>{0x77777777})},
                              {"m.scales", "F32", {1, 8}, test::bytes_of(std::vector<float>(8, 2.0f))}});
  const Weight weight = Checkpoint::open(directory.path()).matrix("m", 8, 8);
  EXPECT_EQ(std::get<Coded>(weight.form).group, 8);
  std::vector<float> out(64);
  read_dense(weight, 0, 8, out.data());
  for (int r = 0; r < 8; ++r) {
    for (int i = 0; i < 8; ++i) EXPECT_EQ(out[8 * r + i], 2.0f * static_cast<float>(r + i - 8));
  }
}

TEST(Gptq, FollowsDynamicOverrides) {
  const Layer four, eight{.bits = 8, .group = 64};
  auto tensors = four.store("model.layers.0.mlp.up_proj", true);
  for (auto& tensor : eight.store("model.layers.1.mlp.up_proj", true)) tensors.push_back(tensor);
  for (auto& tensor : four.store("lm_head", true)) tensors.push_back(tensor);
  tensors.push_back({"model.layers.2.mlp.up_proj.weight", "F32", {1, 1}, std::string(4, '\0')});
  const test::TemporaryDirectory directory;
  directory.write_checkpoint(
      config(
          4, 32,
          R"(, "lm_head": true, "dynamic": {"-:.*\\.2\\..*": {}, "+:model\\.layers\\.[12]\\.": {"bits": 8, "group_size": 64},
                        "layers": {"bits": 2}})"),
      tensors);
  const Checkpoint checkpoint = Checkpoint::open(directory.path());
  EXPECT_EQ(checkpoint.quantization(), "gptq 4-bit group 32 with overrides");
  expect_equal(checkpoint.matrix("model.layers.0.mlp.up_proj", 16, 64), four);  // "layers" is not at the beginning
  expect_equal(checkpoint.matrix("model.layers.1.mlp.up_proj", 16, 64), eight);
  expect_equal(checkpoint.matrix("lm_head", 16, 64), four);
  EXPECT_TRUE(std::holds_alternative<Dense>(checkpoint.matrix("model.layers.2.mlp.up_proj", 1, 1).form));
  EXPECT_TRUE(checkpoint.contains("lm_head"));
}

TEST(Gptq, ReadsALastGroupThatIsSmaller) {
  const Layer layer{.columns = 128, .group = 96};
  auto tensors = layer.store("m", true);
  for (const bool with_index : {true, false}) {
    if (!with_index) tensors.pop_back();
    const test::TemporaryDirectory directory;
    directory.write_checkpoint(config(4, 96), tensors);
    const Weight weight = Checkpoint::open(directory.path()).matrix("m", 16, 128);
    expect_equal(weight, layer);
    EXPECT_EQ(std::get<Coded>(weight.form).group, 32);
  }
}

TEST(Gptq, AnEmptyIndexIsNone) {
  const Layer layer;
  auto tensors = layer.store("m", true);
  tensors[3] = {"m.g_idx", "I32", {0}, ""};
  const test::TemporaryDirectory directory;
  directory.write_checkpoint(config(4, 32), tensors);
  expect_equal(Checkpoint::open(directory.path()).matrix("m", 16, 64), layer);
}

TEST(Gptq, IsRecognizedInOtherSpellings) {
  const Layer four, eight{.bits = 8, .group = 64};
  auto tensors = four.store("m", true);
  for (auto& tensor : eight.store("n", true)) tensors.push_back(tensor);
  for (const char* method : {R"("quant_method": "GPTQ", "dynamic": {".*(?<!m)$": {"bits": 8, "group_size": 64}})",
                             R"("quant_method": "auto-round", "packing_format": "auto_round:auto_gptq",
                                "extra_config": {"n": {"bits": 8, "group_size": 64}, "lm_head": {"bits": 16}})"}) {
    const test::TemporaryDirectory directory;
    directory.write_checkpoint(R"({"quantization_config": {"bits": 4, "group_size": 32, )" + std::string(method) + "}}",
                               tensors);
    const Checkpoint checkpoint = Checkpoint::open(directory.path());
    expect_equal(checkpoint.matrix("m", 16, 64), four);
    expect_equal(checkpoint.matrix("n", 16, 64), eight);
  }
}

TEST(Gptq, ReadsQuantizeConfigJson) {
  const Layer layer;
  const test::TemporaryDirectory directory;
  directory.write("config.json", R"({"quantization_config": {}})");
  directory.write("quantize_config.json", R"({"bits": 4, "group_size": 32, "desc_act": false, "sym": true})");
  directory.write("gptq_model-4bit-32g.safetensors", test::safetensors(layer.store("m", true)));
  expect_equal(Checkpoint::open(directory.path()).matrix("m", 16, 64), layer);
}

TEST(Gptq, BitsAndGroupFollowFromTheShapes) {
  const auto bare = R"({"quantization_config": {"quant_method": "gptq"}})";
  const Layer few{.rows = 32, .bits = 2, .group = 16}, three{.rows = 32, .bits = 3}, four,
      eight{.bits = 8, .group = 64};
  for (const Layer& layer : {few, three, four, eight}) {
    for (const std::string& text : {config(4, 128), config(8, 16), config(2, -1), std::string(bare)}) {
      const test::TemporaryDirectory directory;
      directory.write_checkpoint(text, layer.store("m", true));
      const Checkpoint checkpoint = Checkpoint::open(directory.path());
      expect_equal(checkpoint.matrix("m", layer.rows, 64), layer);
      EXPECT_LE(checkpoint.warnings().size(), 1u);
    }
  }
  const test::TemporaryDirectory directory;
  directory.write_checkpoint(config(8, 64), four.store("m", true));
  EXPECT_THAT(Checkpoint::open(directory.path()).warnings(),
              testing::ElementsAre(HasSubstr("its tensors have 4 bits and groups of 32")));
}

TEST(Gptq, SizesMayBeTexts) {
  const Layer layer;
  const test::TemporaryDirectory directory;
  directory.write_checkpoint(R"({"quantization_config": {"quant_method": "gptq", "bits": "4", "group_size": "32"}})",
                             layer.store("m", true));
  const Checkpoint checkpoint = Checkpoint::open(directory.path());
  expect_equal(checkpoint.matrix("m", 16, 64), layer);
  EXPECT_THAT(checkpoint.warnings(), testing::IsEmpty());
}

void expect_refused(ErrorCode code, const std::string& config_json, const std::vector<StoredTensor>& tensors,
                    const std::string& reason) {
  const test::TemporaryDirectory directory;
  directory.write_checkpoint(config_json, tensors);
  EXPECT_THAT(error_of(code, [&] { (void)Checkpoint::open(directory.path()).matrix("m", 16, 64); }), HasSubstr(reason));
}

TEST(Gptq, SaysWhatIsWrong) {
  const auto all = Layer{}.store("m", true);
  expect_refused(ErrorCode::corrupt, config(4, 32), {all[0], all[1]}, "'m.scales' is missing");
  expect_refused(ErrorCode::corrupt, config(4, 32), {all[0], all[2]}, "'m.qzeros' is missing");
  expect_refused(ErrorCode::corrupt, config(4, 32), {all[1], all[2]}, "'m.qweight' is missing");
  expect_refused(ErrorCode::corrupt, config(4, 32), {{"m.weight", "F32", {16, 64}, std::string(4096, '\0')}},
                 "no '.qweight'");
  auto narrow = all;
  narrow[1] = {"m.qzeros", "I32", {2, 3}, std::string(24, '\0')};  // of 6 bits
  expect_refused(ErrorCode::corrupt, config(4, 32), narrow, "'m.qzeros' has the shape [2, 3], but [2, 2] was expected");
  narrow[1] = {"m.qzeros", "I32", {2, 4}, std::string(32, '\0')};  // of 8 bits
  expect_refused(ErrorCode::corrupt, config(4, 32), narrow,
                 "'m.qweight' has the shape [8, 16], but [16, 16] was expected");
  expect_refused(ErrorCode::corrupt, config(4, 48), all, "must have 48");
  expect_refused(ErrorCode::corrupt, config(4, 63), all, "groups of 63");
  expect_refused(ErrorCode::corrupt, config(4, 0), all, "group_size 0");
  expect_refused(ErrorCode::unsupported, config(5, 32), all, "bits 5");
  expect_refused(ErrorCode::unsupported, config(4, 32, R"(, "checkpoint_format": "marlin")"), all, "'marlin'");
  expect_refused(ErrorCode::unsupported, config(4, 32, R"(, "pack_dtype": "int16")"), all, "'int16'");
  expect_refused(ErrorCode::corrupt, config(4, 32, R"(, "dynamic": {"-:m": {}})"), all,
                 "says that 'm' is not quantised");
  expect_refused(ErrorCode::unsupported, config(4, 32, R"(, "dynamic": {"+:(m": {}})"), all, "'(m'");
  expect_refused(ErrorCode::corrupt, config(4, 32, R"(, "dynamic": {"+:m": 4}})"), all, "not valid JSON");
  expect_refused(ErrorCode::corrupt, config(4, 32, R"(, "dynamic": {"+:m": 4})"), all, "is not an object");

  auto wrong_group = all;
  wrong_group[3].bytes[0] = 5;
  expect_refused(ErrorCode::corrupt, config(4, 32), wrong_group, "puts input 0 into group 5");
  wrong_group[3].bytes[0] = 1;
  expect_refused(ErrorCode::corrupt, config(4, 32), wrong_group, "puts 31 inputs into group 0");
}

TEST(Gptq, PatternsCannotTakeForever) {
  // Backtracking needs 2^60 steps for this one.
  const std::string module(60, 'a');
  const test::TemporaryDirectory directory;
  directory.write_checkpoint(config(4, 32, R"(, "dynamic": {"+:(a*)*b": {"bits": 8}})"), Layer{}.store(module, true));
  const auto start = std::chrono::steady_clock::now();
  expect_equal(Checkpoint::open(directory.path()).matrix(module, 16, 64), Layer{});
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

}  // namespace
}  // namespace gerbil::formats
