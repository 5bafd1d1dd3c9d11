// Tensors as they lie in a source of bytes, before any format gives them a meaning.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_source.hpp"
#include "base/dtype.hpp"

namespace gerbil::formats {

struct Tensor {
  std::string name;
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape;  // empty for a scalar
  std::shared_ptr<const ByteSource> source;
  std::uint64_t offset = 0;  // in the source
  std::size_t size = 0;      // bytes

  // Row-major, little-endian, not necessarily aligned: read them with memcpy. [begin, begin + count) lies inside
  // `size`, and the tensor outlives them. Throws what the source's read throws.
  Bytes bytes(std::size_t begin, std::size_t count) const { return {*source, offset + begin, count}; }
};

// Whether both hold the same bytes. Reads them in stretches.
bool same_bytes(const Tensor& a, const Tensor& b);

// "BF16 [1024, 64]", for messages.
std::string describe(const Tensor& tensor);
std::string describe(std::span<const std::int64_t> shape);

// Text from a file for a message: control characters escaped, so that it cannot steer a terminal or cut the sentence,
// and shortened to 120 bytes.
std::string shown(std::string_view text);

// The tensors of a checkpoint by name.
class TensorTable {
 public:
  TensorTable() = default;
  // Throws Error{corrupt} when two tensors have one name.
  explicit TensorTable(std::vector<Tensor> tensors);

  const std::vector<Tensor>& all() const { return tensors_; }  // in file order
  const Tensor* find(std::string_view name) const;             // null when there is none

  // The tensor `name` of exactly this shape and one of these dtypes. Throws Error{corrupt} with the name, what was
  // expected and what was found.
  const Tensor& require(std::string_view name, std::initializer_list<DType> dtypes,
                        std::span<const std::int64_t> shape) const;
  // As above, but any shape.
  const Tensor& require(std::string_view name, std::initializer_list<DType> dtypes) const;

 private:
  std::vector<Tensor> tensors_;
  std::map<std::string, std::size_t, std::less<>> index_;
};

// The dtypes a checkpoint may store numbers in, from which floats are read.
inline constexpr std::initializer_list<DType> floating_dtypes = {DType::f32, DType::f16, DType::bf16, DType::f64};

// Elements [first, first + count) of a tensor of floating dtype as floats.
void read_numbers(const Tensor& tensor, std::int64_t first, std::int64_t count, float* out);

// Converts `count` elements at `data` (f64, f32, f16 or bf16; any alignment) to floats.
void read_floats(const std::byte* data, DType dtype, std::size_t count, float* out);

}  // namespace gerbil::formats
