// gerbil embed: texts to vectors.
#include <iostream>
#include <memory>

#include "commands.hpp"
#include "gerbil/embedder.hpp"
#include "gerbil/json.hpp"
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

struct Embed {
  std::string model;
  TextFlags texts;
  LoadFlags load{.options = {.task = Task::embed}};
  EmbedOptions options;
  bool json = false;
};

EmbedResult embed(const Embedder& embedder, const std::vector<std::string>& texts, EmbedOptions options) {
  ProgressBar bar("embedding", ProgressUnit::texts);
  options.progress = [&bar](std::int64_t done, std::int64_t total) { bar.update(done, total); };
  const InterruptGuard guard(options.cancellation);
  return embedder.embed(texts, options);
}

// Piece by piece: the vectors of a large file are gigabytes of text.
void print_json(const ModelInfo& info, const EmbedResult& result) {
  std::string members = to_text({{"model", info.name}, {"device", info.device}, {"load_seconds", info.load_seconds}});
  members.back() = ',';
  std::cout << members;
  write_json(result, [first = true](std::string_view piece) mutable {
    if (first) piece.remove_prefix(1);
    first = false;
    std::cout << piece;
  });
  std::cout << '\n';
}

int execute(const Embed& command) {
  const std::vector<std::string> texts = read_texts(command.texts);
  const Embedder embedder(load_model(command.model, command.load));
  const EmbedResult result = embed(embedder, texts, command.options);
  if (command.json) {
    print_json(embedder.model().info(), result);
  } else {
    for (const std::vector<float>& vector : result.vectors) std::cout << row_text(vector, "\t") << '\n';
  }
  return 0;
}

}  // namespace

void add_embed(CLI::App& app, Action& action) {
  auto embed = std::make_shared<Embed>();
  CLI::App* command = app.add_subcommand("embed", "Turn texts into vectors that are close when the meanings are");
  command->add_option("MODEL", embed->model, kModelHelp)->required();
  add_text_options(*command, embed->texts, "text");
  command
      ->add_option("--task", embed->options.task,
                   "What the vectors are for: query, document, or another task of the model (see gerbil inspect)")
      ->type_name("TASK")
      ->check(not_utf8);
  add_number<std::int32_t>(*command, "--dimensions", embed->options.dimensions, {.low = 1},
                           "Keep the first N numbers of each vector, for models that are trained for it");
  command->add_flag("--truncate", embed->options.truncate, "Cut texts that are too long instead of failing");
  command->add_flag_callback(
      "--no-normalize", [embed] { embed->options.normalize = false; }, "Leave the vectors' lengths as they are");
  command->add_flag("--json", embed->json,
                    "Print {\"embeddings\":[[…],…],\"dimensions\":n,\"tokens\":n,…}; otherwise a line a text");
  add_load_options(*command, embed->load, Reading::texts);
  command->footer(
      "Examples:\n"
      "  gerbil embed nano-embed --text \"A fox runs.\" --text \"Stocks fell.\" --json\n"
      "  gerbil embed path/to/embeddinggemma-300m --file lines.txt --task document --dimensions 256 > vectors.tsv");
  command->callback([embed, &action] {
    require_texts(embed->texts);
    action = [embed] { return execute(*embed); };
  });
}

}  // namespace gerbil::cli
