// gerbil rerank: which documents answer a query.
#include <algorithm>
#include <cmath>
#include <format>
#include <iostream>
#include <limits>
#include <memory>
#include <numeric>

#include "commands.hpp"
#include "gerbil/json.hpp"
#include "gerbil/ranker.hpp"
#include "json.hpp"
#include "model.hpp"
#include "numbers.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "terminal.hpp"
#include "text_input.hpp"
#include "texts.hpp"

namespace gerbil::cli {
namespace {

struct Rerank {
  std::string model, query;
  TextFlags documents;
  LoadFlags load;
  RankOptions options;
  bool json = false;
};

RankResult rank(const Ranker& ranker, const Rerank& command, const std::vector<std::string>& documents) {
  RankOptions options = command.options;
  ProgressBar bar("ranking", ProgressUnit::texts);
  options.progress = [&bar](std::int64_t done, std::int64_t total) { bar.update(done, total); };
  const InterruptGuard guard(options.cancellation);
  return ranker.rank(command.query, documents, options);
}

// Numbers of the documents from the best down; equal scores stay in the order of the input.
std::vector<std::size_t> ranking(const std::vector<float>& scores) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::ranges::greater(), [&](std::size_t i) {
    return std::isnan(scores[i]) ? -std::numeric_limits<float>::infinity() : scores[i];
  });
  return order;
}

// Rank, score, number in the input, document. A person sees columns; a program gets tabs and the whole score.
void print_ranking(const std::vector<float>& scores, const std::vector<std::string>& documents, bool columns) {
  for (std::size_t rank = 1; const std::size_t i : ranking(scores)) {
    if (columns) {
      std::cout << std::format("{:>4}  {:>8.4f}  {:>6}  {}\n", rank, scores[i], i + 1, documents[i]);
    } else {
      std::cout << std::format("{}\t{}\t{}\t{}\n", rank, number_text(scores[i]), i + 1, documents[i]);
    }
    ++rank;
  }
}

int execute(const Rerank& command) {
  const std::vector<std::string> documents = read_texts(command.documents);
  const Ranker ranker(load_model(command.model, command.load));
  const RankResult result = rank(ranker, command, documents);
  if (command.json) {
    const ModelInfo& info = ranker.model().info();
    print(to_json(result), {{"model", info.name}, {"device", info.device}, {"load_seconds", info.load_seconds}});
  } else {
    print_ranking(result.scores, documents, stdout_is_terminal());
  }
  return 0;
}

}  // namespace

void add_rerank(CLI::App& app, Action& action) {
  auto rerank = std::make_shared<Rerank>();
  CLI::App* command = app.add_subcommand("rerank", "Rank documents by how well they answer a query");
  command->add_option("MODEL", rerank->model, kModelHelp)->required();
  command->add_option("--query", rerank->query, "The query")->type_name("TEXT")->check(not_utf8)->required();
  add_text_options(*command, rerank->documents, "document");
  command->add_flag("--truncate", rerank->options.truncate, "Cut documents that are too long instead of failing");
  command
      ->add_option("--instruction", rerank->options.instruction,
                   "What a language model judges by (cross-encoders have no use for it)")
      ->type_name("TEXT")
      ->check(not_utf8);
  command->add_flag(
      "--json", rerank->json,
      "Print {\"scores\":[…],…} in the order of the documents; otherwise the best first, a line each: rank, "
      "score, number, document");
  add_load_options(*command, rerank->load, Reading::texts);
  command->footer(
      "Examples:\n"
      "  gerbil rerank path/to/bge-reranker-base --query \"How do foxes hunt?\" --file passages.txt\n"
      "  gerbil rerank path/to/Qwen3-Reranker-0.6B --query \"How do foxes hunt?\" --text \"They pounce.\" --json");
  command->callback([rerank, &action] {
    require_texts(rerank->documents);
    action = [rerank] { return execute(*rerank); };
  });
}

}  // namespace gerbil::cli
