// What a WebGPU program does as a whole: batches, the choice of tokens on the device, its numbers, a lost device.
#include <gtest/gtest.h>

#include <algorithm>

#include "backends/handed_rows.hpp"
#include "backends/host_rows.hpp"
#include "backends/memory.hpp"
#include "backends/profiler.hpp"
#include "backends/recurrence.hpp"
#include "backends/reference.hpp"
#include "backends/steps.hpp"
#include "backends/webgpu/memory.hpp"
#include "gerbil/error.hpp"
#include "gpu/device.hpp"

namespace gerbil::test {
namespace {

using Logits = std::vector<float>;

const std::vector<std::vector<std::int32_t>> blocks{{1, 4, 2}, {6, 3, 5}};

std::unique_ptr<Program> compile(const TestGraph& g, const std::vector<Feature>& without = {}, bool exact = false) {
  ProgramOptions options;
  options.without = without;
  options.exact = exact;
  options.kv_tokens = 8 * kv_block_tokens;
  options.max_tokens = 128;
  options.max_sequences = 8;
  options.max_outputs = 100;
  return webgpu::compile(g.graph, g.source(), options);
}

double error(const Logits& a, const Logits& b) { return normalised_error(a, {b.begin(), b.end()}); }

TEST(WebGpuProgram, ASequenceGivesTheSameBitsAloneAndInABatch) {
  TestGraph g;
  build_layer(g, {DType::f16, 4, 32});
  const auto ids = random_tokens(70, 1);
  const auto others = random_tokens(70, 2);
  const auto rows = [&](bool company) {
    const auto program = compile(g);
    Logits all;
    std::int32_t at = 0;
    std::int32_t other = 0;
    // A prompt, a single token, a prompt that continues, single tokens; the other sequence does the opposite.
    for (const auto& [count, beside] : {std::pair{40, 1}, {1, 20}, {1, 1}, {20, 1}, {1, 30}, {1, 1}}) {
      std::vector<TestBatch::Part> parts;
      if (company) parts.push_back({1, other, {others.begin() + other, others.begin() + other + beside}});
      parts.push_back({0, at, {ids.begin() + at, ids.begin() + at + count}});
      const auto logits = run(*program, TestBatch(parts, blocks)).rows;
      all.insert(all.end(), logits.end() - count * 64, logits.end());
      at += count;
      other += beside;
    }
    return all;
  };
  EXPECT_EQ(rows(true), rows(false));
}

TEST(WebGpuProgram, HowAPromptIsCutChangesNoBit) {
  TestGraph g;
  build_layer(g, {DType::f16, 4, 32});
  const auto ids = random_tokens(70, 1);
  const auto program = compile(g);
  const auto rows = [&](const std::vector<std::int32_t>& cut) {
    Logits all;
    std::int32_t at = 0;
    for (const std::int32_t count : cut) {
      const TestBatch batch({{0, at, {ids.begin() + at, ids.begin() + at + count}, Phase::prompt}}, blocks);
      const auto logits = run(*program, batch).rows;
      all.insert(all.end(), logits.begin(), logits.end());
      at += count;
    }
    return all;
  };
  const auto whole = rows({70});
  for (const auto& cut : {std::vector{69, 1}, {68, 2}, {1, 69}, {35, 1, 34}}) EXPECT_EQ(rows(cut), whole) << cut[0];
}

TEST(WebGpuProgram, TokenByTokenIsTheWholePromptUpToRounding) {
  TestGraph g;
  build_layer(g, {DType::f16, 4, 32});
  const auto ids = random_tokens(70, 11);
  const auto whole = run(*compile(g, {}, true), TestBatch({{0, 0, ids}}, blocks)).rows;
  const auto program = compile(g, {}, true);
  Logits pieces;
  for (std::int32_t at = 0; at < 70; ++at) {
    const auto logits = run(*program, TestBatch({{0, at, {ids[static_cast<std::size_t>(at)]}}}, blocks)).rows;
    pieces.insert(pieces.end(), logits.begin(), logits.end());
  }
  EXPECT_LT(error(pieces, whole), 1e-5);
}

// Rows of a prompt and of decoded sequences, before and after it, go through different kernels and then one head: each
// must stand where the batch names it, and be what it is alone.
TEST(WebGpuProgram, WantedRowsOfPromptsAndDecodesStandWhereTheBatchNamesThem) {
  const std::vector<std::vector<std::int32_t>> pages{{1}, {4}, {6}};
  TestGraph g;
  build_layer(g, {DType::f16, 4, 32});
  const graph::WeightId head = g.matrix(96, 64, {DType::f16, 4, 32});
  g.graph.output = g.node(graph::Linear{.weight = head}, {g.graph.output}, 96, graph::Rows::outputs);
  const auto prompt = random_tokens(9, 1);
  const std::vector<TestBatch::Part> parts{{0, 4, {7}}, {1, 3, prompt}, {2, 5, {9}}};
  const auto begun = [&] {
    auto program = compile(g);
    run(*program,
        TestBatch({{0, 0, random_tokens(4, 2)}, {1, 0, random_tokens(3, 3)}, {2, 0, random_tokens(5, 4)}}, pages));
    return program;
  };
  TestBatch together(parts, pages);
  together.outputs = {0, 3, 9, 10};  // both decoded rows, the third of the prompt, and its last
  const Logits rows = run(*begun(), together).rows;
  Logits alone;
  const auto program = begun();
  for (const auto& [part, wanted] : std::vector<std::pair<std::size_t, std::int32_t>>{{0, 0}, {1, 2}, {1, 8}, {2, 0}}) {
    TestBatch batch({parts[part]}, pages);
    batch.outputs = {wanted};
    alone.append_range(run(*program, batch).rows);
  }
  EXPECT_EQ(rows, alone);
}

TEST(WebGpuProgram, ManyWantedRowsAreThoseThatAreWantedAlone) {
  TestGraph g;
  build_layer(g, {});
  const auto ids = random_tokens(20, 3);
  const auto program = compile(g);
  TestBatch batch({{0, 0, ids}}, blocks);
  const auto all = run(*program, batch).rows;
  ASSERT_EQ(all.size(), 20u * 64u);
  for (std::int32_t row = 0; row < 20; ++row) {
    batch.outputs = {row};
    EXPECT_EQ(run(*program, batch).rows, Logits(all.begin() + row * 64, all.begin() + (row + 1) * 64)) << row;
  }
}

TEST(WebGpuProgram, CopiedBlockContinuesLikeTheOriginal) {
  TestGraph g;
  build_layer(g, {DType::f16, 4, 32});
  const auto program = compile(g);
  const std::vector<std::vector<std::int32_t>> pages{{1}, {2}};
  run(*program, TestBatch({{0, 0, random_tokens(20, 1)}}, pages));
  program->copy_block({.from = 1, .to = 2});
  const auto original = run(*program, TestBatch({{0, 20, {7}}}, pages)).rows;
  const auto copy = run(*program, TestBatch({{1, 20, {7}}}, pages)).rows;
  EXPECT_EQ(original, copy);
  EXPECT_NE(original, run(*program, TestBatch({{1, 21, {7}}}, pages)).rows);
}

TEST(WebGpuProgram, InfoCountsWhatDecodeDoes) {
  TestGraph g;
  build_layer(g, {DType::f16, 4, 32});
  const auto program = compile(g);
  const std::int64_t weights = 256 * 64 + 64 * 128 + 192 * 64 + 64 * 96;
  EXPECT_EQ(program->info().operations_per_token, 2 * weights);
  EXPECT_EQ(program->info().bytes_per_token, weights / 2 + weights / 32 * 4);
  EXPECT_EQ(program->info().kv_bytes, 8 * 32 * 2 * 2 * 32 * 2);
  // Embedding, six for the layer, the selection of rows, the choice of the token.
  EXPECT_EQ(program->info().dispatches_per_token, 9);
  EXPECT_EQ(program->info().readbacks_per_token, 1);
}

TEST(WebGpuProgram, WhatIsNotUsedIsSaid) {
  TestGraph g;
  build_layer(g, {});
  const auto mentions = [](const Program& program, const std::string& text) {
    for (const std::string& note : program.info().notes)
      if (note.find(text) != std::string::npos) return true;
    return false;
  };
  EXPECT_TRUE(mentions(*compile(g, {Feature::shader_f16}), "shader-f16"));
  EXPECT_TRUE(mentions(*compile(g, {Feature::subgroups}), "no subgroups"));
  EXPECT_TRUE(mentions(*compile(g, {Feature::subgroup_matrix}), "without subgroup matrices"));
  EXPECT_TRUE(mentions(*compile(g, {}, true), "exact"));
}

std::unique_ptr<Program> compile_without_subgroups(graph::Graph graph, const WeightSource& weights,
                                                   const ProgramOptions& options, const Progress& progress) {
  ProgramOptions limited = options;
  limited.without = {Feature::subgroups};
  return webgpu::compile(std::move(graph), weights, limited, progress);
}

TEST(WebGpuProgram, AStepThatIsNotFinishedIsInNoProfile) {
  TestGraph g;
  build_layer(g, {DType::f16, 4, 32});
  ProgramOptions options;
  options.max_tokens = 16;
  options.profiler = std::make_shared<Profiler>();
  const auto program = webgpu::compile(g.graph, g.source(), options);
  const TestBatch dropped({{0, 0, random_tokens(9, 1)}}, blocks);
  const TestBatch step({{0, 0, random_tokens(4, 2)}}, blocks);
  const Batch first = dropped.batch();
  program->begin(first);
  run(*program, step);
  const StepProfile profile = options.profiler->take().prompt;
  EXPECT_EQ(profile.steps, 1);
  EXPECT_EQ(profile.tokens, 4);
  std::int64_t operations = 0;
  for (const OperationProfile& operation : profile.operations) operations += operation.operations;
  EXPECT_EQ(operations, 4 * program->info().operations_per_token) << "all rows are wanted";
}

INSTANTIATE_TEST_SUITE_P(WebGpu, MemoryTest, testing::Values(OpenBackend{webgpu::open}));

INSTANTIATE_TEST_SUITE_P(WebGpu, HandedRows, testing::Values(Compile{webgpu::compile}));
INSTANTIATE_TEST_SUITE_P(WebGpu, HostRows, testing::Values(Compile{webgpu::compile}));

INSTANTIATE_TEST_SUITE_P(WebGpu, Steps, testing::Values(webgpu::compile, compile_without_subgroups));
INSTANTIATE_TEST_SUITE_P(WebGpu, Recurrence, testing::Values(webgpu::compile, compile_without_subgroups));

// Rows of logits without structure, as wide as a small vocabulary, each row chosen by other rules.
class WebGpuSampling : public testing::TestWithParam<std::vector<Feature>> {};

TEST_P(WebGpuSampling, ChoosesWhatTheCpuChooses) {
  constexpr std::int32_t vocabulary = 1000;
  TestGraph g;
  const graph::WeightId table = g.matrix(64, vocabulary, {}, 6.0f);
  g.finish(g.node(graph::Embedding{table, 1.0f}, {}, vocabulary));
  const auto program = compile(g, GetParam());
  const std::vector<Sampling> rules{{},
                                    {.temperature = 1.0f},
                                    {.temperature = 0.6f, .top_k = 20},
                                    {.temperature = 1.3f, .top_p = 0.9f},
                                    {.temperature = 2.0f, .top_k = 100, .top_p = 0.5f},
                                    {.temperature = 1.0f, .min_p = 0.1f},
                                    {.temperature = 0.8f,
                                     .top_k = 50,
                                     .top_p = 0.95f,
                                     .min_p = 0.05f,
                                     .adjustments = {{3, 1.5f, -1.0f}, {999, 2, 8}}},
                                    {.adjustments = {{0, 1.0f, 100.0f}, {5, 1.0f, 101.0f}}},
                                    {.temperature = 1e-45f},
                                    {.temperature = 1e-38f, .top_k = 5, .top_p = 0.9f, .min_p = 0.1f},
                                    {.temperature = 1e-4f, .top_k = 5},
                                    {.temperature = 3e38f},
                                    {.temperature = 0.5f, .adjustments = {{3, 1e-38f, 0.0f}, {4, 1e38f, 0.0f}}}};
  int distinct = 0;
  for (std::uint32_t step = 0; step < 40; ++step) {
    TestBatch batch({{0, 0, random_tokens(static_cast<std::int32_t>(rules.size()), step)}}, blocks);
    for (Sampling rule : rules) {
      rule.seed = 0x123456789abcull * (step + 1);
      rule.step = step;
      batch.sampling.push_back(rule);
    }
    const StepResult result = run(*program, batch);
    ASSERT_EQ(result.tokens.size(), rules.size());
    for (std::size_t i = 0; i < rules.size(); ++i) {
      const auto row = result.rows.begin() + static_cast<std::ptrdiff_t>(i) * vocabulary;
      Logits logits(row, row + vocabulary);
      const std::int32_t best = static_cast<std::int32_t>(std::ranges::max_element(logits) - logits.begin());
      EXPECT_EQ(result.tokens[i], sample(logits, batch.sampling[i])) << "rule " << i << ", step " << step;
      distinct += result.tokens[i] != best;
    }
  }
  EXPECT_GT(distinct, 100);  // or else the rules did not matter
}

INSTANTIATE_TEST_SUITE_P(WebGpu, WebGpuSampling,
                         testing::Values(std::vector<Feature>{}, std::vector<Feature>{Feature::subgroups}),
                         [](const auto& suffix) { return suffix.param.empty() ? "subgroups" : "no_subgroups"; });

TEST(WebGpuDevice, ALostDeviceIsAnErrorThatNamesTheCauseAndAnotherCanBeOpened) {
  gpu::Device device;
  const gpu::Buffer buffer = device.buffer(16, "test");
  device.lose("the driver was replaced");
  std::vector<std::byte> out(16);
  try {
    for (int i = 0; i < 3; ++i) device.read(buffer, 0, out);
    FAIL() << "a lost device went on working";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::device_lost);
    EXPECT_NE(std::string(error.what()).find("the driver was replaced"), std::string::npos) << error.what();
  }
  gpu::Device again;
  const gpu::Buffer other = again.buffer(16, "test");
  const std::vector<std::byte> bytes(16, std::byte{7});
  again.write(other, 0, bytes);
  again.read(other, 0, out);
  EXPECT_EQ(out, bytes);
}

TEST(WebGpuDevice, ABackendWhoseDeviceIsLostIsNotUsable) {
  const auto backend = std::make_shared<webgpu::GpuBackend>(1);
  EXPECT_TRUE(backend->usable());
  backend->device.lose("the driver was replaced");
  EXPECT_FALSE(backend->usable());
}

TEST(WebGpuDevice, BytesComeBackInTheOrderOfTheirRangesWhateverWasAskedBefore) {
  gpu::Device device;
  const gpu::Buffer a = device.buffer(16, "a");
  const gpu::Buffer b = device.buffer(16, "b");
  const std::vector<std::byte> sevens(16, std::byte{7});
  const std::vector<std::byte> nines(16, std::byte{9});
  device.write(a, 0, sevens);
  device.write(b, 0, nines);
  const std::vector<gpu::Range> ranges{{b, 4, 8}, {a, 0, 4}};
  device.start_read(ranges);  // dropped on its way
  const gpu::Readback first = device.start_read(ranges);
  device.write(b, 0, sevens);  // comes after the copies
  const gpu::Readback second = device.start_read(ranges);
  while (!device.arrived(second)) {
  }
  const auto bytes = [&](const gpu::Readback& readback) {
    const std::span<const std::byte> all = device.bytes(readback);
    return std::vector(all.begin(), all.end());
  };
  std::vector<std::byte> expected(12, std::byte{7});
  EXPECT_EQ(bytes(second), expected);
  std::ranges::fill_n(expected.begin(), 8, std::byte{9});
  EXPECT_EQ(bytes(first), expected);
  EXPECT_EQ(bytes(first), expected) << "they stay";
}

TEST(WebGpuDevice, AReadbackFromALostDeviceIsAnError) {
  gpu::Device device;
  const gpu::Buffer buffer = device.buffer(16, "test");
  const std::vector<gpu::Range> ranges{{buffer, 0, 16}};
  const gpu::Readback readback = device.start_read(ranges);
  device.lose("the driver was replaced");
  const auto code = [&](const auto& call) {
    try {
      for (int i = 0; i < 3; ++i) call();
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::internal;
  };
  EXPECT_EQ(code([&] { device.bytes(readback); }), ErrorCode::device_lost);
  EXPECT_TRUE(device.arrived(readback)) << "there is an answer, which bytes() throws";
  EXPECT_EQ(code([&] { device.start_read(ranges); }), ErrorCode::device_lost);
}

TEST(WebGpuDevice, ABufferThatDoesNotFitIsAnError) {
  gpu::Device device;
  try {
    device.buffer(std::uint64_t{1} << 50, "everything");
    FAIL() << "a buffer of 2^50 bytes fitted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::out_of_memory);
    EXPECT_NE(std::string(error.what()).find("everything"), std::string::npos) << error.what();
  }
}

TEST(WebGpuDevice, AKernelThatDoesNotCompileIsAnErrorWithItsMessage) {
  gpu::Device device;
  try {
    const gpu::Kernel kernel = device.kernel("broken", "@compute @workgroup_size(1) fn main() { let x = nothing; }");
    device.bind(kernel, {});
    FAIL() << "a broken kernel compiled";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("nothing"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace gerbil::test
