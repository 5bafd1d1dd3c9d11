// gerbil pull: a model from the Hugging Face hub.
#include <format>
#include <iostream>
#include <memory>
#include <string>

#include "commands.hpp"
#include "gerbil/hub.hpp"
#include "json.hpp"
#include "numbers.hpp"
#include "progress.hpp"
#include "terminal.hpp"

namespace gerbil::cli {
namespace {

struct Pull {
  std::string model;
  PullOptions options;
  bool json = false;
};

void print_json(const PullResult& result, bool dry_run) {
  Json files = Json::array();
  for (const PulledFile& file : result.files)
    files.push_back({{"path", file.path}, {"bytes", file.bytes}, {"cached", file.cached}});
  print({{"model", result.model},
         {"revision", result.revision},
         {"commit", result.commit},
         {"folder", result.folder.string()},
         {"dry_run", dry_run},
         {"downloaded_bytes", result.downloaded_bytes},
         {"files", std::move(files)}});
}

void print_plan(const PullResult& result) {
  std::vector<std::pair<std::string, std::string>> rows;
  rows.reserve(result.files.size());
  for (const PulledFile& file : result.files)
    rows.emplace_back(file.path, readable_bytes(static_cast<double>(file.bytes)) + (file.cached ? ", is here" : ""));
  std::cout << table(rows);
}

int execute(const Pull& command) {
  PullResult result;
  {
    ProgressBar bar("downloading");
    PullOptions options = command.options;
    options.progress = [&bar, first = true](std::int64_t done, std::int64_t total) mutable {
      if (first) bar.begin(done);
      first = false;
      bar.update(done, total);
    };
    const InterruptGuard guard(options.cancellation);
    result = pull(command.model, options);
  }
  const std::string bytes = readable_bytes(static_cast<double>(result.downloaded_bytes));
  if (command.json) {
    print_json(result, command.options.dry_run);
  } else if (command.options.dry_run) {
    print_plan(result);
    if (stderr_is_terminal()) say(std::format("{} would be downloaded.", bytes));
  } else {
    std::cout << result.folder.string() << '\n';
    if (stderr_is_terminal())
      say(result.downloaded_bytes == 0 ? std::string("all of it was here already.")
                                       : std::format("{} downloaded.", bytes));
  }
  return 0;
}

}  // namespace

void add_pull(CLI::App& app, Action& action) {
  auto pull = std::make_shared<Pull>();
  CLI::App* command = app.add_subcommand("pull", "Download a model from the Hugging Face hub");
  command->add_option("MODEL", pull->model, "ORG/NAME, or ORG/NAME@REVISION")->required();
  command->add_option("--revision", pull->options.revision, "A branch, tag or commit; main without it")
      ->type_name("REVISION");
  command->add_flag("--all-files", pull->options.all_files, "Every file of the repository, not only what gerbil reads");
  command->add_flag("--dry-run", pull->options.dry_run, "Show what would be downloaded, and download nothing");
  command->add_flag("--verify", pull->options.verify,
                    "Read the files that are here already, too, and replace those that are damaged");
  add_number<std::int32_t>(*command, "--connections", pull->options.connections, {.low = 1, .high = 64},
                           "Files that are downloaded at once");
  command->add_flag("--json", pull->json, "Print {\"folder\":…,\"commit\":…,\"files\":[…],…}; otherwise the folder");
  command->footer(
      "Examples:\n"
      "  gerbil pull Qwen/Qwen3-0.6B\n"
      "  gerbil pull google/embeddinggemma-300m --dry-run\n"
      "  HF_TOKEN=hf_… gerbil pull google/gemma-3-270m-it");
  command->callback([pull, &action] { action = [pull] { return execute(*pull); }; });
}

}  // namespace gerbil::cli
