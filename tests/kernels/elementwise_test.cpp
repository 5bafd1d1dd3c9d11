// Activation functions against double precision, on every target.
#include "kernels/cpu/elementwise.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "kernels/cpu/targets.hpp"

namespace gerbil::kernels {
namespace {

double gelu(double x) { return 0.5 * x * (1 + std::erf(x / std::numbers::sqrt2)); }
double gelu_tanh(double x) {
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
}
double silu(double x) { return x / (1 + std::exp(-x)); }

struct Function {
  Activation activation;
  double (*exact)(double);
  double tolerance;  // absolute below 1, relative above
};

class Activate : public testing::TestWithParam<Function> {
 protected:
  void TearDown() override { use_target(Target::best); }
};

TEST_P(Activate, IsCloseEverywhere) {
  std::vector<float> x{0.0f, -0.0f, 1e-30f, -1e-30f, 100.0f, -100.0f, 1e30f, -1e30f};
  for (int i = -120000; i <= 120000; ++i) x.push_back(static_cast<float>(i) * 1e-4f);
  std::vector<float> y(x.size());
  for (const Target target : available_targets()) {
    use_target(target);
    activate(GetParam().activation, x.data(), std::ssize(x), y.data());
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double exact = GetParam().exact(x[i]);
      ASSERT_NEAR(y[i], exact, GetParam().tolerance * std::max(1.0, std::abs(exact))) << "at " << x[i];
      // Small numbers keep their relative precision.
      if (std::abs(x[i]) < 1e-2) {
        ASSERT_NEAR(y[i], exact, 3e-6 * std::abs(exact)) << "at " << x[i];
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Functions, Activate,
                         testing::Values(Function{Activation::gelu, gelu, 6e-7},
                                         Function{Activation::gelu_tanh, gelu_tanh, 6e-7},
                                         Function{Activation::silu, silu, 6e-7}));

}  // namespace
}  // namespace gerbil::kernels
