// Every activation function, against what torch and transformers compute (tools/goldens/activations.py).
#include "base/activation.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "base/mapped_file.hpp"

namespace gerbil {
namespace {

TEST(Activation, IsWhatTheReferenceComputes) {
  const Json file = parse_json(read_text_file(GERBIL_FIXTURES "/activations.json"), "activations.json");
  const auto x = file["x"].get<std::vector<double>>();
  const Json& values = file["values"];
  const auto last = static_cast<int>(Activation::laplace);
  ASSERT_EQ(values.size(), static_cast<std::size_t>(last) + 1);
  for (int i = 0; i <= last; ++i) {
    const auto activation = static_cast<Activation>(i);
    const auto expected = values[std::string(name_of(activation))].get<std::vector<double>>();
    ASSERT_EQ(expected.size(), x.size()) << name_of(activation);
    for (std::size_t at = 0; at < x.size(); ++at) {
      // torch's softplus is its argument beyond 20, and its selu has constants of f32
      EXPECT_NEAR(activate(activation, x[at]), expected[at], 1e-6 * (1 + std::abs(expected[at])))
          << name_of(activation) << " of " << x[at];
    }
  }
}

}  // namespace
}  // namespace gerbil
