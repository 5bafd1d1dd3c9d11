// Projections of Qwen3-0.6B on the CPU backend: 4-bit codes in groups of 32, as decode (1 token) and prefill (512).
//   bench_linear [--benchmark_filter=prefill]
// Counters: bytes of weights read per second, operations per second (multiply and add are two).
#include <benchmark/benchmark.h>

#include <memory>
#include <numeric>
#include <vector>

#include "backends/backend.hpp"
#include "backends/cpu/ceilings.hpp"

namespace {

using namespace gerbil;

formats::Weight random_weight(std::int64_t rows, std::int64_t columns, int bits, int group) {
  formats::Coded coded;
  coded.bits = bits;
  coded.group = group;
  coded.read = [=](std::int64_t row, std::int64_t count, const formats::CodedSpan& out) {
    std::uint32_t state = static_cast<std::uint32_t>(row) + 1;
    for (std::int64_t i = 0; i < count * columns; ++i) {
      state = state * 1664525u + 1013904223u;
      out.codes[i] = static_cast<std::uint8_t>((state >> 16) & ((1u << bits) - 1));
    }
    std::fill_n(out.scales, count * columns / group, 0x1p-8f);
    std::fill_n(out.biases, count * columns / group, -0x1p-5f);
  };
  return {"weight", rows, columns, coded};
}

// Several copies of one projection, so that together they are larger than the caches, as in a model.
graph::Graph chain(std::int64_t rows, std::int64_t columns, int copies) {
  graph::Graph graph;
  graph.name = "bench";
  const auto weight = [&](std::string name, std::int64_t r, std::int64_t c) {
    return append(graph.weights, {{std::move(name)}, {r}, r, c, false});
  };
  const auto value = [&](std::int64_t width, graph::Rows kind) {
    return append(graph.values, {"v", static_cast<std::int32_t>(width), kind});
  };
  const graph::ValueId input = value(columns, graph::Rows::tokens);
  graph.nodes.push_back({graph::Embedding{.table = weight("table", 32, columns)}, {}, {input}});
  for (int i = 1; i < copies; ++i) {
    graph.nodes.push_back(
        {graph::Linear{.weight = weight("w", rows, columns)}, {input}, {value(rows, graph::Rows::tokens)}});
  }
  const graph::ValueId wanted = value(columns, graph::Rows::outputs);
  graph.nodes.push_back({graph::SelectRows{}, {input}, {wanted}});
  graph.output = value(rows, graph::Rows::outputs);
  graph.nodes.push_back({graph::Linear{.weight = weight("w", rows, columns)}, {wanted}, {graph.output}});
  return graph;
}

void run_projection(benchmark::State& state) {
  const std::int64_t rows = state.range(0);
  const std::int64_t columns = state.range(1);
  const auto tokens = static_cast<std::size_t>(state.range(2));
  const int copies = static_cast<int>(std::max<std::int64_t>(2, (160 << 20) / (rows * columns)));
  ProgramOptions options;
  options.max_outputs = options.max_tokens;
  const auto program = cpu::compile(
      chain(rows, columns, copies),
      [&](const graph::WeightDeclaration& w) { return random_weight(w.rows, w.columns, 4, 32); }, options);
  const std::vector<std::int32_t> zeros(tokens);
  std::vector<std::int32_t> positions(tokens);
  std::iota(positions.begin(), positions.end(), 0);
  const SequenceView view{.length = static_cast<std::int32_t>(tokens)};  // there are no pages
  const std::vector<std::int32_t> outputs = positions;
  Batch batch;
  batch.tokens = zeros;
  batch.positions = positions;
  batch.sequences = zeros;
  batch.views = {&view, 1};
  batch.outputs = outputs;
  for (auto _ : state) {
    program->begin(batch);
    program->choose({});
    program->finish();
  }
  const double steps = static_cast<double>(state.iterations());
  state.counters["bytes"] =
      benchmark::Counter(steps * static_cast<double>(program->info().bytes_per_token), benchmark::Counter::kIsRate);
  state.counters["operations"] = benchmark::Counter(
      steps * static_cast<double>(program->info().operations_per_token) * static_cast<double>(tokens),
      benchmark::Counter::kIsRate);
}

void shapes(benchmark::internal::Benchmark* benchmark, std::int64_t tokens) {
  benchmark->UseRealTime()->Unit(benchmark::kMillisecond)->ArgNames({"rows", "columns", "tokens"});
  benchmark->Args({4096, 1024, tokens})->Args({1024, 2048, tokens})->Args({6144, 1024, tokens});
  benchmark->Args({1024, 3072, tokens});
  if (tokens == 1) benchmark->Args({151936, 1024, tokens});
}

void decode(benchmark::State& state) { run_projection(state); }
BENCHMARK(decode)->Apply([](auto* b) { shapes(b, 1); });
void prefill(benchmark::State& state) { run_projection(state); }
BENCHMARK(prefill)->Apply([](auto* b) { shapes(b, 512); });

void ceilings(benchmark::State& state) {
  cpu::Ceilings measured;
  for (auto _ : state) measured = cpu::measure_ceilings();
  state.counters["bytes"] = measured.read_bytes_per_second;
  state.counters["operations"] = measured.int8_operations_per_second;
}
BENCHMARK(ceilings)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
