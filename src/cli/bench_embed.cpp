#include "bench_embed.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <random>
#include <sstream>

#ifdef __linux__
#include <unistd.h>

#include <ctime>
#endif

#include "bench_arithmetic.hpp"
#include "gerbil/embedder.hpp"
#include "gerbil/json.hpp"
#include "json.hpp"
#include "model.hpp"
#include "terminal.hpp"

namespace gerbil::cli {
namespace {

constexpr std::int32_t first_text_tokens = 16;

// Seconds since this process was started, dynamic linking included, to the 10 ms of the kernel's clock ticks. Not known
// outside of Linux. Source: proc_pid_stat(5), field 22.
std::optional<double> process_age() {
#ifdef __linux__
  std::ifstream file("/proc/self/stat");
  const std::string stat(std::istreambuf_iterator<char>(file), {});
  // The second field is the program's name, in parentheses, and may hold anything.
  std::istringstream rest(stat.substr(std::min(stat.size(), stat.rfind(')') + 1)));
  std::string field;
  for (int number = 3; number <= 22; ++number) rest >> field;
  timespec now{};
  if (!rest || clock_gettime(CLOCK_BOOTTIME, &now) != 0) return std::nullopt;
  const double started = std::stod(field) / static_cast<double>(sysconf(_SC_CLK_TCK));
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9 - started;
#else
  return std::nullopt;
#endif
}

std::vector<TokenizedText> random_texts(std::mt19937& random, std::int32_t texts, std::int32_t tokens,
                                        std::int32_t vocabulary) {
  std::uniform_int_distribution<std::int32_t> token(0, vocabulary - 1);
  std::vector<TokenizedText> result(static_cast<std::size_t>(texts));
  for (TokenizedText& text : result) {
    text.ids.resize(static_cast<std::size_t>(tokens));
    for (std::int32_t& id : text.ids) id = token(random);
  }
  return result;
}

struct Measurement {
  std::optional<double> first_embedding;  // seconds since the process was started
  std::vector<double> texts_per_second;   // one a repetition
  std::vector<double> tokens_per_second;
  MachineCeilings ceilings;
};

Measurement measure(const Embedder& embedder, const LoadOptions& load, const EmbedBench& bench,
                    std::int32_t repetitions) {
  Measurement measurement;
  std::mt19937 random(1);
  const ModelInfo& info = embedder.model().info();
  const std::int32_t vocabulary = info.vocabulary_size;
  const std::int32_t first = std::min(first_text_tokens, info.context_length);
  embedder.embed(random_texts(random, 1, first, vocabulary));
  measurement.first_embedding = process_age();
  const auto texts = random_texts(random, bench.texts, bench.tokens, vocabulary);
  // The first call pays for page faults and caches: it is not counted.
  for (std::int32_t repetition = -1; repetition < repetitions; ++repetition) {
    const EmbedResult embeddings = embedder.embed(texts);
    if (repetition < 0) continue;
    measurement.texts_per_second.push_back(bench.texts / embeddings.seconds);
    measurement.tokens_per_second.push_back(static_cast<double>(embeddings.tokens) / embeddings.seconds);
  }
  measurement.ceilings = measure_machine(load.device, load.threads);
  return measurement;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double share(const Measurement& m, const ModelInfo& info, const Arithmetic& arithmetic) {
  return median(m.tokens_per_second) * static_cast<double>(info.operations_per_prompt_token) /
         arithmetic.operations_per_second;
}

Json or_null(std::optional<double> value) { return value ? Json(*value) : Json(nullptr); }

std::optional<double> dispatches_per_layer(const ModelInfo& info) {
  if (info.layers == 0) return std::nullopt;
  return static_cast<double>(info.dispatches_per_batch) / info.layers;
}

void print_json(const EmbedBench& bench, const ModelInfo& info, const Measurement& m, const Arithmetic& arithmetic) {
  print(to_json(info), {{"texts", bench.texts},
                        {"tokens_per_text", bench.tokens},
                        {"texts_per_second", m.texts_per_second},
                        {"tokens_per_second", m.tokens_per_second},
                        {"time_to_first_embedding", or_null(m.first_embedding)},
                        {"dispatches_per_layer", or_null(dispatches_per_layer(info))},
                        {"arithmetic", arithmetic.name},
                        {"operations_per_second", arithmetic.operations_per_second},
                        {"share", share(m, info, arithmetic)}});
}

std::string speeds(const std::vector<double>& values, const char* unit) {
  std::string text = std::format("{:.1f} {} (", median(values), unit);
  for (std::size_t i = 0; i < values.size(); ++i) text += std::format("{}{:.1f}", i == 0 ? "" : ", ", values[i]);
  return text + ")";
}

void print_text(const EmbedBench& bench, const ModelInfo& info, const Measurement& m, const Arithmetic& arithmetic) {
  std::vector<std::pair<std::string, std::string>> rows{
      {"model", std::format("{}, {}, {}", info.name, info.architecture, info.quantization)},
      {"device", info.device},
      {"weights", readable_bytes(static_cast<double>(info.weight_bytes))},
      {"memory", std::format("{} activations, {} cache", readable_bytes(static_cast<double>(info.arena_bytes)),
                             readable_bytes(static_cast<double>(info.cache_bytes)))},
      {std::format("{} texts of {}", bench.texts, bench.tokens), speeds(m.texts_per_second, "texts/s")},
      {"", speeds(m.tokens_per_second, "tok/s")},
      {"load", readable_seconds(info.load_seconds)}};
  if (m.first_embedding) {
    rows.emplace_back("first embedding", readable_seconds(*m.first_embedding) + " after the start of the process");
  }
  if (info.dispatches_per_batch > 0) {
    const auto per_layer = dispatches_per_layer(info);
    rows.emplace_back("per batch", std::format("{} dispatches{}", info.dispatches_per_batch,
                                               per_layer ? std::format(", {:.1f} a layer", *per_layer) : ""));
  }
  rows.emplace_back("per token", readable_count(static_cast<double>(info.operations_per_prompt_token)) + " operations");
  rows.emplace_back(arithmetic.name,
                    std::format("{}op/s, projections use {:.0f} %", readable_count(arithmetic.operations_per_second),
                                100 * share(m, info, arithmetic)));
  for (const std::string& note : info.notes) rows.emplace_back("note", note);
  std::cout << table(rows);
}

}  // namespace

int bench_embed(const std::string& model, const LoadFlags& load, const EmbedBench& bench, std::int32_t repetitions,
                bool json) {
  const Embedder embedder(load_model(model, load));
  const ModelInfo& info = embedder.model().info();
  const Measurement measurement = measure(embedder, load.options, bench, repetitions);
  const Arithmetic used = arithmetic(info, load.diagnostics, measurement.ceilings);
  json ? print_json(bench, info, measurement, used) : print_text(bench, info, measurement, used);
  return 0;
}

}  // namespace gerbil::cli
