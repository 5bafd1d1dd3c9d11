// Products of small matrices in row-major order; compiled once for each target.
#if defined(GERBIL_KERNELS_CPU_MULTIPLY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GERBIL_KERNELS_CPU_MULTIPLY_INL_H_
#undef GERBIL_KERNELS_CPU_MULTIPLY_INL_H_
#else
#define GERBIL_KERNELS_CPU_MULTIPLY_INL_H_
#endif

#include "kernels/cpu/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gerbil::kernels {
namespace HWY_NAMESPACE {

inline constexpr std::int64_t kStep = kLanes;
inline constexpr std::int64_t kRowsAtOnce = 4;
// Vectors of columns at once: as many sums as there are registers for.
inline constexpr int kWide = HWY_TARGET <= HWY_AVX3 ? 4 : 2;

// c[r][0 … vectors) (+)= Σ_i a[r][i] · b[i], the same additions for a row whatever the number of rows.
template <int rows, int vectors, bool accumulate, typename Stored>
HWY_INLINE void multiply_block(const float* a, std::int64_t a_stride, std::int64_t depth, const Stored* b,
                               std::int64_t b_stride, float* c, std::int64_t c_stride) {
  const FloatTag d;
  FloatVector sums[rows][vectors];
  HWY_UNROLL(rows) for (int r = 0; r < rows; ++r) {
    HWY_UNROLL(vectors) for (int v = 0; v < vectors; ++v) {
      sums[r][v] = accumulate ? hn::LoadU(d, c + r * c_stride + v * kStep) : hn::Zero(d);
    }
  }
  for (std::int64_t i = 0; i < depth; ++i) {
    FloatVector x[vectors];
    HWY_UNROLL(vectors) for (int v = 0; v < vectors; ++v) x[v] = load_floats(b + i * b_stride + v * kStep);
    HWY_UNROLL(rows) for (int r = 0; r < rows; ++r) {
      const auto factor = hn::Set(d, a[r * a_stride + i]);
      HWY_UNROLL(vectors) for (int v = 0; v < vectors; ++v) sums[r][v] = multiply_add(factor, x[v], sums[r][v]);
    }
  }
  HWY_UNROLL(rows) for (int r = 0; r < rows; ++r) {
    HWY_UNROLL(vectors) for (int v = 0; v < vectors; ++v) hn::StoreU(sums[r][v], d, c + r * c_stride + v * kStep);
  }
}

template <int rows, bool accumulate, typename Stored>
HWY_INLINE void multiply_columns(const float* a, std::int64_t a_stride, std::int64_t depth, const Stored* b,
                                 std::int64_t columns, std::int64_t b_stride, float* c, std::int64_t c_stride) {
  std::int64_t column = 0;
  for (; rows == kRowsAtOnce && column + kWide * kStep <= columns; column += kWide * kStep) {
    multiply_block<rows, kWide, accumulate>(a, a_stride, depth, b + column, b_stride, c + column, c_stride);
  }
  for (; column + 2 * kStep <= columns; column += 2 * kStep) {
    multiply_block<rows, 2, accumulate>(a, a_stride, depth, b + column, b_stride, c + column, c_stride);
  }
  for (; column < columns; column += kStep) {
    multiply_block<rows, 1, accumulate>(a, a_stride, depth, b + column, b_stride, c + column, c_stride);
  }
}

// c [count, columns] (+)= a [count, depth] · b [depth, columns]; columns is a multiple of kStep.
template <bool accumulate, typename Stored>
void multiply(std::int64_t count, const float* a, std::int64_t a_stride, std::int64_t depth, const Stored* b,
              std::int64_t columns, std::int64_t b_stride, float* c, std::int64_t c_stride) {
  std::int64_t r = 0;
  for (; r + kRowsAtOnce <= count; r += kRowsAtOnce) {
    multiply_columns<kRowsAtOnce, accumulate>(a + r * a_stride, a_stride, depth, b, columns, b_stride, c + r * c_stride,
                                              c_stride);
  }
  for (; r + 2 <= count; r += 2) {
    multiply_columns<2, accumulate>(a + r * a_stride, a_stride, depth, b, columns, b_stride, c + r * c_stride,
                                    c_stride);
  }
  if (r < count) {
    multiply_columns<1, accumulate>(a + r * a_stride, a_stride, depth, b, columns, b_stride, c + r * c_stride,
                                    c_stride);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace gerbil::kernels
HWY_AFTER_NAMESPACE();

#endif
