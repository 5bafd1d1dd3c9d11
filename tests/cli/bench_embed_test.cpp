// gerbil bench --embed on every device, and its wrong command lines.
#include <gmock/gmock.h>

#include "program.hpp"

namespace gerbil::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string bert() { return fixture("embeddings/bert_mean").string(); }

Json bench(const Arguments& more) {
  Arguments arguments{"bench", "--embed", bert(), "--texts", "3", "-p", "8", "-r", "2", "--threads", "1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return gerbil_json(arguments);
}

class BenchEmbed : public ::testing::TestWithParam<const char*> {};

TEST_P(BenchEmbed, MeasuresEveryRepetition) {
  const Json json = bench({"--device", GetParam()});
  EXPECT_EQ(json.at("texts"), 3);
  EXPECT_EQ(json.at("tokens_per_text"), 8);
  ASSERT_EQ(json.at("texts_per_second").size(), 2u);
  ASSERT_EQ(json.at("tokens_per_second").size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    const double texts = json.at("texts_per_second")[i];
    EXPECT_GT(texts, 0.0);
    EXPECT_NEAR(json.at("tokens_per_second")[i].get<double>() / texts, 8.0, 1e-6);
  }
  for (const char* number :
       {"operations_per_prompt_token", "operations_per_second", "share", "weight_bytes", "load_seconds"})
    EXPECT_GT(json.at(number).get<double>(), 0.0) << number;
  // The process is older than its engine, but for the 10 ms of a clock tick.
  EXPECT_GT(json.at("time_to_first_embedding").get<double>() + 0.01, json.at("load_seconds").get<double>());
  EXPECT_GT(json.at("layers"), 0);
}

INSTANTIATE_TEST_SUITE_P(Devices, BenchEmbed, ::testing::Values("cpu", "webgpu"),
                         [](const auto& device) { return std::string(device.param); });

TEST(BenchEmbed, NamesTheArithmeticOfTheWeights) {
  EXPECT_EQ(bench({"--device", "cpu"}).at("arithmetic"), "f32 multiply-adds");
  EXPECT_EQ(bench({"--device", "cpu", "--quantize", "int8"}).at("arithmetic"), "int8 dot products");
  EXPECT_EQ(bench({"--device", "cpu", "--quantize", "int8", "--exact"}).at("arithmetic"), "f32 multiply-adds");
}

TEST(BenchEmbed, CountsDispatchesOfAGpu) {
  const Json json = bench({"--device", "webgpu"});
  const double dispatches = json.at("dispatches_per_batch");
  EXPECT_GT(dispatches, 0.0);
  EXPECT_DOUBLE_EQ(json.at("dispatches_per_layer").get<double>(), dispatches / json.at("layers").get<double>());
}

TEST(BenchEmbed, PrintsATable) {
  const Outcome outcome =
      gerbil({"bench", "--embed", bert(), "--texts", "2", "-p", "4", "-r", "1", "--device", "cpu", "--threads", "1"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  for (const char* part : {"2 texts of 4", "texts/s", "tok/s", "f32 multiply-adds", "first embedding"})
    EXPECT_THAT(outcome.out, HasSubstr(part));
}

struct Wrong {
  Arguments arguments;
  int status;
  std::string sentence;  // a part of it
};

class BenchEmbedErrors : public ::testing::TestWithParam<Wrong> {};

TEST_P(BenchEmbedErrors, AreSentencesOnStderr) {
  const Outcome outcome = gerbil(GetParam().arguments);
  EXPECT_EQ(outcome.status, GetParam().status);
  EXPECT_THAT(outcome.err, HasSubstr(GetParam().sentence));
  EXPECT_THAT(outcome.out, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(All, BenchEmbedErrors,
                         ::testing::Values(Wrong{{"bench", "--embed", bert(), "-p", "0"}, 2, "--prompt is 0"},
                                           Wrong{{"bench", "--embed", bert(), "--texts", "0"}, 2, "--texts"},
                                           Wrong{{"bench", "--embed", bert(), "-n", "4"}, 2, "--embed"},
                                           Wrong{{"bench", nano(), "--texts", "4"}, 2, "--embed"},
                                           Wrong{{"bench", "--embed", bert(), "-p", "100000"}, 1, "at most"}));

}  // namespace
}  // namespace gerbil::testing
