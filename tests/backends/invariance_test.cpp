// A sequence gives the same numbers, bit for bit, alone or batched, whole or in chunks, on one thread or many.
#include <gtest/gtest.h>

#include <cmath>

#include "backends/reference.hpp"
#include "gerbil/error.hpp"
#include "kernels/cpu/targets.hpp"

namespace gerbil::test {
namespace {

const std::vector<std::vector<std::int32_t>> blocks{{1, 4, 2}, {6, 3, 5}};

std::unique_ptr<Program> compile(const TestGraph& g, int threads, bool exact) {
  ProgramOptions options;
  options.threads = threads;
  options.exact = exact;
  options.kv_tokens = 8 * kv_block_tokens;
  options.max_tokens = 128;
  options.max_outputs = 128;
  return cpu::compile(g.graph, g.source(), options);
}

// The rows of sequence 0 when its tokens come in chunks of these sizes, beside tokens of another sequence or not.
std::vector<float> run(Program& program, const std::vector<std::int32_t>& chunks, bool company) {
  const auto ids = random_tokens(70, 11);
  const auto others = random_tokens(90, 12);
  std::vector<float> rows;
  std::int32_t at = 0;
  std::int32_t other = 0;
  for (const std::int32_t chunk : chunks) {
    std::vector<TestBatch::Part> parts;
    if (company) {
      parts.push_back({1, other, std::vector(others.begin() + other, others.begin() + other + 5)});
      other += 5;
    }
    parts.push_back({0, at, std::vector(ids.begin() + at, ids.begin() + at + chunk)});
    const TestBatch batch(parts, blocks);
    const auto logits = run(program, batch).rows;
    rows.insert(rows.end(), logits.end() - chunk * 64, logits.end());
    at += chunk;
  }
  return rows;
}

struct Layer {
  std::string name;
  Form form;
  bool exact;
};

class Invariance : public testing::TestWithParam<Layer> {
 protected:
  void TearDown() override { kernels::use_target(kernels::Target::best); }
};

TEST_P(Invariance, ChunksCompanyAndThreadsChangeNoBit) {
  for (const kernels::Target target : kernels::available_targets()) {
    kernels::use_target(target);
    TestGraph g;
    build_layer(g, GetParam().form);
    const auto whole = run(*compile(g, 1, GetParam().exact), {70}, false);
    ASSERT_EQ(whole.size(), 70u * 64u);
    for (const float value : whole) ASSERT_TRUE(std::isfinite(value));
    const std::vector<std::vector<std::int32_t>> ways{
        {70}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 4}, {33, 1, 1, 1, 34}, {8, 8, 16, 32, 6}, std::vector(70, 1)};
    for (const int threads : {1, 2, 3}) {
      const auto program = compile(g, threads, GetParam().exact);
      for (const auto& way : ways) {
        EXPECT_EQ(run(*program, way, false), whole) << threads << " threads, alone, " << way.size() << " chunks";
        if (way.size() <= 18) {
          EXPECT_EQ(run(*program, way, true), whole) << threads << " threads, batched, " << way.size() << " chunks";
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Cpu, Invariance,
                         testing::Values(Layer{"f32", {}, false}, Layer{"bf16", {DType::bf16}, false},
                                         Layer{"coded4", {DType::f16, 4, 32}, false},
                                         Layer{"coded8", {DType::f16, 8, 32}, false},
                                         Layer{"coded6", {DType::f16, 6, 32, true}, false},
                                         Layer{"coded5", {DType::f16, 5, 32}, false},
                                         Layer{"group16", {DType::f16, 4, 16, true, 8}, false},
                                         Layer{"two_level", {DType::f16, 6, 16, false, 32, {}, 32}, false},
                                         Layer{"coded4_exact", {DType::f16, 4, 32}, true}),
                         [](const auto& suffix) { return suffix.param.name; });

TEST(CpuProgram, CopiedBlockContinuesLikeTheOriginal) {
  TestGraph g;
  build_layer(g, {DType::f16, 4, 32});
  const auto program = compile(g, 2, false);
  const std::vector<std::vector<std::int32_t>> pages{{1}, {2}};
  run(*program, TestBatch({{0, 0, random_tokens(20, 1)}}, pages));
  program->copy_block({.from = 1, .to = 2});
  const auto original = run(*program, TestBatch({{0, 20, {7}}}, pages)).rows;
  const auto copy = run(*program, TestBatch({{1, 20, {7}}}, pages)).rows;
  EXPECT_EQ(original, copy);
  EXPECT_NE(original, run(*program, TestBatch({{1, 21, {7}}}, pages)).rows);
}

TEST(CpuProgram, InfoCountsWhatDecodeReads) {
  TestGraph g;
  build_layer(g, {DType::f16, 4, 32});
  const auto program = compile(g, 2, false);
  // qkv 256 × 64, output 64 × 128, gate and up 192 × 64, down 64 × 96
  const std::int64_t weights = 256 * 64 + 64 * 128 + 192 * 64 + 64 * 96;
  EXPECT_EQ(program->info().operations_per_token, 2 * weights);
  EXPECT_EQ(program->info().bytes_per_token, weights / 2 + weights / 32 * 4);
  EXPECT_EQ(program->info().kv_bytes, 8 * 32 * 2 * 2 * 32 * 2);
  EXPECT_NE(program->info().device.find("2 threads"), std::string::npos);
}

TEST(CpuProgram, ErrorsOfTheWeightSourceReachTheCaller) {
  TestGraph g;
  build_layer(g, {});
  const auto broken = [&](const graph::WeightDeclaration& declaration) {
    formats::Weight weight = g.source()(declaration);
    if (!declaration.vector) {
      std::get<formats::Dense>(weight.form).read = [](std::int64_t, std::int64_t, float*) {
        throw Error(ErrorCode::corrupt, "The tensor is broken.");
      };
    }
    return weight;
  };
  EXPECT_THROW(cpu::compile(g.graph, broken, {}), Error);
}

}  // namespace
}  // namespace gerbil::test
