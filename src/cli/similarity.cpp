// gerbil similarity: how close two texts are.
#include <cmath>
#include <iostream>
#include <memory>
#include <span>

#include "commands.hpp"
#include "gerbil/embedder.hpp"
#include "model.hpp"
#include "numbers.hpp"
#include "options.hpp"
#include "text_input.hpp"

namespace gerbil::cli {
namespace {

struct Similarity {
  std::string model, first, second;
  LoadFlags load{.options = {.task = Task::embed}};
  EmbedOptions options;
  bool json = false;
};

// The cosine of the angle between two vectors; 0 when one of them is zero and has no direction.
float cosine(std::span<const float> a, std::span<const float> b) {
  double product = 0, squares_a = 0, squares_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    product += static_cast<double>(a[i]) * b[i];
    squares_a += static_cast<double>(a[i]) * a[i];
    squares_b += static_cast<double>(b[i]) * b[i];
  }
  const double lengths = std::sqrt(squares_a * squares_b);
  return lengths == 0 ? 0.0f : static_cast<float>(product / lengths);
}

int execute(const Similarity& command) {
  const Embedder embedder(load_model(command.model, command.load));
  const auto vectors = embedder.embed({command.first, command.second}, command.options).vectors;
  const std::string value = number_text(cosine(vectors.at(0), vectors.at(1)));
  std::cout << (command.json ? "{\"similarity\":" + value + "}" : value) << '\n';
  return 0;
}

}  // namespace

void add_similarity(CLI::App& app, Action& action) {
  auto similarity = std::make_shared<Similarity>();
  CLI::App* command = app.add_subcommand("similarity", "Print how close two texts are: 1 the same, around 0 unrelated");
  command->add_option("MODEL", similarity->model, kModelHelp)->required();
  command->add_option("A", similarity->first, "A text")->check(not_utf8)->required();
  command->add_option("B", similarity->second, "The text to compare it with")->check(not_utf8)->required();
  command->add_option("--task", similarity->options.task, "What both are compared for, as in gerbil embed")
      ->type_name("TASK")
      ->check(not_utf8);
  command->add_flag("--truncate", similarity->options.truncate, "Cut texts that are too long instead of failing");
  command->add_flag("--json", similarity->json, "Print {\"similarity\":n}");
  add_load_options(*command, similarity->load, Reading::texts);
  command->footer("Example:\n  gerbil similarity nano-embed \"What does a cow say?\" \"Which sound do cows make?\"");
  command->callback([similarity, &action] { action = [similarity] { return execute(*similarity); }; });
}

}  // namespace gerbil::cli
