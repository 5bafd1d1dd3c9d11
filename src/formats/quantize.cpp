// On-the-fly INT4 and INT8: asymmetric, round to nearest.
#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/float16.hpp"
#include "formats/weight.hpp"
#include "gerbil/error.hpp"

namespace gerbil::formats {
namespace {

constexpr float largest_f16 = 65504.0f;

float rounded_to_f16(float value) { return f16_to_f32(f32_to_f16(std::clamp(value, -largest_f16, largest_f16))); }

void quantize_group(const float* values, int group, float levels, std::uint8_t* codes, float* scale, float* bias) {
  // Independent lanes, since a compiler may not reorder a single minimum; 32 divides every group. Comparisons with NaN
  // are false, so that NaN leaves the range alone.
  constexpr int lanes = 8;
  constexpr float infinity = std::numeric_limits<float>::infinity();
  std::array<float, lanes> lows;
  std::array<float, lanes> highs;
  lows.fill(infinity);
  highs.fill(-infinity);
  for (int i = 0; i < group; i += lanes) {
    for (int lane = 0; lane < lanes; ++lane) {
      const float value = values[i + lane];
      lows[lane] = value < lows[lane] ? value : lows[lane];
      highs[lane] = value > highs[lane] ? value : highs[lane];
    }
  }
  float low = std::ranges::min(lows);
  float high = std::ranges::max(highs);
  if (!(low <= high)) low = high = 0;
  *bias = rounded_to_f16(low);
  // Halved first: the difference of two floats may overflow.
  *scale = rounded_to_f16((high / 2 - low / 2) / (levels / 2));
  const float inverse = *scale > 0 ? 1 / *scale : 0;
  for (int i = 0; i < group; ++i) {
    const float code = (values[i] - *bias) * inverse + 0.5f;
    // Written so that NaN becomes 0: converting NaN to an integer is undefined.
    const float bounded = code > 0 ? (code < levels + 0.5f ? code : levels) : 0;
    codes[i] = static_cast<std::uint8_t>(static_cast<int>(bounded));
  }
}

}  // namespace

Weight quantize(Weight dense, int bits, int group) {
  const auto fail = [&](const std::string& reason) {
    throw Error(ErrorCode::invalid_argument, "'" + dense.name + "' cannot be quantised: " + reason + ".");
  };
  if (!std::holds_alternative<Dense>(dense.form)) fail("it is quantised already");
  if (bits != 4 && bits != 8) fail("bits is " + std::to_string(bits) + ", but must be 4 or 8");
  if (group != 32 && group != 64 && group != 128) {
    fail("group is " + std::to_string(group) + ", but must be 32, 64 or 128");
  }
  if (dense.columns % group != 0) {
    fail("its " + std::to_string(dense.columns) + " columns are not a multiple of the group, " + std::to_string(group));
  }
  Weight result{.name = dense.name, .rows = dense.rows, .columns = dense.columns};
  Affine affine{.bits = bits, .group = group};
  affine.read = [source = std::move(std::get<Dense>(dense.form).read), columns = dense.columns, bits, group](
                    std::int64_t row, std::int64_t count, std::uint8_t* codes, float* scales, float* biases) {
    const auto levels = static_cast<float>((1 << bits) - 1);
    std::vector<float> values(static_cast<std::size_t>(columns));
    for (std::int64_t r = row; r < row + count; ++r) {
      source(r, 1, values.data());
      for (std::int64_t i = 0; i < columns; i += group, codes += group) {
        quantize_group(values.data() + i, group, levels, codes, scales++, biases++);
      }
    }
  };
  result.form = std::move(affine);
  return result;
}

}  // namespace gerbil::formats
