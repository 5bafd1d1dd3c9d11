#include "formats/tensor.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "base/float16.hpp"
#include "gerbil/error.hpp"

static_assert(std::endian::native == std::endian::little, "checkpoints are little-endian and are read in place");

namespace gerbil::formats {
namespace {

std::string describe(std::initializer_list<DType> dtypes) {
  std::string text;
  std::size_t left = dtypes.size();
  for (const DType dtype : dtypes) {
    text += name_of(dtype);
    --left;
    if (left > 0) text += left == 1 ? " or " : ", ";
  }
  return text;
}

std::uint16_t load_u16(const std::byte* data) {
  std::uint16_t bits = 0;
  std::memcpy(&bits, data, sizeof bits);
  return bits;
}

}  // namespace

std::string describe(std::span<const std::int64_t> shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + "]";
}

std::string describe(const Tensor& tensor) {
  return std::string(name_of(tensor.dtype)) + " " + describe(std::span<const std::int64_t>(tensor.shape));
}

std::string shown(std::string_view text) {
  constexpr std::size_t longest = 120;
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  for (const char c : text.substr(0, longest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      result += c;
    } else {
      result += {'\\', 'x', digits[byte / 16], digits[byte % 16]};
    }
  }
  return text.size() > longest ? result + "…" : result;
}

bool same_bytes(const Tensor& a, const Tensor& b) {
  constexpr std::size_t stretch = 1 << 20;
  if (a.size != b.size) return false;
  for (std::size_t begin = 0; begin < a.size; begin += stretch) {
    const std::size_t count = std::min(stretch, a.size - begin);
    if (!std::ranges::equal(a.bytes(begin, count).span(), b.bytes(begin, count).span())) return false;
  }
  return true;
}

TensorTable::TensorTable(std::vector<Tensor> tensors) {
  tensors_.reserve(tensors.size());
  for (Tensor& tensor : tensors) {
    const auto [place, inserted] = index_.emplace(tensor.name, tensors_.size());
    if (inserted) {
      tensors_.push_back(std::move(tensor));
      continue;
    }
    const Tensor& other = tensors_[place->second];
    if (other.dtype == tensor.dtype && other.shape == tensor.shape && same_bytes(other, tensor)) {
      continue;
    }
    throw Error(ErrorCode::corrupt, "The tensor '" + tensor.name + "' is stored twice, in " + other.source->name() +
                                        " and in " + tensor.source->name() +
                                        ", and not as the same; every tensor must be in exactly one file.");
  }
}

const Tensor* TensorTable::find(std::string_view name) const {
  const auto place = index_.find(name);
  return place == index_.end() ? nullptr : &tensors_[place->second];
}

const Tensor& TensorTable::require(std::string_view name, std::initializer_list<DType> dtypes) const {
  const Tensor* tensor = find(name);
  if (!tensor) {
    throw Error(ErrorCode::corrupt, "The tensor '" + std::string(name) + "' is missing: " + describe(dtypes) +
                                        " was expected, and the checkpoint has no tensor of this name.");
  }
  if (std::find(dtypes.begin(), dtypes.end(), tensor->dtype) == dtypes.end()) {
    throw Error(ErrorCode::corrupt, "The tensor '" + std::string(name) + "' is stored as " + describe(*tensor) +
                                        ", but " + describe(dtypes) + " was expected.");
  }
  return *tensor;
}

const Tensor& TensorTable::require(std::string_view name, std::initializer_list<DType> dtypes,
                                   std::span<const std::int64_t> shape) const {
  if (!find(name)) {
    throw Error(ErrorCode::corrupt, "The tensor '" + std::string(name) + "' is missing: " + describe(dtypes) + " " +
                                        describe(shape) +
                                        " was expected, and the checkpoint has no tensor of this name.");
  }
  const Tensor& tensor = require(name, dtypes);
  if (!std::ranges::equal(tensor.shape, shape)) {
    throw Error(ErrorCode::corrupt, "The tensor '" + std::string(name) + "' has the shape " +
                                        describe(std::span<const std::int64_t>(tensor.shape)) + ", but " +
                                        describe(shape) + " was expected.");
  }
  return tensor;
}

void read_numbers(const Tensor& tensor, std::int64_t first, std::int64_t count, float* out) {
  const std::size_t element = size_of(tensor.dtype);
  const auto elements = static_cast<std::size_t>(count);
  const Bytes bytes = tensor.bytes(static_cast<std::size_t>(first) * element, elements * element);
  read_floats(bytes.data(), tensor.dtype, elements, out);
}

void read_floats(const std::byte* data, DType dtype, std::size_t count, float* out) {
  switch (dtype) {
    case DType::f32:
      std::memcpy(out, data, count * sizeof(float));
      return;
    case DType::f16:
      for (std::size_t i = 0; i < count; ++i) out[i] = f16_to_f32(load_u16(data + 2 * i));
      return;
    case DType::f64:
      for (std::size_t i = 0; i < count; ++i) {
        double value = 0;
        std::memcpy(&value, data + i * sizeof value, sizeof value);
        out[i] = static_cast<float>(value);
      }
      return;
    case DType::bf16:
      for (std::size_t i = 0; i < count; ++i) out[i] = bf16_to_f32(load_u16(data + 2 * i));
      return;
    default:
      throw Error(ErrorCode::internal, "Numbers were to be read from " + std::string(name_of(dtype)) +
                                           ", but only F64, F32, F16 and BF16 can be.");
  }
}

}  // namespace gerbil::formats
