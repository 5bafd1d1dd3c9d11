// Tensors as they lie in a mapped file, before any format gives them a meaning.
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

#include "base/dtype.hpp"
#include "base/mapped_file.hpp"

namespace gerbil::formats {

struct Tensor {
  std::string name;
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape;         // empty for a scalar
  std::span<const std::byte> data;         // row-major, little-endian, not necessarily aligned: read it with memcpy
  std::shared_ptr<const MappedFile> file;  // keeps `data` mapped; null when the caller owns the bytes
};

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

// Converts `count` elements at `data` (f64, f32, f16 or bf16; any alignment) to floats.
void read_floats(const std::byte* data, DType dtype, std::size_t count, float* out);

}  // namespace gerbil::formats
