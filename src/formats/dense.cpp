// Weights stored as F32, F16 or BF16, or as F64, which is read as F32.
#include <array>

#include "formats/format.hpp"
#include "gerbil/error.hpp"

namespace gerbil::formats {
namespace {

Weight describe_rows(const Tensor& tensor, std::int64_t rows, std::int64_t columns) {
  Dense dense;
  dense.dtype = tensor.dtype == DType::f64 ? DType::f32 : tensor.dtype;
  dense.read = [tensor, columns](std::int64_t row, std::int64_t count, float* out) {
    read_numbers(tensor, row * columns, count * columns, out);
  };
  return {.name = tensor.name, .rows = rows, .columns = columns, .form = std::move(dense)};
}

}  // namespace

Weight dense_matrix(const std::shared_ptr<const TensorTable>& tensors, const std::string& module, std::int64_t rows,
                    std::int64_t columns) {
  const std::array shape{rows, columns};
  const Tensor* alone = tensors->find(module + ".weight") ? nullptr : tensors->find(module);
  if (alone == nullptr) {
    return describe_rows(tensors->require(module + ".weight", floating_dtypes, shape), rows, columns);
  }
  // Some matrices stand alone under their own names, among them stacks of matrices and columns.
  const auto& found = alone->shape;
  if (found.size() == 3 && found[0] > 0 && rows % found[0] == 0) {
    const std::array stack{found[0], rows / found[0], columns};
    return describe_rows(tensors->require(module, floating_dtypes, stack), rows, columns);
  }
  if (found.size() == 1 && columns == 1) {
    const std::array column{rows};
    return describe_rows(tensors->require(module, floating_dtypes, column), rows, 1);
  }
  return describe_rows(tensors->require(module, floating_dtypes, shape), rows, columns);
}

Weight dense_vector(const std::shared_ptr<const TensorTable>& tensors, const std::string& name, std::int64_t size) {
  const std::array shape{size};
  return describe_rows(tensors->require(name, floating_dtypes, shape), 1, size);
}

Weight dense_flattened(const std::shared_ptr<const TensorTable>& tensors, const std::string& name, std::int64_t size) {
  const Tensor& tensor = tensors->require(name, floating_dtypes);
  const auto elements = static_cast<std::int64_t>(tensor.size / size_of(tensor.dtype));
  if (elements != size) {
    throw Error(ErrorCode::corrupt, "The tensor '" + name + "' has " + std::to_string(elements) +
                                        " elements, but config.json makes " + std::to_string(size) + " of them.");
  }
  return describe_rows(tensor, 1, size);
}

}  // namespace gerbil::formats
