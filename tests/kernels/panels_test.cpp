#include "kernels/cpu/panels.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "kernels/cpu/kv_cache.hpp"

namespace gerbil::kernels {
namespace {

TEST(Panels, CodedRowsComeBackAsTheyWere) {
  for (const int code_bits : {2, 3, 4, 5, 6, 8}) {
    constexpr std::int64_t columns = 96, rows = 64;
    CodedPanels panels;
    panels.bits = code_bits;
    panels.parameter = Element::f32;
    panels.rows = rows;
    panels.columns = columns;
    std::vector<std::uint8_t> packed(static_cast<std::size_t>(panels.panels() * panels.panel_code_bytes()));
    std::vector<float> parameters(static_cast<std::size_t>(panels.panels() * panels.panel_parameters()));
    panels.codes = packed.data();
    panels.parameters = parameters.data();
    const auto code = [&](std::int64_t row, std::int64_t i) { return (row * 7 + i * 3) % (1 << code_bits); };
    for (std::int64_t panel = 0; panel < panels.panels(); ++panel) {
      std::vector<std::uint8_t> codes;
      std::vector<float> scales, biases;
      for (std::int64_t row = panel * panel_rows; row < (panel + 1) * panel_rows; ++row) {
        for (std::int64_t i = 0; i < columns; ++i) codes.push_back(static_cast<std::uint8_t>(code(row, i)));
        for (std::int64_t g = 0; g < panels.groups(); ++g) {
          scales.push_back(static_cast<float>(row + g));
          biases.push_back(static_cast<float>(row - 5 * g));
        }
      }
      pack_codes(panels, panel, codes.data());
      pack_parameters(panels.groups(), scales.data(), biases.data(),
                      parameters.data() + panel * panels.panel_parameters());
    }
    std::vector<float> out(columns);
    for (std::int64_t row = 0; row < rows; ++row) {
      unpack_coded_row(panels, row, out.data());
      for (std::int64_t i = 0; i < columns; ++i) {
        const auto expected = static_cast<float>((row + i / 32) * code(row, i) + row - 5 * (i / 32));
        ASSERT_EQ(out[static_cast<std::size_t>(i)], expected) << "row " << row << ", column " << i;
      }
    }
  }
}

TEST(Panels, ExactElementIsTheNarrowestThatLosesNothing) {
  const float f16[] = {0.5f, 1.0f / 1024, 65504.0f};
  const float bf16[] = {0.5f, 1e30f};  // below: rounded to what bf16 holds
  const float rounded[] = {0.5f, 0x1.94p99f};
  const float f32[] = {0.1f};
  EXPECT_EQ(exact_element(f16, 3), Element::f16);
  EXPECT_EQ(exact_element(rounded, 2), Element::bf16);
  EXPECT_EQ(exact_element(bf16, 2), Element::f32);
  EXPECT_EQ(exact_element(f32, 1), Element::f32);
}

TEST(KvCache, KeysAreStoredByDimensionAndValuesByToken) {
  const KvLayout layout{2, 3, true};
  std::vector<float> block(layout.block_bytes() / sizeof(float));
  const float keys[] = {1, 2, 3, 4, 5, 6};
  const float values[] = {7, 8, 9, 10, 11, 12};
  kv_store(layout, reinterpret_cast<std::byte*>(block.data()), 5, keys, values);
  const auto head = static_cast<std::size_t>(layout.head_elements());
  EXPECT_EQ(block[2 * 32 + 5], 3.0f);
  EXPECT_EQ(block[3 * 32 + 5 * 16 + 1], 8.0f);
  EXPECT_EQ(block[head + 32 + 5], 5.0f);
  EXPECT_EQ(block[head + 3 * 32 + 5 * 16 + 2], 12.0f);
}

TEST(KvCache, ValuesBeyondHalfPrecisionAreLimited) {
  const KvLayout layout{1, 1, false};
  std::vector<std::uint16_t> block(layout.block_bytes() / 2);
  const float key = 1e9f;
  const float value = -1e9f;
  kv_store(layout, reinterpret_cast<std::byte*>(block.data()), 0, &key, &value);
  EXPECT_EQ(block[0], 0x7bff);
  EXPECT_EQ(block[32], 0xfbff);
}

}  // namespace
}  // namespace gerbil::kernels
