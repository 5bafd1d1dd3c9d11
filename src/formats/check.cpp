#include "formats/check.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <set>

namespace gerbil::formats {
namespace {

constexpr std::int64_t block_rows = 8;
constexpr std::int64_t sampled_blocks = 8;
constexpr std::int64_t small_weight = 1 << 18;  // elements; read whole in any mode

// Trained matrices stay below a few hundred. Vectors have more room: some families have attention biases of several
// hundred and norms of several thousand.
constexpr float largest_matrix_value = 1e4f;
constexpr float largest_vector_value = 1e6f;

std::set<std::int64_t> first_rows(const Weight& weight, CheckMode mode) {
  const std::int64_t blocks = (weight.rows + block_rows - 1) / block_rows;
  const bool all = mode == CheckMode::full || blocks <= sampled_blocks || weight.rows * weight.columns <= small_weight;
  const std::int64_t taken = all ? blocks : sampled_blocks;
  std::set<std::int64_t> rows;
  for (std::int64_t i = 0; i < taken; ++i) {
    const std::int64_t block = all || taken == 1 ? i : i * (blocks - 1) / (taken - 1);
    rows.insert(std::min(block * block_rows, std::max<std::int64_t>(weight.rows - block_rows, 0)));
  }
  return rows;
}

// What is worth knowing of a run of numbers.
struct Statistics {
  std::int64_t count = 0;
  std::int64_t not_finite = 0;
  float largest = 0;  // magnitude of the finite ones
  float first = 0;
  bool all_equal = true;

  void add(const std::vector<float>& values) {
    if (values.empty()) return;
    if (count == 0) first = values.front();
    count += static_cast<std::int64_t>(values.size());
    for (const float value : values) {
      const float magnitude = std::fabs(value);
      const bool finite = magnitude <= std::numeric_limits<float>::max();  // false for NaN
      not_finite += finite ? 0 : 1;
      largest = finite && magnitude > largest ? magnitude : largest;
      all_equal = all_equal && value == first;
    }
  }
};

std::string shown(float value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", static_cast<double>(value));
  return text;
}

std::string share(const Statistics& s, const char* what) {
  return std::to_string(s.not_finite) + " of the " + std::to_string(s.count) + " " + what + " that were read";
}

void report(const std::string& name, const Statistics& s, const char* what, float limit,
            std::vector<std::string>& findings) {
  if (s.not_finite > 0) {
    findings.push_back("'" + name + "': " + share(s, what) + " are NaN or infinite; the file looks damaged.");
  }
  if (s.largest > limit) {
    findings.push_back("'" + name + "': one of its " + what + " has the magnitude " + shown(s.largest) +
                       ", but trained weights stay below " + shown(limit) + "; the file looks damaged.");
  }
}

void check_dense(const Weight& weight, const Dense& dense, CheckMode mode, std::vector<std::string>& findings) {
  Statistics values;
  std::vector<float> buffer;
  for (const std::int64_t row : first_rows(weight, mode)) {
    const std::int64_t count = std::min(block_rows, weight.rows - row);
    buffer.resize(static_cast<std::size_t>(count * weight.columns));
    dense.read(row, count, buffer.data());
    values.add(buffer);
  }
  const bool matrix = weight.rows > 1;
  report(weight.name, values, "values", matrix ? largest_matrix_value : largest_vector_value, findings);
  // A vector may be constant: a bias that was never trained, a fresh norm.
  if (matrix && values.count > 1 && values.all_equal) {
    findings.push_back("'" + weight.name + "': every value that was read is " + shown(values.first) +
                       "; the weight looks empty.");
  }
}

void check_coded(const Weight& weight, const Coded& coded, CheckMode mode, std::vector<std::string>& findings) {
  Statistics scales;
  Statistics biases;
  bool equal_codes = true;
  int first_code = -1;
  for (const std::int64_t row : first_rows(weight, mode)) {
    const std::int64_t count = std::min(block_rows, weight.rows - row);
    CodedRows rows(coded, weight.columns, count);
    coded.read(row, count, rows.from(0));
    if (coded.outer != 0) {
      const std::int64_t groups = weight.columns / coded.group;
      for (std::int64_t i = 0; i < count * groups; ++i) {
        const auto at = static_cast<std::size_t>(i);
        rows.scales[at] = rows.scale(i / groups, i % groups);
        if (coded.biased) rows.biases[at] = rows.bias(i / groups, i % groups);
      }
    }
    scales.add(rows.scales);
    biases.add(rows.biases);
    if (first_code < 0 && !rows.codes.empty()) first_code = rows.codes.front();
    equal_codes = equal_codes && std::ranges::all_of(rows.codes, [&](std::uint8_t code) { return code == first_code; });
  }
  float largest_level = 0;
  for (int code = 0; code < 1 << coded.bits; ++code) {
    largest_level = std::max(largest_level, std::fabs(coded.level(code)));
  }
  report(weight.name, scales, "scales", largest_matrix_value / largest_level, findings);
  report(weight.name, biases, "biases", largest_matrix_value, findings);
  if (scales.count == 0) return;
  if (scales.all_equal && scales.first == 0) {
    findings.push_back("'" + weight.name + "': every scale that was read is 0; the weight looks empty.");
  } else if (equal_codes) {
    findings.push_back("'" + weight.name + "': every code that was read is " + std::to_string(first_code) +
                       "; the weight looks empty.");
  }
}

}  // namespace

std::vector<std::string> check_weight(const Weight& weight, CheckMode mode) {
  std::vector<std::string> findings;
  if (const auto* dense = std::get_if<Dense>(&weight.form)) {
    check_dense(weight, *dense, mode, findings);
  } else {
    check_coded(weight, std::get<Coded>(weight.form), mode, findings);
  }
  return findings;
}

}  // namespace gerbil::formats
