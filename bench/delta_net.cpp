// A layer of Gated DeltaNet with the heads of Qwen3.5-0.8B on the CPU backend: a prompt in chunks, the same tokens one
// after the other, and decoding.
//   bench_delta_net [--benchmark_filter=chunked]
#include <benchmark/benchmark.h>

#include <memory>
#include <numeric>
#include <vector>

#include "backends/backend.hpp"

namespace {

using namespace gerbil;

graph::Graph layer() {
  graph::Graph graph;
  graph.name = "bench";
  graph.step_multiple = graph::delta_net_chunk;
  graph::DeltaNet delta{.key_heads = 16, .value_heads = 16, .key_dim = 128, .value_dim = 128, .taps = 4};
  const auto vector = [&](std::string name, std::int64_t size) {
    return append(graph.weights, {{std::move(name)}, {size}, 1, size, true});
  };
  const auto value = [&](std::int64_t width, graph::Rows kind) {
    return append(graph.values, {"v", static_cast<std::int32_t>(width), kind});
  };
  delta.slot = append(graph.slots, {delta.slot_elements()});
  delta.convolution = vector("convolution", delta.channels() * delta.taps);
  delta.decay = vector("decay", delta.value_heads);
  delta.time_bias = vector("time_bias", delta.value_heads);
  delta.norm = vector("norm", delta.value_dim);
  const graph::WeightId table = append(graph.weights, {{"table"}, {32}, 32, delta.columns(), false});
  const graph::ValueId input = value(delta.columns(), graph::Rows::tokens);
  const graph::ValueId output = value(delta.values(), graph::Rows::tokens);
  graph.output = value(delta.values(), graph::Rows::outputs);
  graph.nodes = {{graph::Embedding{.table = table}, {}, {input}},
                 {delta, {input}, {output}},
                 {graph::SelectRows{}, {output}, {graph.output}}};
  return graph;
}

formats::Weight weight(const graph::WeightDeclaration& declaration) {
  std::vector<float> values(static_cast<std::size_t>(declaration.rows * declaration.columns));
  std::uint32_t state = 1;
  for (float& value : values) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<float>(state >> 8) * 0x1p-23f - 1.0f;
    if (declaration.parts.front() == "decay") value -= 3.0f;  // long memories
  }
  return formats::weight_from_floats("weight", declaration.rows, declaration.columns, std::move(values));
}

void run(benchmark::State& state, std::size_t tokens, Phase phase) {
  ProgramOptions options;
  options.threads = static_cast<int>(state.range(1));
  options.max_tokens = static_cast<std::int32_t>(tokens);
  options.slots = 1;
  const auto program = cpu::compile(layer(), weight, options);
  std::vector<std::int32_t> ids(tokens), positions(tokens);
  const std::vector<std::int32_t> sequences(tokens, 0);
  std::iota(positions.begin(), positions.end(), 0);
  for (std::size_t i = 0; i < tokens; ++i) ids[i] = static_cast<std::int32_t>(i * 7 % 32);
  const SequenceView view{.length = static_cast<std::int32_t>(tokens), .phase = phase, .slot = 0};
  const Batch batch{.tokens = ids, .positions = positions, .sequences = sequences, .views = {&view, 1}};
  for (auto _ : state) {
    program->begin(batch);
    program->choose({});
    program->finish();
  }
  state.counters["tokens"] = benchmark::Counter(static_cast<double>(state.iterations()) * static_cast<double>(tokens),
                                                benchmark::Counter::kIsRate);
}

void chunked(benchmark::State& state) { run(state, static_cast<std::size_t>(state.range(0)), Phase::prompt); }
void token_by_token(benchmark::State& state) { run(state, static_cast<std::size_t>(state.range(0)), Phase::decode); }

void shapes(benchmark::internal::Benchmark* benchmark) {
  benchmark->UseRealTime()->Unit(benchmark::kMillisecond)->ArgNames({"tokens", "threads"});
  for (const int threads : {1, 2}) {
    for (const int tokens : {1, 512, 4096}) benchmark->Args({tokens, threads});
  }
}
BENCHMARK(chunked)->Apply(shapes);
BENCHMARK(token_by_token)->Apply(shapes);

}  // namespace

BENCHMARK_MAIN();
