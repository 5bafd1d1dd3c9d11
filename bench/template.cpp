// How long a chat template takes: compiling it, and rendering a conversation with it.
// Usage: bench_template CONTEXT.json TEMPLATE.jinja… [--benchmark_filter=…]; tools/template_parity/bench.py measures
// Python's Jinja on the same files, and writes the context with --write.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include "base/json.hpp"
#include "base/mapped_file.hpp"
#include "template/template.hpp"

namespace {

using gerbil::jinja::Template;

void compile(benchmark::State& state, const std::string& source) {
  for (auto _ : state) benchmark::DoNotOptimize(Template(source));
}

void render(benchmark::State& state, const std::string& source, const gerbil::Json& context) {
  const Template compiled(source);
  std::size_t bytes = 0;
  for (auto _ : state) bytes = compiled.render(context).size();
  state.counters["bytes"] = static_cast<double>(bytes);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (argc < 3) {
    std::fputs("usage: bench_template CONTEXT.json TEMPLATE.jinja…\n", stderr);
    return 2;
  }
  const gerbil::Json context = gerbil::parse_json(gerbil::read_text_file(argv[1]), argv[1]);
  for (int i = 2; i < argc; ++i) {
    const std::string source = gerbil::read_text_file(argv[i]);
    const std::string name = std::filesystem::path(argv[i]).stem().string();
    benchmark::RegisterBenchmark("compile/" + name, compile, source)->Unit(benchmark::kMicrosecond);
    benchmark::RegisterBenchmark("render/" + name, render, source, context)->Unit(benchmark::kMicrosecond);
  }
  benchmark::RunSpecifiedBenchmarks();
}
