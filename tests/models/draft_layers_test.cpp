// Layers that draft tokens, against transformers' modules (tools/goldens/drafts.py), on every backend that is built.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <memory>
#include <numeric>
#include <vector>

#include "engine/model_weights.hpp"
#include "graph/passes/passes.hpp"
#include "models/registry.hpp"
#include "runtime/layer_drafter.hpp"

namespace gerbil {
namespace {

const std::filesystem::path folder = GERBIL_FIXTURES "/goldens/drafts/qwen3_5";
constexpr std::int32_t vocabulary = 137;
constexpr std::int32_t width = 64;
constexpr std::size_t guessed = 2;  // rows whose input the layers made themselves

std::vector<float> expected_logits() {
  std::ifstream file(folder / "guesses.logits", std::ios::binary);
  const std::vector<char> bytes(std::istreambuf_iterator<char>(file), {});
  std::vector<float> values(bytes.size() / sizeof(float));
  std::copy_n(bytes.data(), bytes.size(), reinterpret_cast<char*>(values.data()));
  return values;
}

double largest_error(std::span<const float> got, std::span<const float> wanted) {
  EXPECT_EQ(got.size(), wanted.size());
  double error = 0, largest = 0;
  for (std::size_t i = 0; i < std::min(got.size(), wanted.size()); ++i) {
    error = std::max(error, std::abs(static_cast<double>(got[i]) - wanted[i]));
    largest = std::max(largest, std::abs(static_cast<double>(wanted[i])));
  }
  return error / largest;
}

std::int32_t likeliest(std::span<const float> logits) {
  return static_cast<std::int32_t>(std::ranges::max_element(logits) - logits.begin());
}

class DraftLayers : public testing::TestWithParam<std::shared_ptr<Backend> (*)(int)> {
 protected:
  DraftLayers() {
    options_.exact = true;
    options_.slots = 1;
    options_.kv_tokens = 128;
    options_.max_outputs = 128;
    models::Head head;
    head.hands_over = true;
    model_ = compile(models::build(checkpoint_.config(), head));
    layers_ = compile(models::build_draft(checkpoint_.config()));
    const Json json = Json::parse(std::ifstream(folder / "tokens.json"));
    tokens_ = json.get<std::vector<std::int32_t>>();
  }

  std::unique_ptr<Program> compile(graph::Graph graph) {
    graph::optimize(graph, [&](const auto& a, const auto& b) { return can_merge(weights_, a, b); });
    return memory_->compile(std::move(graph), weights_, options_);
  }

  // Tokens at positions from `first` on, every row of which is handed back and handed over.
  StepResult run(Program& program, std::int32_t first, std::span<const std::int32_t> tokens, Phase phase,
                 std::span<const float> rows = {}) const {
    std::vector<std::int32_t> positions(tokens.size()), all(tokens.size());
    std::iota(positions.begin(), positions.end(), first);
    std::iota(all.begin(), all.end(), 0);
    const std::vector<std::int32_t> sequences(tokens.size(), 0);
    const std::vector<SequenceView> views{
        {.blocks = blocks_, .length = first + static_cast<std::int32_t>(tokens.size()), .phase = phase, .slot = 0}};
    program.begin({.tokens = tokens,
                   .positions = positions,
                   .sequences = sequences,
                   .views = views,
                   .outputs = all,
                   .rows = rows});
    program.choose({.chosen = {}, .sampling = {}, .read = all, .handed = all});
    return program.finish();
  }

  std::vector<float> hidden() { return run(*model_, 0, tokens_, Phase::prompt).handed; }
  runtime::Draft draft(std::vector<float> handed, std::int32_t most) const {
    runtime::Draft result;
    result.tokens = std::vector(tokens_.begin(), tokens_.end() - guessed);
    result.most = most;
    result.handed = std::move(handed);
    result.handed.resize((result.tokens.size() - 1) * width);
    result.blocks = blocks_[0];
    return result;
  }

  const formats::Checkpoint checkpoint_ = formats::Checkpoint::open(folder);
  const WeightSource weights_ =
      checkpoint_weights(checkpoint_, LoadOptions(), models::family(checkpoint_.config()), folder);
  std::shared_ptr<Memory> memory_ = GetParam()(2)->memory();
  ProgramOptions options_;
  std::unique_ptr<Program> model_;
  std::unique_ptr<Program> layers_;
  std::vector<std::int32_t> tokens_;
  const std::vector<std::vector<std::int32_t>> blocks_{{3, 0, 2}};
};

TEST_P(DraftLayers, GuessWhatTheReferenceGuesses) {
  const std::vector<float> expected = expected_logits();
  const std::vector<float> rows = hidden();
  const auto next = std::span(tokens_).subspan(1);
  const std::size_t known = next.size() - guessed;
  for (const std::size_t prompt : {known, std::size_t{50}, std::size_t{0}}) {  // the rest is decoded
    std::vector<float> logits, handed;
    const auto add = [&](std::size_t first, std::size_t count, Phase phase, std::span<const float> input) {
      const StepResult result =
          run(*layers_, static_cast<std::int32_t>(first), next.subspan(first, count), phase, input);
      logits.append_range(result.rows);
      handed.assign(result.handed.end() - width, result.handed.end());
    };
    const auto own = [&](std::size_t first, std::size_t count) {
      return std::span(rows).subspan(first * width, count * width);
    };
    if (prompt > 0) add(0, prompt, Phase::prompt, own(0, prompt));
    for (std::size_t i = prompt; i < known; ++i) add(i, 1, Phase::decode, own(i, 1));
    for (std::size_t i = known; i < next.size(); ++i) add(i, 1, Phase::decode, std::vector(handed));
    EXPECT_LT(largest_error(logits, expected), 1e-4) << prompt << " rows at once";
  }
}

TEST_P(DraftLayers, ADrafterReadsInAnyPortionsAndGoesOn) {
  const std::vector<float> rows = hidden();
  runtime::LayerDrafter whole(std::move(layers_), width, options_);
  std::vector<runtime::Draft> drafts{draft(rows, 6)};
  whole.guess(drafts);
  ASSERT_EQ(drafts[0].guesses.size(), 6u);
  const auto expected = expected_logits();
  const std::size_t last = tokens_.size() - 2 - guessed;
  EXPECT_EQ(drafts[0].guesses[0], likeliest(std::span(expected).subspan(last * vocabulary, vocabulary)));

  ProgramOptions few = options_;
  few.max_tokens = 40;
  runtime::LayerDrafter narrow(compile(models::build_draft(checkpoint_.config())), width, few);
  std::vector<runtime::Draft> read_before{draft(rows, 0)};
  read_before[0].handed.resize(70 * width);
  narrow.guess(read_before);
  EXPECT_TRUE(read_before[0].guesses.empty());
  std::vector<runtime::Draft> rest{draft(rows, 6)};
  rest[0].first = 70;
  rest[0].handed.erase(rest[0].handed.begin(), rest[0].handed.begin() + 70 * width);
  narrow.guess(rest);
  EXPECT_EQ(rest[0].guesses, drafts[0].guesses);
}

TEST_P(DraftLayers, GuessesEndWhereThePagesEnd) {
  runtime::LayerDrafter drafter(std::move(layers_), width, options_);
  std::vector<runtime::Draft> drafts{draft(hidden(), 20), {}};  // and one that has nothing to go on from
  drafts[1].most = 4;
  drafts[1].tokens = {1, 2};
  drafter.guess(drafts);
  // The last guess that is read stands at the end of the third page.
  EXPECT_EQ(drafts[0].guesses.size(), 96 - drafts[0].tokens.size() + 2);
  EXPECT_TRUE(drafts[1].guesses.empty());
}

INSTANTIATE_TEST_SUITE_P(Cpu, DraftLayers, testing::Values(&cpu::open));
#ifdef GERBIL_TEST_WEBGPU
INSTANTIATE_TEST_SUITE_P(WebGpu, DraftLayers, testing::Values(&webgpu::open));
#endif

}  // namespace
}  // namespace gerbil
