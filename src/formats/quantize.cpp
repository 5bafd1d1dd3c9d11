// On-the-fly INT4 and INT8: asymmetric, with scales and biases that make the error small.
#include <string>
#include <utility>

#include "formats/grid_fit.hpp"
#include "formats/weight.hpp"
#include "gerbil/error.hpp"

namespace gerbil::formats {

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
  Coded coded{.bits = bits, .group = group};
  coded.read = [source = std::move(std::get<Dense>(dense.form).read), columns = dense.columns, bits, group](
                   std::int64_t row, std::int64_t count, const CodedSpan& out) {
    const std::int64_t groups = columns / group;
    std::vector<float> values(static_cast<std::size_t>(count * columns));
    source(row, count, values.data());
    fit_grid(values.data(), count * groups, group, bits, out.codes, out.scales, out.biases);
  };
  result.form = std::move(coded);
  return result;
}

}  // namespace gerbil::formats
