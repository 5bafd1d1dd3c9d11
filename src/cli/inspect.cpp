// gerbil inspect: what a checkpoint holds, and what gerbil makes of it.
#include "gerbil/inspect.hpp"

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>

#include "commands.hpp"
#include "gerbil/json.hpp"
#include "json.hpp"
#include "model.hpp"
#include "terminal.hpp"

namespace gerbil::cli {
namespace {

struct Inspect {
  std::string model;
  bool graph = false;
  bool optimized = false;
  bool tensors = false;
  bool check = false;
  bool json = false;
};

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t size : shape) text += std::format("{}{}", text.empty() ? "" : "×", size);
  return text.empty() ? "scalar" : text;
}

// "310 tensors, 335 MB: 112 BF16, 198 U32"
std::string tensor_summary(const std::vector<TensorReport>& tensors) {
  std::map<std::string, int> count;
  double bytes = 0;
  for (const TensorReport& tensor : tensors) {
    ++count[tensor.dtype];
    bytes += static_cast<double>(tensor.bytes);
  }
  std::string text = std::format("{} tensors, {}", tensors.size(), readable_bytes(bytes));
  for (const char* separator = ": "; const auto& [dtype, number] : count) {
    text += std::format("{}{} {}", separator, number, dtype);
    separator = ", ";
  }
  return text;
}

void print_text(const Inspection& inspection, const Inspect& command) {
  std::vector<std::pair<std::string, std::string>> rows{
      {"architecture", inspection.architecture},
      {"quantization", inspection.quantization},
      {"parameters", readable_count(static_cast<double>(inspection.parameters))},
      {"context", std::format("{} tokens", inspection.context_length)},
      {"vocabulary", std::format("{} tokens", inspection.vocabulary_size)},
      {"stored", tensor_summary(inspection.tensors)},
      {"activations", readable_bytes(static_cast<double>(inspection.arena_bytes_per_token)) + " a token of a batch"},
      {"cache", readable_bytes(static_cast<double>(inspection.cache_bytes_per_token)) + " a token of context"}};
  if (!inspection.pipeline.empty()) {
    rows.emplace_back("pipeline", inspection.pipeline);
    rows.emplace_back(inspection.classes > 0 ? "classes" : "dimensions",
                      std::to_string(std::max(inspection.classes, inspection.dimensions)));
  }
  std::cout << table(rows);
  if (command.tensors) {
    std::cout << '\n';
    for (const TensorReport& tensor : inspection.tensors)
      std::cout << std::format("{:<5} {:>16} {:>9}  {}\n", tensor.dtype, shape_text(tensor.shape),
                               readable_bytes(static_cast<double>(tensor.bytes)), tensor.name);
  }
  if (command.graph) std::cout << '\n' << inspection.graph;
  if (command.optimized) std::cout << '\n' << inspection.optimized_graph;
}

// Without what was not asked for.
std::string json_of(Inspection inspection, const Inspect& command) {
  if (!command.tensors) inspection.tensors.clear();
  if (!command.graph) inspection.graph.clear();
  if (!command.optimized) inspection.optimized_graph.clear();
  return to_json(inspection);
}

// Every weight's numbers, and then, when these are sound, whether the model does better than guessing on a sentence.
std::vector<std::string> findings(const std::string& model) {
  std::vector<std::string> found = check_weights(model);
  if (found.empty()) found = Model::load(model, {.device = Device::cpu, .context_length = 256}).warnings();
  return found;
}

int execute(const Inspect& command) {
  const std::string model = resolve_model(command.model);
  const Inspection inspection = inspect(model);
  std::vector<std::string> found;
  if (command.check) found = findings(model);
  if (command.json) {
    const std::string json = json_of(inspection, command);
    if (command.check)
      print(json, {{"findings", found}});
    else
      std::cout << json << '\n';
  } else {
    print_text(inspection, command);
    if (command.check) std::cout << '\n' << (found.empty() ? "check: nothing found\n" : "");
    for (const std::string& finding : found) std::cout << "check: " << finding << '\n';
  }
  if (!found.empty()) say(std::format("'{}' did not pass its check.", command.model));
  return found.empty() ? 0 : 1;
}

}  // namespace

void add_inspect(CLI::App& app, Action& action) {
  auto inspect = std::make_shared<Inspect>();
  CLI::App* command = app.add_subcommand("inspect", "Show what a checkpoint holds and the graph that it becomes");
  command->add_option("MODEL", inspect->model, kModelHelp)->required();
  command->add_flag("--tensors", inspect->tensors, "List the stored tensors");
  command->add_flag("--graph", inspect->graph, "Print the graph as the model writes it");
  command->add_flag("--optimized", inspect->optimized, "Print the graph as a backend runs it");
  command->add_flag("--check", inspect->check,
                    "Read the weights and look for broken ones; exit code 1 when there are any");
  command->add_flag("--json", inspect->json, "Print JSON");
  command->footer("Example:\n  gerbil inspect path/to/model --check --tensors");
  command->callback([inspect, &action] { action = [inspect] { return execute(*inspect); }; });
}

}  // namespace gerbil::cli
