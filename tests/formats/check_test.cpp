#include "formats/check.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <cmath>
#include <limits>

namespace gerbil::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<float> healthy(std::size_t size) {
  std::vector<float> values(size);
  for (std::size_t i = 0; i < size; ++i) values[i] = 0.02f * std::sin(static_cast<float>(i));
  return values;
}

TEST(Check, FindsNothingInHealthyWeights) {
  EXPECT_THAT(check_weight(weight_from_floats("m", 64, 64, healthy(4096))), IsEmpty());
  EXPECT_THAT(check_weight(quantize(weight_from_floats("m", 64, 64, healthy(4096)), 4, 32)), IsEmpty());
  EXPECT_THAT(check_weight(weight_from_floats("bias", 1, 64, std::vector<float>(64))), IsEmpty());
  EXPECT_THAT(check_weight(weight_from_floats("norm", 1, 64, std::vector<float>(64, 1.0f))), IsEmpty());
}

TEST(Check, FindsNumbersThatAreNotFinite) {
  auto values = healthy(4096);
  values[70] = std::numeric_limits<float>::quiet_NaN();
  values[80] = -std::numeric_limits<float>::infinity();
  EXPECT_THAT(check_weight(weight_from_floats("m", 64, 64, values)),
              ElementsAre(HasSubstr("'m': 2 of the 4096 values that were read are NaN or infinite")));
}

TEST(Check, FindsAbsurdMagnitudes) {
  auto values = healthy(4096);
  values[4095] = 3e30f;
  EXPECT_THAT(check_weight(weight_from_floats("m", 64, 64, values)), ElementsAre(HasSubstr("magnitude 3e+30")));
}

TEST(Check, FindsEmptyWeights) {
  const auto zero = [] { return weight_from_floats("m", 64, 64, std::vector<float>(4096)); };
  EXPECT_THAT(check_weight(zero()), ElementsAre(HasSubstr("every value that was read is 0")));
  EXPECT_THAT(check_weight(quantize(zero(), 4, 32)), ElementsAre(HasSubstr("every scale that was read is 0")));
}

// Coded with the scale, bias and code given.
Weight constant(float scale, float bias, std::uint8_t code) {
  Coded coded{.bits = 4, .group = 32};
  coded.read = [=](std::int64_t, std::int64_t count, const CodedSpan& out) {
    std::fill_n(out.codes, count * 64, code);
    std::fill_n(out.scales, count * 2, scale);
    std::fill_n(out.biases, count * 2, bias);
  };
  return {.name = "m", .rows = 16, .columns = 64, .form = coded};
}

TEST(Check, FindsBrokenScales) {
  EXPECT_THAT(check_weight(constant(1.0f, 0.0f, 7)), ElementsAre(HasSubstr("every code that was read is 7")));
  EXPECT_THAT(check_weight(constant(5e4f, 0.0f, 7)), testing::Contains(HasSubstr("scales has the magnitude 5e+04")));
  EXPECT_THAT(check_weight(constant(1.0f, 1e6f, 7)), testing::Contains(HasSubstr("biases has the magnitude 1e+06")));
  EXPECT_THAT(check_weight(constant(std::nanf(""), 0.0f, 7)),
              testing::Contains(HasSubstr("32 of the 32 scales that were read are NaN")));
}

TEST(Check, SamplesLargeWeightsAndReadsThemWholeOnRequest) {
  const auto rows_read = std::make_shared<std::atomic<std::int64_t>>(0);
  Dense dense;
  dense.read = [rows_read](std::int64_t row, std::int64_t count, float* out) {
    *rows_read += count;
    for (std::int64_t i = 0; i < count * 1024; ++i) out[i] = 0.001f * static_cast<float>(i % 17);
    for (std::int64_t r = row; r < row + count; ++r) {
      if (r == 5003 || r == 10) out[(r - row) * 1024] = std::nanf("");
    }
  };
  const Weight weight{.name = "m", .rows = 10007, .columns = 1024, .form = dense};
  EXPECT_THAT(check_weight(weight), IsEmpty());
  EXPECT_EQ(*rows_read, 64);
  *rows_read = 0;
  EXPECT_THAT(check_weight(weight, CheckMode::full), ElementsAre(HasSubstr("2 of the ")));
  EXPECT_GE(*rows_read, 10007);
}

}  // namespace
}  // namespace gerbil::formats
