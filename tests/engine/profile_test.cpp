// Model::take_profile on the built-in model and every device.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "gerbil/diagnostics.hpp"
#include "gerbil/generator.hpp"

namespace gerbil {
namespace {

const std::string nano = GERBIL_MODELS "/nano";
constexpr std::int32_t prompt = 40;
constexpr std::int32_t answer = 9;  // the first token of which is the prompt's

template <typename T>
T sum(const StepProfile& profile, T OperationProfile::* member) {
  return std::accumulate(profile.operations.begin(), profile.operations.end(), T{},
                         [&](T total, const OperationProfile& operation) { return total + operation.*member; });
}

class ProfileTest : public ::testing::TestWithParam<Device> {};

TEST_P(ProfileTest, AccountsForEveryOperation) {
  const Model model = Model::load(nano, {.device = GetParam(), .threads = 1}, {.profile = true});
  EXPECT_EQ(model.take_profile().prompt.steps, 0) << "what loading ran does not count";
  std::vector<std::int32_t> tokens(prompt);
  std::iota(tokens.begin(), tokens.end(), 100);
  Generator(model, {.ignore_end = true}).generate(tokens, {.max_tokens = answer});
  const Profile profile = model.take_profile();
  const ModelInfo& info = model.info();

  EXPECT_EQ(profile.prompt.steps, 1);
  EXPECT_EQ(profile.prompt.tokens, prompt);
  EXPECT_EQ(profile.decode.steps, answer - 1);
  EXPECT_EQ(profile.decode.tokens, answer - 1);
  EXPECT_EQ(sum(profile.decode, &OperationProfile::weight_bytes), (answer - 1) * info.bytes_per_token);
  EXPECT_EQ(sum(profile.decode, &OperationProfile::operations), (answer - 1) * info.operations_per_token);
  EXPECT_EQ(sum(profile.prompt, &OperationProfile::weight_bytes), info.bytes_per_token);
  EXPECT_EQ(sum(profile.prompt, &OperationProfile::operations),
            (prompt - 1) * info.operations_per_prompt_token + info.operations_per_token);
  for (const StepProfile& steps : {profile.prompt, profile.decode}) {
    std::int64_t layers = 0;
    for (const OperationProfile& operation : steps.operations) {
      EXPECT_GT(operation.seconds, 0) << operation.name;
      EXPECT_GT(operation.count, 0) << operation.name;
      if (operation.name.starts_with("attend")) layers += operation.count;
    }
    EXPECT_EQ(layers, info.layers);
    // A device's clock and the host's differ by little.
    EXPECT_LT(sum(steps, &OperationProfile::seconds), 1.01 * steps.seconds);
  }
  EXPECT_EQ(model.take_profile().decode.steps, 0) << "taken is taken";
}

TEST_P(ProfileTest, MeasuringChangesNoToken) {
  const GenerateOptions options{.max_tokens = 12};
  const auto tokens = [&](bool profile) {
    return Generator(Model::load(nano, {.device = GetParam(), .threads = 1}, {.profile = profile}))
        .generate("What is 37 + 45?", options)
        .tokens;
  };
  EXPECT_EQ(tokens(true), tokens(false));
}

INSTANTIATE_TEST_SUITE_P(Devices, ProfileTest, ::testing::Values(Device::cpu, Device::webgpu),
                         [](const auto& device) { return device.param == Device::cpu ? "cpu" : "webgpu"; });

TEST(Profile, IsNotKeptUnlessAskedFor) {
  const Model model = Model::load(nano, {.device = Device::cpu, .check = false});
  try {
    model.take_profile();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("LoadDiagnostics::profile"));
  }
}

}  // namespace
}  // namespace gerbil
