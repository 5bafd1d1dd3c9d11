#include "bench_profile.hpp"

#include <algorithm>
#include <format>
#include <iostream>
#include <optional>
#include <random>
#include <vector>

#include "bench_arithmetic.hpp"
#include "gerbil/json.hpp"
#include "json.hpp"
#include "model.hpp"
#include "terminal.hpp"

namespace gerbil::cli {
namespace {

struct Ceilings {
  double read_bytes_per_second = 0;
  Arithmetic arithmetic;
};

// What all the repetitions of a prompt, or all the steps of answers, took together.
struct Measurement {
  std::string title;
  StepProfile profile;
  std::int64_t times = 1;  // that the tables show the mean of

  double mean(double sum) const { return sum / static_cast<double>(times); }
  double seconds() const { return mean(profile.seconds); }
  // Of the device's clock and the host's, the first may be ahead by a little.
  double rest() const {
    double operations = 0;
    for (const OperationProfile& operation : profile.operations) operations += operation.seconds;
    return mean(std::max(0.0, profile.seconds - operations));
  }
};

std::vector<Measurement> measure(const Generator& generator, const GenerateBench& bench, std::int32_t repetitions) {
  std::vector<Measurement> measurements;
  std::mt19937 random(1);
  if (bench.prompt > 0) {
    prefill(generator, random, bench.prompt);
    generator.model().take_profile();
    for (std::int32_t i = 0; i < repetitions; ++i) prefill(generator, random, bench.prompt);
    const StepProfile profile = generator.model().take_profile().prompt;
    measurements.push_back({std::format("prompt of {} tokens in steps of up to {}", bench.prompt,
                                        (profile.tokens + profile.steps - 1) / profile.steps),
                            profile, repetitions});
  }
  if (bench.generate > 0) {
    decode(generator, random, bench, 1);
    generator.model().take_profile();
    for (std::int32_t i = 0; i < repetitions; ++i) decode(generator, random, bench, bench.generate);
    const StepProfile profile = generator.model().take_profile().decode;
    measurements.push_back({std::format("step of {} decoded token{} after {}, mean of {} steps", bench.sequences,
                                        bench.sequences == 1 ? "" : "s", bench.depth, profile.steps),
                            profile, std::max<std::int64_t>(profile.steps, 1)});
  }
  return measurements;
}

// Of an operation that moves or computes something in a time that the clock noticed.
std::optional<double> rate(std::int64_t amount, double seconds) {
  if (amount == 0 || seconds <= 0) return std::nullopt;
  return static_cast<double>(amount) / seconds;
}

Json or_null(std::optional<double> value, double unit = 1) { return value ? Json(*value / unit) : Json(nullptr); }

Json to_json(const Measurement& m, const Ceilings& ceilings) {
  Json operations = Json::array();
  for (const OperationProfile& operation : m.profile.operations) {
    const auto read = rate(operation.weight_bytes, operation.seconds);
    const auto computed = rate(operation.operations, operation.seconds);
    operations.push_back({{"name", operation.name},
                          {"count", operation.count},
                          {"seconds", m.mean(operation.seconds)},
                          {"share", operation.seconds / m.profile.seconds},
                          {"weight_bytes", m.mean(static_cast<double>(operation.weight_bytes))},
                          {"bytes_per_second", or_null(read)},
                          {"read_share", or_null(read, ceilings.read_bytes_per_second)},
                          {"operations", m.mean(static_cast<double>(operation.operations))},
                          {"operations_per_second", or_null(computed)},
                          {"arithmetic_share", or_null(computed, ceilings.arithmetic.operations_per_second)}});
  }
  return {{"steps", m.profile.steps},
          {"tokens", m.mean(static_cast<double>(m.profile.tokens))},
          {"seconds", m.seconds()},
          {"rest_seconds", m.rest()},
          {"operations", operations}};
}

using Row = std::vector<std::string>;

std::string percent(double share) { return std::format("{:.1f} %", 100 * share); }
std::string milliseconds(double seconds) { return std::format("{:.3f}", 1e3 * seconds); }

Row to_row(const OperationProfile& operation, const Measurement& m, const Ceilings& ceilings) {
  Row row{operation.name, std::to_string(operation.count), milliseconds(m.mean(operation.seconds)),
          percent(operation.seconds / m.profile.seconds)};
  if (const auto read = rate(operation.weight_bytes, operation.seconds)) {
    row.insert(row.end(), {readable_bytes(m.mean(static_cast<double>(operation.weight_bytes))),
                           readable_bytes(*read) + "/s", percent(*read / ceilings.read_bytes_per_second)});
  }
  if (const auto computed = rate(operation.operations, operation.seconds)) {
    row.insert(row.end(),
               {readable_count(m.mean(static_cast<double>(operation.operations))), readable_count(*computed) + "op/s",
                percent(*computed / ceilings.arithmetic.operations_per_second)});
  }
  return row;
}

// The first column to the left, the others to the right.
std::string columns(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const Row& row : rows) {
    text += std::format("{:<{}}", row[0], row.size() > 1 ? widths[0] : 0);
    for (std::size_t i = 1; i < row.size(); ++i) text += std::format("  {:>{}}", row[i], widths[i]);
    text += '\n';
  }
  return text;
}

std::string to_text(const Measurement& m, const Ceilings& ceilings) {
  std::vector<Row> rows{
      {"operation", "count", "ms", "share", "weights", "read", "of peak", "operations", "speed", "of peak"}};
  for (const OperationProfile& operation : m.profile.operations) rows.push_back(to_row(operation, m, ceilings));
  rows.push_back({"rest: choice, submission, host", "", milliseconds(m.rest()), percent(m.rest() / m.seconds())});
  rows.push_back({"all", "", milliseconds(m.seconds())});
  return std::format("\n{}\n{}", m.title, columns(rows));
}

}  // namespace

int bench_profile(const std::string& model, LoadFlags load, const GenerateBench& bench, std::int32_t repetitions,
                  bool json) {
  load.diagnostics.profile = true;
  const Generator generator(load_model(model, load), {.ignore_end = true});
  const ModelInfo& info = generator.model().info();
  const std::vector<Measurement> measurements = measure(generator, bench, repetitions);
  const MachineCeilings machine = measure_machine(load.options.device, load.options.threads);
  const Ceilings ceilings{machine.read_bytes_per_second, arithmetic(info, load.diagnostics, machine)};
  if (json) {
    Json result{{"prompt_tokens", bench.prompt},
                {"depth", bench.depth},
                {"sequences", bench.sequences},
                {"repetitions", repetitions},
                {"read_bytes_per_second", ceilings.read_bytes_per_second},
                {"arithmetic", ceilings.arithmetic.name},
                {"operations_per_second", ceilings.arithmetic.operations_per_second},
                {"prompt", nullptr},
                {"decode", nullptr}};
    auto next = measurements.begin();
    if (bench.prompt > 0) result["prompt"] = to_json(*next++, ceilings);
    if (bench.generate > 0) result["decode"] = to_json(*next, ceilings);
    print(gerbil::to_json(info), result);
    return 0;
  }
  std::vector<std::pair<std::string, std::string>> head{
      {"model", std::format("{}, {}, {}", info.name, info.architecture, info.quantization)},
      {"device", info.device},
      {"memory read", readable_bytes(ceilings.read_bytes_per_second) + "/s"},
      {ceilings.arithmetic.name, readable_count(ceilings.arithmetic.operations_per_second) + "op/s"}};
  for (const std::string& note : info.notes) head.emplace_back("note", note);
  std::cout << table(head);
  for (const Measurement& measurement : measurements) std::cout << to_text(measurement, ceilings);
  return 0;
}

}  // namespace gerbil::cli
