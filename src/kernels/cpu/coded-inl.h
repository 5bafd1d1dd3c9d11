// Codes and parameters of a panel in vectors; compiled once for each target.
#if defined(GERBIL_KERNELS_CPU_CODED_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GERBIL_KERNELS_CPU_CODED_INL_H_
#undef GERBIL_KERNELS_CPU_CODED_INL_H_
#else
#define GERBIL_KERNELS_CPU_CODED_INL_H_
#endif

#include <algorithm>
#include <utility>

#include "kernels/cpu/panels.hpp"
#include "kernels/cpu/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gerbil::kernels {
namespace HWY_NAMESPACE {

using IntTag = hn::RebindToSigned<FloatTag>;
using ByteTag = hn::Repartition<std::uint8_t, FloatTag>;
using Ints = hn::Vec<IntTag>;
using Bytes = hn::Vec<ByteTag>;

// What is known of a weight's parameters when a kernel is compiled: one decoded token has little to do in a group, and
// would notice branches. The widths that most checkpoints have are compiled for what these have.
enum class Known { nothing, f16, f16_biased, bf16_biased };

// What the kernels are compiled for: the bits of the codes, whether they stand for levels of a table, and the columns
// that share a scale of the activations.
struct Packing {
  int bits;
  bool table;
  int columns;
  bool eighth_bit;  // of 8 bits
  Known parameters = Known::nothing;

  constexpr int largest_code() const { return table || eighth_bit ? 255 : bits == 8 ? 127 : (1 << bits) - 1; }
  // Columns after which codes and activation groups both begin anew.
  constexpr int stretch() const { return std::max(columns, block_columns(bits)); }
};

// Bits [from, from + bits) of every byte as bits [to, to + bits).
template <int from, int to, int bits>
HWY_INLINE Bytes moved_bits(Bytes v) {
  const ByteTag d8;
  const hn::RebindToUnsigned<IntTag> d32;
  if constexpr (bits == 8) return v;
  if constexpr (from > to) v = hn::BitCast(d8, hn::ShiftRight<from - to>(hn::BitCast(d32, v)));
  if constexpr (from < to) v = hn::BitCast(d8, hn::ShiftLeft<to - from>(hn::BitCast(d32, v)));
  return hn::And(v, hn::Set(d8, static_cast<std::uint8_t>(((1 << bits) - 1) << to)));
}

// The codes of columns 4 · quad … 4 · quad + 3 of as many rows as a vector has lanes, from the stretch at `codes`.
template <int bits, int quad>
HWY_INLINE Bytes unpack(const std::uint8_t* codes) {
  constexpr int quads = block_columns(bits) / 4;  // of a block
  constexpr int at = quad % quads;
  constexpr Plane low = planes_of(bits)[0];
  constexpr Plane high = planes_of(bits)[1];
  constexpr auto run = [](Plane plane) { return run_columns(plane) / 4; };  // quads
  codes += quad / quads * code_bytes(bits, block_columns(bits));
  const Bytes first = hn::LoadU(ByteTag(), codes + at / run(low) * 4 * panel_rows);
  const Bytes code = moved_bits<at % run(low) * low.bits, 0, low.bits>(first);
  if constexpr (high.bits == 0) {
    return code;
  } else {
    const Bytes second = hn::LoadU(ByteTag(), codes + (quads / run(low) + at / run(high)) * 4 * panel_rows);
    return hn::Or(code, moved_bits<at % run(high) * high.bits, high.at, high.bits>(second));
  }
}

// The levels that the codes stand for, as unsigned bytes.
struct Levels {
  Bytes table;
  explicit Levels(const CodedPanels& weight) : table(hn::LoadDup128(ByteTag(), weight.levels)) {}

  template <Packing packing, int quad>
  HWY_INLINE Bytes load(const std::uint8_t* codes) const {
    const Bytes code = unpack<packing.bits, quad>(codes);
    if constexpr (packing.table) return hn::TableLookupBytes(table, code);
    return code;
  }
};

HWY_INLINE FloatVector load_floats(Element element, const void* from, std::int64_t index) {
  switch (element) {
    case Element::f16:
      return load_floats(static_cast<const hwy::float16_t*>(from) + index);
    case Element::bf16:
      return load_floats(static_cast<const hwy::bfloat16_t*>(from) + index);
    case Element::i8: {
      const hn::Rebind<std::int8_t, FloatTag> d8;
      const auto wide = hn::PromoteTo(IntTag(), hn::LoadU(d8, static_cast<const std::int8_t*>(from) + index));
      return hn::ConvertTo(FloatTag(), wide);
    }
    case Element::f32:
      break;
  }
  return load_floats(static_cast<const float*>(from) + index);
}

// Scales and biases of a panel's groups, in vectors from lane `first` on.
template <int vectors, Known known>
class Parameters {
 public:
  FloatVector scales[vectors];
  FloatVector biases[vectors];  // where there are some

  HWY_INLINE Parameters(const CodedPanels& weight, std::int64_t panel, std::int64_t first)
      : weight_(weight),
        at_(panel * weight.panel_parameters() + first),
        outer_at_(panel * weight.panel_outer() + first) {}

  HWY_INLINE bool biased() const {
    if constexpr (known == Known::nothing) return weight_.biased;
    return known != Known::f16;
  }

  // Those of the next group.
  HWY_INLINE void load() {
    if constexpr (known == Known::bf16_biased) {
      read<hwy::bfloat16_t>();
    } else if constexpr (known != Known::nothing) {
      read<hwy::float16_t>();
    } else {
      read_any();
    }
  }

 private:
  template <typename Stored>
  HWY_INLINE void read() {
    const auto* from = static_cast<const Stored*>(weight_.parameters) + at_;
    HWY_UNROLL(vectors) for (int v = 0; v < vectors; ++v) {
      scales[v] = load_floats(from + v * kLanes);
      if (known != Known::f16) biases[v] = load_floats(from + panel_rows + v * kLanes);
    }
    at_ += (known == Known::f16 ? 1 : 2) * panel_rows;
  }

  // The branches go the same way for all groups.
  HWY_INLINE void read_any() {
    const std::int64_t at = std::exchange(at_, at_ + weight_.stride());
    if (weight_.outer_groups != 0 && left_ == 0) next_outer();
    --left_;
    for (int v = 0; v < vectors; ++v) {
      const std::int64_t lane = v * static_cast<std::int64_t>(kLanes);
      scales[v] = load_floats(weight_.parameter, weight_.parameters, at + lane);
      if (weight_.outer_groups != 0) scales[v] = hn::Mul(scales[v], outer_scales_[v]);
      if (!weight_.biased) continue;
      biases[v] = load_floats(weight_.parameter, weight_.parameters, at + panel_rows + lane);
      if (weight_.outer_groups != 0) biases[v] = hn::Mul(biases[v], outer_biases_[v]);
    }
  }

  HWY_INLINE void next_outer() {
    for (int v = 0; v < vectors; ++v) {
      const std::int64_t at = outer_at_ + v * static_cast<std::int64_t>(kLanes);
      outer_scales_[v] = load_floats(weight_.outer_element, weight_.outer, at);
      if (weight_.biased) outer_biases_[v] = load_floats(weight_.outer_element, weight_.outer, at + panel_rows);
    }
    outer_at_ += weight_.stride();
    left_ = weight_.outer_groups;
  }

  const CodedPanels& weight_;
  std::int64_t at_, outer_at_;
  FloatVector outer_scales_[vectors];
  FloatVector outer_biases_[vectors];
  std::int64_t left_ = 0;  // groups below the outer scales
};

// Calls call.operator()<packing>() for the packing with what is known of the parameters.
template <int bits, int columns, bool eighth_bit, typename Call>
HWY_INLINE void with_parameters(const CodedPanels& w, const Call& call) {
  const bool half = w.parameter == Element::f16 && w.outer_groups == 0;
  if (half && w.biased) return call.template operator()<Packing{bits, false, columns, eighth_bit, Known::f16_biased}>();
  if (half) return call.template operator()<Packing{bits, false, columns, eighth_bit, Known::f16}>();
  if (w.parameter == Element::bf16 && w.biased && w.outer_groups == 0) {
    return call.template operator()<Packing{bits, false, columns, eighth_bit, Known::bf16_biased}>();
  }
  call.template operator()<Packing{bits, false, columns, eighth_bit}>();
}

// Calls call.operator()<packing>() for the packing of the weight.
template <typename Call>
HWY_INLINE void with_packing(const CodedPanels& w, const Call& call) {
  const bool fine = w.activation_group() == 16;
  if (w.table) return call.template operator()<Packing{4, true, 16, false}>();
  switch (w.bits) {
    case 2:
      return fine ? call.template operator()<Packing{2, false, 16, false}>()
                  : call.template operator()<Packing{2, false, 32, false}>();
    case 3:
      return call.template operator()<Packing{3, false, 32, false}>();
    case 4:
      return fine ? call.template operator()<Packing{4, false, 16, false}>() : with_parameters<4, 32, false>(w, call);
    case 5:
      return call.template operator()<Packing{5, false, 16, false}>();
    case 6:
      return call.template operator()<Packing{6, false, 16, false}>();
    default:
      return w.eighth_bit ? with_parameters<8, 16, true>(w, call)
                          : call.template operator()<Packing{8, false, 16, false}>();
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace gerbil::kernels
HWY_AFTER_NAMESPACE();

#endif
