// gerbil bench: speed, and how much of what the machine could do it is.
#include <algorithm>
#include <iostream>
#include <memory>
#include <numeric>

#include "bench_embed.hpp"
#include "bench_generate.hpp"
#include "bench_profile.hpp"
#include "commands.hpp"
#include "gerbil/json.hpp"
#include "json.hpp"
#include "model.hpp"
#include "numbers.hpp"
#include "options.hpp"
#include "terminal.hpp"

namespace gerbil::cli {
namespace {

struct Bench {
  std::string model, random;
  LoadFlags load{.options = {.speculate = false, .check = false}};
  GenerateBench answers;
  std::int32_t repetitions = 3;
  bool json = false;
  bool embed = false;
  bool profile = false;
  EmbedBench texts;
};

double mean(const std::vector<double>& values) {
  return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Of the bytes per second that memory can deliver, those that decoding used; of the arithmetic, that of prefill.
double decode_share(const Bench& bench, const Speeds& m, const ModelInfo& info, const MachineCeilings& ceilings) {
  return mean(m.decode) / bench.answers.sequences * static_cast<double>(info.bytes_per_token) /
         ceilings.read_bytes_per_second;
}
double prefill_share(const Speeds& m, const ModelInfo& info, const MachineCeilings& ceilings) {
  return mean(m.prefill) * static_cast<double>(info.operations_per_prompt_token) / ceilings.operations_per_second;
}

void print_json(const Bench& bench, const ModelInfo& info, const Speeds& m, const MachineCeilings& ceilings) {
  Json json{{"prompt_tokens", bench.answers.prompt},
            {"generated_tokens", bench.answers.generate},
            {"depth", bench.answers.depth},
            {"sequences", bench.answers.sequences},
            {"repetitions", bench.repetitions},
            {"drafted_tokens", m.drafted},
            {"accepted_tokens", m.accepted},
            {"prefill_tokens_per_second", m.prefill},
            {"decode_tokens_per_second", m.decode},
            {"read_bytes_per_second", ceilings.read_bytes_per_second},
            {"operations_per_second", ceilings.operations_per_second},
            {"arithmetic", ceilings.arithmetic},
            {"decode_share", nullptr},
            {"prefill_share", nullptr}};
  if (!m.decode.empty()) json["decode_share"] = decode_share(bench, m, info, ceilings);
  if (!m.prefill.empty()) json["prefill_share"] = prefill_share(m, info, ceilings);
  print(to_json(info), json);
}

std::string speeds(const std::vector<double>& values) {
  std::string text = std::format("{:.1f} tok/s (", mean(values));
  for (std::size_t i = 0; i < values.size(); ++i) text += std::format("{}{:.1f}", i == 0 ? "" : ", ", values[i]);
  return text + ")";
}

void print_text(const Bench& bench, const ModelInfo& info, const Speeds& m, const MachineCeilings& ceilings) {
  std::vector<std::pair<std::string, std::string>> rows{
      {"model", std::format("{}, {}, {}", info.name, info.architecture, info.quantization)},
      {"device", info.device},
      {"weights", readable_bytes(static_cast<double>(info.weight_bytes))},
      {"memory", std::format("{} activations, {} cache", readable_bytes(static_cast<double>(info.arena_bytes)),
                             readable_bytes(static_cast<double>(info.cache_bytes)))}};
  if (info.draft_bytes > 0)
    rows.back().second += std::format(", {} to guess", readable_bytes(static_cast<double>(info.draft_bytes)));
  if (!m.prefill.empty()) rows.emplace_back(std::format("prefill of {}", bench.answers.prompt), speeds(m.prefill));
  const GenerateBench& answers = bench.answers;
  if (!m.decode.empty() && answers.sequences == 1) {
    rows.emplace_back(std::format("decode of {}", answers.generate), speeds(m.decode));
  } else if (!m.decode.empty()) {
    rows.emplace_back(std::format("decode of {} x {}", answers.sequences, answers.generate),
                      std::format("{}, {:.1f} tok/s each", speeds(m.decode), mean(m.decode) / answers.sequences));
  }
  rows.emplace_back("per decoded token", std::format("{} of weights, {} operations, {} dispatches, {} readbacks",
                                                     readable_bytes(static_cast<double>(info.bytes_per_token)),
                                                     readable_count(static_cast<double>(info.operations_per_token)),
                                                     info.dispatches_per_token, info.readbacks_per_token));
  rows.emplace_back("memory read", readable_bytes(ceilings.read_bytes_per_second) + "/s" +
                                       (m.decode.empty() ? ""
                                                         : std::format(", decode uses {:.0f} %",
                                                                       100 * decode_share(bench, m, info, ceilings))));
  rows.emplace_back(
      ceilings.arithmetic,
      readable_count(ceilings.operations_per_second) + "op/s" +
          (m.prefill.empty() ? "" : std::format(", prefill uses {:.0f} %", 100 * prefill_share(m, info, ceilings))));
  if (m.drafted > 0)
    rows.emplace_back("guessed ahead",
                      std::format("{} tokens, {:.0f} % right", m.drafted,
                                  100.0 * static_cast<double>(m.accepted) / static_cast<double>(m.drafted)));
  for (const std::string& note : info.notes) rows.emplace_back("note", note);
  std::cout << table(rows);
}

int execute(Bench bench) {
  const std::string model = bench.random.empty() ? bench.model : "random:" + bench.random;
  if (bench.embed) {
    bench.load.options.task = Task::embed;
    return bench_embed(model, bench.load, bench.texts, bench.repetitions, bench.json);
  }
  if (bench.load.options.context_length == 0) bench.load.options.context_length = longest(bench.answers);
  if (bench.load.options.cache_tokens == 0)
    bench.load.options.cache_tokens = cache(bench.answers, bench.load.options.context_length);
  if (bench.profile) return bench_profile(model, bench.load, bench.answers, bench.repetitions, bench.json);
  const Generator generator(load_model(model, bench.load), {.ignore_end = true});
  const Speeds measured = bench_generate(generator, bench.answers, bench.repetitions);
  const MachineCeilings ceilings = measure_machine(bench.load.options.device, bench.load.options.threads);
  (bench.json ? print_json : print_text)(bench, generator.model().info(), measured, ceilings);
  return 0;
}

void check(const Bench& bench) {
  if (bench.model.empty() && bench.random.empty())
    throw Error(ErrorCode::invalid_argument,
                "bench needs either a MODEL or --random SHAPE, for example --random qwen3-0.6b.");
  if (bench.embed && bench.texts.tokens < 1)
    throw Error(ErrorCode::invalid_argument, "--prompt is 0, but a text to embed has at least one token.");
}

}  // namespace

void add_bench(CLI::App& app, Action& action) {
  auto bench = std::make_shared<Bench>();
  CLI::App* command = app.add_subcommand("bench", "Measure speed, and the share of the machine's peak that it is");
  auto* model = command->add_option("MODEL", bench->model, kModelHelp);
  command->add_option("--random", bench->random, "A model of this shape with random weights, without any download")
      ->type_name("qwen3-0.6b|minilm|…")
      ->excludes(model);
  command
      ->add_option_function<std::string>(
          "-p,--prompt",
          [bench](const std::string& text) {
            bench->answers.prompt = parse_number<std::int32_t>(text, "--prompt", {0, 1 << 20});
            bench->texts.tokens = bench->answers.prompt;
          },
          "Tokens to prefill (default: 512); 0: none; with --embed, tokens of a text (default: 128)")
      ->type_name("N");
  auto* generate = add_number<std::int32_t>(*command, "-n,--generate", bench->answers.generate, {0, 1 << 20},
                                            "Tokens to decode (default: 64); 0: none");
  auto* depth = add_number<std::int32_t>(*command, "-d,--depth", bench->answers.depth, {1, 1 << 20},
                                         "Tokens before the decoded ones (default: 1)");
  auto* sequences = add_number<std::int32_t>(*command, "-s,--sequences", bench->answers.sequences, {1, 1024},
                                             "Sequences to decode at once (default: 1)");
  auto* embed = command->add_flag("--embed", bench->embed, "Measure embeddings of texts");
  auto* profile = command->add_flag("--profile", bench->profile, "Time every operation of a step");
  command->add_flag(
      "--no-pipeline", [bench](std::int64_t count) { bench->load.diagnostics.pipeline = count == 0; },
      "Begin a step of a GPU when the one before is finished, for comparisons");
  embed->excludes(generate)->excludes(depth)->excludes(sequences)->excludes(profile);
  add_number<std::int32_t>(*command, "--texts", bench->texts.texts, {1, 1 << 20},
                           "Texts to embed at once (default: 64)")
      ->needs(embed);
  add_number<std::int32_t>(*command, "-r,--repetitions", bench->repetitions, {1, 1000},
                           "How often to measure (default: 3)");
  command->add_flag("--json", bench->json, "Print JSON");
  add_load_options(*command, bench->load);
  embed->excludes(command->get_option("--cache"));
  command->footer(
      "Examples:\n"
      "  gerbil bench path/to/model -p 512 -n 64 -r 3 --threads 2\n"
      "  gerbil bench --random qwen3-0.6b --json\n"
      "  gerbil bench --random qwen3-0.6b --sequences 16 -p 0\n"
      "  gerbil bench path/to/model --profile\n"
      "  gerbil bench --embed --random minilm --texts 256 -p 128");
  command->callback([bench, &action] {
    check(*bench);
    action = [bench] { return execute(*bench); };
  });
}

}  // namespace gerbil::cli
