// gerbil run: one prompt, one answer.
#include <unistd.h>

#include <iostream>
#include <memory>

#include "call_output.hpp"
#include "commands.hpp"
#include "conversation.hpp"
#include "exit_codes.hpp"
#include "gerbil/json.hpp"
#include "json.hpp"
#include "model.hpp"
#include "numbers.hpp"
#include "options.hpp"
#include "terminal.hpp"
#include "text_input.hpp"
#include "text_output.hpp"

namespace gerbil::cli {
namespace {

struct Words {
  std::optional<std::string> model;
  std::optional<std::string> prompt;  // without it: that of -f or stdin
};

struct Run {
  std::optional<std::string> first, second, file, messages;
  LoadFlags load;
  GenerationFlags generation;
  bool json = false;
  bool stats = false;
  Words words;  // what they mean
  const CLI::App* command = nullptr;
};

// The words of the command line: MODEL and PROMPT, one of them, or neither.
Words understand(const Run& run) {
  std::optional<std::string> model = run.first;
  std::optional<std::string> prompt = run.second;
  const bool file = run.file || run.messages;
  if (run.first && !run.second && !file && !looks_like_model(*run.first)) std::swap(model, prompt);
  if (prompt && run.messages)
    throw Error(ErrorCode::invalid_argument, "give either a prompt or --messages FILE, not both.");
  if (prompt && run.file)
    throw Error(ErrorCode::invalid_argument, "give the prompt either as an argument or with -f FILE, not both.");
  if (!prompt && !file && stdin_is_terminal())
    throw Error(
        ErrorCode::invalid_argument,
        model ? std::format("'{}' is taken for a model and there is no prompt: add one in quotes, or -f FILE.", *model)
              : std::string("there is no prompt: add one in quotes, or -f FILE."));
  if (const std::string problem = not_utf8(prompt.value_or("")); !problem.empty())
    throw Error(ErrorCode::invalid_argument, std::format("the prompt is not text: {}.", problem));
  return {model, prompt};
}

// What the words and options ask for, as if a file had said it.
GenerateRequest make_request(const Run& run) {
  if (run.messages) return read_request(*run.messages, *run.command, run.generation);
  const std::string prompt =
      run.words.prompt ? *run.words.prompt : without_final_newline(read_text(run.file.value_or("-")));
  GenerateRequest request{.options = resolve(run.generation)};
  if (request.options.raw || run.generation.system.empty()) {
    request.prompt = prompt;
  } else {
    request.messages = {{"system", run.generation.system}, {"user", prompt}};
  }
  return request;
}

void print_stats(const ModelInfo& info, const GenerateResult& result) {
  const Timings& timings = result.timings;
  say(std::format("{} on {}: {} prompt tokens at {:.1f}/s, {} generated at {:.1f}/s, first after {}, loaded in {}",
                  info.name, info.device, result.prompt_tokens, timings.prefill_tokens_per_second,
                  result.generated_tokens, timings.decode_tokens_per_second,
                  readable_seconds(timings.time_to_first_token), readable_seconds(info.load_seconds)));
}

int execute(const Run& run) {
  GenerateRequest request = make_request(run);
  GenerateOptions& options = request.options;
  const std::string named = request.model.empty() ? "nano" : request.model;
  const Generator generator(load_model(run.words.model.value_or(named), run.load), run.generation.diagnostics);
  const ModelInfo& info = generator.model().info();
  warn_of_unused(generator.model(), options, run.generation.system);
  // Thinking is not part of the answer: a person sees it, dimmed, but a program that reads stdout does not.
  TextOutput answer(std::cout, STDOUT_FILENO);
  TextOutput thoughts(std::cerr, STDERR_FILENO);
  bool was_reasoning = false;
  CallOutput calls(answer);
  if (!run.json) {
    options.on_tool_call = [&](const ToolCallPiece& piece) { calls.call(piece); };
    options.on_text = [&](std::string_view piece, bool reasoning) {
      if (!reasoning) {
        if (was_reasoning && thoughts.is_terminal()) thoughts.end("\n\n");
        calls.text(piece);
      } else if (thoughts.is_terminal()) {
        thoughts.write(piece, true);
      }
      was_reasoning = reasoning;
    };
  }
  GenerateResult result;
  {
    const InterruptGuard guard(options.cancellation);
    result = request.messages.empty() ? generator.generate(request.prompt, options)
                                      : generator.generate(request.messages, options);
  }
  if (run.json) {
    print(to_json(result), {{"model", info.name},
                            {"device", info.device},
                            {"seed", options.sampling.seed},
                            {"load_seconds", info.load_seconds}});
  } else {
    thoughts.end("");
    calls.end("\n", result);
  }
  std::cout.flush();
  if (run.stats) print_stats(info, result);
  return result.finish_reason == FinishReason::cancelled ? kInterrupted : 0;
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  auto run = std::make_shared<Run>();
  CLI::App* command = app.add_subcommand("run", "Answer one prompt");
  command->usage("gerbil run [MODEL] [PROMPT] [OPTIONS]");
  add_text(*command, "MODEL", run->first, std::string(kModelHelp) + "; without it: nano");
  add_text(*command, "PROMPT", run->second, "The prompt; without it and without -f: stdin");
  add_text(*command, "-f,--file", run->file, "Read the prompt from a file, - for stdin")->type_name("FILE");
  auto* raw = command->add_flag("--raw", run->generation.options.raw,
                                "Continue the prompt as it is, without the chat template");
  auto* json = command->add_flag("--json", run->json, "Print text, finish reason, token counts and timings as JSON");
  command->add_flag("--stats", run->stats, "Print token counts and speeds on stderr");
  add_number<int>(*command, "--log-probabilities", run->generation.options.log_probabilities, {0, 100},
                  "Log-probabilities of the answer's tokens and of N alternatives")
      ->needs(json);
  add_generation_options(*command, run->generation);
  add_grammar_options(*command, run->generation.grammar);
  add_load_options(*command, run->load);
  add_text(*command, "--messages", run->messages,
           "A JSON array of messages, or an object of messages and options; - for stdin")
      ->type_name("FILE")
      ->excludes(raw, command->get_option("--file"), command->get_option("--system"));
  command->footer(
      "Examples:\n"
      "  gerbil run \"Tell me a story about a fox\"\n"
      "  gerbil run path/to/Qwen3-0.6B \"Why is the sky blue?\" -t 0.7 --top-p 0.9 -n 200\n"
      "  git diff | gerbil run Qwen/Qwen3-0.6B --system \"Summarise this change\"\n"
      "  gerbil run path/to/Qwen3-0.6B \"Is water wet?\" --choice yes --choice no\n"
      "  gerbil run path/to/Qwen3-0.6B \"Invent a person\" --schema person.json\n"
      "  gerbil run path/to/model --messages conversation.json --tools tools.json --json\n"
      "  gerbil run path/to/model --raw \"Once upon a time\" --json");
  run->command = command;
  command->callback([run, &action] {
    run->words = understand(*run);
    action = [run] { return execute(*run); };
  });
}

}  // namespace gerbil::cli
