// On a GPU the mask of a step is made while the device works.
#include <gtest/gtest.h>

#include <regex>

#include "gerbil/gerbil.hpp"

namespace gerbil {
namespace {

TEST(WebGpuGrammars, AreKeptByOneAndByMany) {
  const Generator generator(
      Model::load(GERBIL_MODELS "/nano", {.device = Device::webgpu, .context_length = 512, .check = false}));
  const auto options = [](std::uint64_t seed) {
    GenerateOptions made{.max_tokens = 40, .grammar = Regex{"[a-c]{5,9}(, (yes|no|\\d{3}))+!"}};
    made.sampling.temperature = 1.5f;
    made.sampling.seed = seed;
    made.chat.enable_thinking = false;
    return made;
  };
  std::vector<std::string> alone;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const GenerateResult result = generator.generate("Say something", options(seed));
    const std::regex whole("[a-c]{5,9}(, (yes|no|[0-9]{3}))+!");
    EXPECT_TRUE(result.finish_reason == FinishReason::length || std::regex_match(result.text, whole)) << result.text;
    alone.push_back(result.text);
  }
  std::vector<Stream> streams;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) streams.push_back(generator.stream("Say something", options(seed)));
  const GenerateResult free = generator.generate("Tell me a story about a hen", {.max_tokens = 30});
  EXPECT_EQ(free.generated_tokens, 30);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(streams[i].result().text, alone[i]);
}

}  // namespace
}  // namespace gerbil
