#include <gmock/gmock.h>

#include <iterator>

#include "formats/checkpoint.hpp"
#include "formats/checkpoint_writer.hpp"
#include "formats/errors.hpp"

namespace gerbil::formats {
namespace {

using test::error_of;
using test::StoredTensor;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<float> numbers(const Weight& weight) {
  std::vector<float> out(static_cast<std::size_t>(weight.rows * weight.columns));
  read_dense(weight, 0, weight.rows, out.data());
  return out;
}

TEST(Dense, ReadsEveryFloatType) {
  const std::vector<float> values{1.5f, -2.0f, 0.0f, 65504.0f, -0.09375f, 6.103515625e-05f};  // exact in all three
  const std::vector<float> bf16_values{1.5f, -2.0f, 0.0f, 65536.0f, -0.09375f, 0x1p-100f};
  const test::TemporaryDirectory directory;
  directory.write_checkpoint("{}", {{"odd", "U8", {1}, "x"},  // leaves everything behind it unaligned
                                    {"a.weight", "F32", {2, 3}, test::bytes_of(values)},
                                    {"b.weight", "F16", {3, 2}, test::f16_bytes(values)},
                                    {"c.weight", "BF16", {2, 3}, test::bf16_bytes(bf16_values)},
                                    {"d", "F16", {6}, test::f16_bytes(values)}});
  const Checkpoint checkpoint = Checkpoint::open(directory.path());
  EXPECT_EQ(checkpoint.quantization(), "none");
  EXPECT_EQ(numbers(checkpoint.matrix("a", 2, 3)), values);
  EXPECT_EQ(numbers(checkpoint.matrix("b", 3, 2)), values);
  EXPECT_EQ(numbers(checkpoint.matrix("c", 2, 3)), bf16_values);
  EXPECT_EQ(numbers(checkpoint.vector("d", 6)), values);
  EXPECT_EQ(checkpoint.matrix("c", 2, 3).stored_bytes(), 12);
  EXPECT_TRUE(checkpoint.contains("a"));
  EXPECT_TRUE(checkpoint.contains("d"));
  EXPECT_FALSE(checkpoint.contains("e"));

  std::vector<float> row(2);
  read_dense(checkpoint.matrix("b", 3, 2), 1, 1, row.data());
  EXPECT_THAT(row, ElementsAre(0.0f, 65504.0f));
}

TEST(Dense, ReadsDoublesAsFloats) {
  const test::TemporaryDirectory directory;
  const std::vector<double> values{1.0 / 3, -2.5, 1e-300, 7};
  directory.write_checkpoint("{}", {{"a.weight", "F64", {2, 2}, test::bytes_of(values)}});
  const Weight weight = Checkpoint::open(directory.path()).matrix("a", 2, 2);
  EXPECT_EQ(std::get<Dense>(weight.form).dtype, DType::f32);
  EXPECT_THAT(numbers(weight), ElementsAre(1.0f / 3, -2.5f, 0.0f, 7.0f));
}

TEST(Dense, ReadsTensorsOfAnyShapeAsOneRow) {
  const std::vector<float> values{1, 2, 3, 4, 5, 6};
  const test::TemporaryDirectory directory;
  directory.write_checkpoint("{}", {{"conv.weight", "F32", {3, 1, 2}, test::bytes_of(values)}});
  const Checkpoint checkpoint = Checkpoint::open(directory.path());
  EXPECT_EQ(numbers(checkpoint.flattened("conv.weight", 6)), values);
  EXPECT_THAT(error_of(ErrorCode::corrupt, [&] { checkpoint.flattened("conv.weight", 5); }),
              HasSubstr("has 6 elements"));
  EXPECT_THAT(error_of(ErrorCode::corrupt, [&] { checkpoint.vector("conv.weight", 6); }), HasSubstr("[3, 1, 2]"));
}

TEST(Dense, RunsOfRowsKeepTheirForm) {
  std::vector<float> values(12 * 32);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 37) - 18;
  const Weight dense = weight_from_floats("w", 12, 32, values);
  for (const Weight& weight : {dense, quantize(dense, 8, 32)}) {
    const Weight runs = take_runs(weight, 2, 2, 6);  // rows 2, 3, 8 and 9
    EXPECT_EQ(runs.rows, 4);
    EXPECT_EQ(runs.form.index(), weight.form.index());
    const std::vector<float> all = numbers(weight);
    std::vector<float> expected;
    for (const int row : {2, 3, 8, 9}) expected.append_range(std::span(all).subspan(row * 32u, 32));
    EXPECT_EQ(numbers(runs), expected);
    std::vector<float> part(2 * 32);  // from the middle of one run to that of the next
    read_dense(runs, 1, 2, part.data());
    EXPECT_TRUE(std::ranges::equal(part, std::span(expected).subspan(32, 64)));
  }
}

TEST(Dense, KnowsWhatIsStoredTwice) {
  const std::string ones = test::bytes_of(std::vector<float>{1, 1}), twos = test::bytes_of(std::vector<float>{1, 2});
  const test::TemporaryDirectory directory;
  directory.write_checkpoint("{}", {{"a.weight", "F32", {1, 2}, ones},
                                    {"b.weight", "F32", {1, 2}, ones},
                                    {"c.weight", "F32", {1, 2}, twos},
                                    {"d.weight", "F32", {2, 1}, ones}});
  const Checkpoint checkpoint = Checkpoint::open(directory.path());
  EXPECT_TRUE(checkpoint.same("a", "b"));
  EXPECT_FALSE(checkpoint.same("a", "c"));
  EXPECT_FALSE(checkpoint.same("a", "d"));
  EXPECT_FALSE(checkpoint.same("a", "e"));
}

TEST(Dense, SaysWhatIsWrong) {
  const test::TemporaryDirectory directory;
  directory.write_checkpoint(
      "{}", {{"a.weight", "F32", {2, 3}, std::string(24, '\0')}, {"i.weight", "I64", {1, 1}, std::string(8, '\0')}});
  const Checkpoint checkpoint = Checkpoint::open(directory.path());
  const std::string shape = error_of(ErrorCode::corrupt, [&] { (void)checkpoint.matrix("a", 3, 2); });
  EXPECT_THAT(shape, HasSubstr("'a.weight'"));
  EXPECT_THAT(shape, HasSubstr("[2, 3]"));
  EXPECT_THAT(shape, HasSubstr("[3, 2]"));
  const std::string missing = error_of(ErrorCode::corrupt, [&] { (void)checkpoint.vector("model.norm.weight", 4); });
  EXPECT_THAT(missing, HasSubstr("'model.norm.weight' is missing"));
  const std::string dtype = error_of(ErrorCode::corrupt, [&] { (void)checkpoint.matrix("i", 1, 1); });
  EXPECT_THAT(dtype, HasSubstr("I64 [1, 1]"));
  EXPECT_THAT(dtype, HasSubstr("F32, F16, BF16 or F64"));
  const Weight weight = checkpoint.matrix("a", 2, 3);
  std::vector<float> out(6);
  error_of(ErrorCode::invalid_argument, [&] { read_dense(weight, 1, 2, out.data()); });
  error_of(ErrorCode::invalid_argument, [&] { (void)checkpoint.matrix("a", -1, 3); });
}

TEST(Concatenate, JoinsDenseRowsAndKeepsTheirOrder) {
  const auto joined =
      concatenate_rows({weight_from_floats("a", 1, 2, {1, 2}), weight_from_floats("b", 2, 2, {3, 4, 5, 6}),
                        weight_from_floats("c", 1, 2, {7, 8})});
  ASSERT_TRUE(joined);
  EXPECT_EQ(joined->rows, 4);
  EXPECT_THAT(numbers(*joined), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
  std::vector<float> middle(4);
  read_dense(*joined, 2, 2, middle.data());
  EXPECT_THAT(middle, ElementsAre(5, 6, 7, 8));
}

TEST(Concatenate, JoinsCodesOnlyWhenTheLayoutIsTheSame) {
  std::vector<float> values(3 * 64);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 37) - 11;
  const Weight dense = weight_from_floats("w", 3, 64, values);
  const auto joined = concatenate_rows({quantize(dense, 4, 32), quantize(dense, 4, 32)});
  ASSERT_TRUE(joined);
  const auto& coded = std::get<Coded>(joined->form);
  EXPECT_EQ(coded.bits, 4);
  const std::vector<float> once = numbers(quantize(dense, 4, 32));
  std::vector<float> twice = once;
  twice.insert(twice.end(), once.begin(), once.end());
  EXPECT_EQ(numbers(*joined), twice);
  CodedRows rows(coded, 64, 2);
  coded.read(2, 2, rows.from(0));  // the last row of the first, the first of the second
  for (std::size_t i = 0; i < 128; ++i) {
    EXPECT_EQ(rows.scales[i / 32] * rows.codes[i] + rows.biases[i / 32], i < 64 ? once[128 + i] : once[i - 64]) << i;
  }

  EXPECT_FALSE(concatenate_rows({quantize(dense, 4, 32), quantize(dense, 8, 32)}));
  EXPECT_FALSE(concatenate_rows({quantize(dense, 4, 32), quantize(dense, 4, 64)}));
  EXPECT_FALSE(concatenate_rows({quantize(dense, 4, 32), dense}));
  EXPECT_FALSE(concatenate_rows({}));
  error_of(ErrorCode::invalid_argument,
           [&] { (void)concatenate_rows({dense, weight_from_floats("narrow", 1, 1, {0})}); });
}

// Two rows of 64 codes in groups of 32, with the scale 0.5 and a code that tells where it stands.
Weight counting(Coded form) {
  form.bits = 4;
  form.group = 32;
  form.read = [biased = form.biased, outer = form.outer](std::int64_t row, std::int64_t count, const CodedSpan& out) {
    for (std::int64_t i = 0; i < count * 64; ++i) out.codes[i] = static_cast<std::uint8_t>((row * 64 + i) % 13);
    for (std::int64_t g = 0; g < count * 2; ++g) {
      out.scales[g] = outer == 0 ? 0.5f : static_cast<float>(g % 2 + 1);
      if (biased) out.biases[g] = -4.0f;
    }
    for (std::int64_t r = 0; outer != 0 && r < count; ++r) {
      out.outer_scales[r] = 0.25f;
      if (biased) out.outer_biases[r] = static_cast<float>(row + r);
    }
  };
  return {.name = "counting", .rows = 2, .columns = 64, .form = form};
}

TEST(Coded, IsWhatItsDescriptionSays) {
  EXPECT_EQ(numbers(counting({}))[64 + 5], 0.5f * (69 % 13) - 4);
  EXPECT_EQ(numbers(counting({.biased = false, .zero = 8}))[64 + 5], 0.5f * (69 % 13 - 8));
  const Weight table = counting({.biased = false, .table = {9, 8, 7, 6, 5, 4, 3, 2, 1, 0, -1, -2, -3, -4, -5, -6}});
  EXPECT_EQ(numbers(table)[3], 3.0f);
  const Weight outer = counting({.outer = 64});
  EXPECT_EQ(numbers(outer)[64 + 33], 0.25f * 2 * (97 % 13) + 1 * -4);
  EXPECT_EQ(table.stored_bytes(), 2 * (32 + 2 * 2));
  EXPECT_EQ(outer.stored_bytes(), 2 * (32 + 2 * 2 + 4));
}

TEST(Concatenate, GivesBiasesToThoseWithoutWhereOthersHaveSome) {
  const Weight eight = counting({.biased = false, .zero = 8});
  const Weight seven = counting({.biased = false, .zero = 7});
  const auto same = concatenate_rows({eight, eight});
  ASSERT_TRUE(same);
  EXPECT_FALSE(std::get<Coded>(same->form).biased);
  for (const Weight& other : {seven, counting({})}) {
    const auto joined = concatenate_rows({eight, other});
    ASSERT_TRUE(joined);
    EXPECT_TRUE(std::get<Coded>(joined->form).biased);
    std::vector<float> wanted = numbers(eight);
    std::ranges::copy(numbers(other), std::back_inserter(wanted));
    EXPECT_EQ(numbers(*joined), wanted);
  }
  const Weight outer = counting({.outer = 64});
  EXPECT_FALSE(concatenate_rows({eight, outer}));
  const auto outers = concatenate_rows({outer, outer});
  ASSERT_TRUE(outers);
  std::vector<float> row(64);
  read_dense(*outers, 3, 1, row.data());
  const std::vector<float> all = numbers(outer);
  const std::vector<float> second(all.begin() + 64, all.end());
  EXPECT_EQ(row, second);
  read_dense(take_runs(*outers, 1, 1, 2), 1, 1, row.data());
  EXPECT_EQ(row, second);
}

TEST(Concatenate, ComparesPermutationsByValue) {
  const auto with_order = [](std::vector<std::uint32_t> order) {
    Weight weight = quantize(weight_from_floats("w", 1, 32, std::vector<float>(32, 1.0f)), 8, 32);
    std::get<Coded>(weight.form).permutation = std::make_shared<const std::vector<std::uint32_t>>(std::move(order));
    return weight;
  };
  std::vector<std::uint32_t> reversed(32), rotated(32);
  for (std::uint32_t i = 0; i < 32; ++i) reversed[i] = 31 - i, rotated[i] = (i + 1) % 32;
  EXPECT_TRUE(concatenate_rows({with_order(reversed), with_order(reversed)}));
  EXPECT_FALSE(concatenate_rows({with_order(reversed), with_order(rotated)}));
}

TEST(WeightFromFloats, CountsItsValues) {
  error_of(ErrorCode::invalid_argument, [] { (void)weight_from_floats("w", 2, 2, {1, 2, 3}); });
}

}  // namespace
}  // namespace gerbil::formats
