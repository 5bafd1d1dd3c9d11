// gerbil chat: a conversation at the terminal.
#include <unistd.h>

#include <array>
#include <fstream>
#include <iostream>
#include <memory>

#include "call_output.hpp"
#include "commands.hpp"
#include "gerbil/chat.hpp"
#include "gerbil/json.hpp"
#include "line_editor.hpp"
#include "model.hpp"
#include "numbers.hpp"
#include "options.hpp"
#include "terminal.hpp"
#include "text_input.hpp"
#include "text_output.hpp"

namespace gerbil::cli {
namespace {

struct ChatFlags {
  std::optional<std::string> model;
  LoadFlags load;
  GenerationFlags generation;
};

struct Session {
  Generator generator;
  Chat chat;
  GenerateOptions options;
  std::optional<GenerateResult> last;

  const Model& model() const { return generator.model(); }
  bool ended = false;
};

constexpr std::array<ChatCommand, 9> kCommands{{
    {"/help", "", "show this list"},
    {"/clear", "", "forget the conversation, keep the system message"},
    {"/system", "TEXT", "begin a new conversation with this system message"},
    {"/think", "on|off|auto", "think first, or not, or as the model does by itself"},
    {"/temperature", "N", "how freely to choose; 0 takes the most likely token"},
    {"/tokens", "N", "the longest answer"},
    {"/save", "FILE", "write the conversation as JSON messages"},
    {"/stats", "", "token counts and speeds of the last answer"},
    {"/exit", "", "end; Ctrl-D does, too"},
}};

void print_help() {
  std::vector<std::pair<std::string, std::string>> rows;
  rows.reserve(kCommands.size());
  for (const ChatCommand& command : kCommands)
    rows.emplace_back(std::format("  {} {}", command.name, command.argument), command.meaning);
  std::cerr << table(rows)
            << "  A line that ends in \\ goes on in the next one; so does Ctrl-J.\n"
               "  Ctrl-C stops an answer.\n";
}

void set_thinking(Session& session, std::string_view argument) {
  if (argument == "on")
    session.options.chat.enable_thinking = true;
  else if (argument == "off")
    session.options.chat.enable_thinking = false;
  else if (argument == "auto")
    session.options.chat.enable_thinking.reset();
  else
    throw Error(ErrorCode::invalid_argument,
                std::format("/think must be followed by on, off or auto, not '{}'.", argument));
  if (argument != "auto") warn_of_unused(session.model(), {.chat = {.enable_thinking = argument == "on"}});
}

void save(const Session& session, const std::string& path) {
  if (path.empty()) throw Error(ErrorCode::invalid_argument, "/save must be followed by the name of a file.");
  const std::vector<Message>& messages = session.chat.messages();
  std::ofstream file(path);
  // A message a line, for people who look into the file.
  for (std::string_view before = "[\n  "; const Message& message : messages) {
    file << before << to_json(message);
    before = ",\n  ";
  }
  file << (messages.empty() ? "[]\n" : "\n]\n");
  file.close();
  if (!file) throw Error(ErrorCode::invalid_argument, std::format("the file '{}' cannot be written.", path));
  say(std::format("{} messages are in {}", messages.size(), path));
}

void print_stats(const Session& session) {
  if (!session.last) {
    say("there is no answer yet");
    return;
  }
  const GenerateResult& result = *session.last;
  std::cerr << table({{"  model", session.model().info().name + ", " + session.model().info().quantization},
                      {"  device", session.model().info().device},
                      {"  prompt", std::format("{} tokens, {} of them from the cache, {:.1f}/s", result.prompt_tokens,
                                               result.cached_tokens, result.timings.prefill_tokens_per_second)},
                      {"  answer", std::format("{} tokens, {:.1f}/s", result.generated_tokens,
                                               result.timings.decode_tokens_per_second)},
                      {"  first token after", readable_seconds(result.timings.time_to_first_token)},
                      {"  context", std::format("{} of {} tokens", result.prompt_tokens + result.generated_tokens,
                                                session.model().info().context_length)}});
}

void obey(Session& session, const std::string& line) {
  const std::size_t space = line.find(' ');
  const std::string name = line.substr(0, space);
  const std::string argument = space == std::string::npos ? std::string() : line.substr(space + 1);
  if (name == "/help") {
    print_help();
  } else if (name == "/clear") {
    session.chat.clear();
  } else if (name == "/system") {
    session.chat = Chat(session.generator, argument);
  } else if (name == "/think") {
    set_thinking(session, argument);
  } else if (name == "/temperature") {
    session.options.sampling.temperature = parse_number<float>(argument, name, {0, 100});
  } else if (name == "/tokens") {
    session.options.max_tokens = parse_number<std::int32_t>(argument, name, {.low = 1});
  } else if (name == "/save") {
    save(session, argument);
  } else if (name == "/stats") {
    print_stats(session);
  } else if (name == "/exit" || name == "/quit") {
    session.ended = true;
  } else {
    throw Error(ErrorCode::invalid_argument, std::format("there is no command '{}': /help lists them.", name));
  }
}

void answer(Session& session, const std::string& message) {
  TextOutput output(std::cout, STDOUT_FILENO);
  const bool interactive = output.is_terminal();
  bool was_reasoning = false;
  GenerateOptions options = session.options;
  options.cancellation = Cancellation();
  CallOutput calls(output, true);
  options.on_tool_call = [&](const ToolCallPiece& piece) { calls.call(piece); };
  options.on_text = [&](std::string_view piece, bool reasoning) {
    if (was_reasoning && !reasoning && interactive) output.end("\n\n");
    if (!reasoning) {
      calls.text(piece);
    } else if (interactive) {
      output.write(piece, true);
    }
    was_reasoning = reasoning;
  };
  const InterruptGuard guard(options.cancellation);
  session.last = session.chat.send(message, options);
  if (interactive && session.last->finish_reason == FinishReason::cancelled) output.write(" [stopped]", true);
  if (interactive && session.last->finish_reason == FinishReason::length)
    output.write(std::format(" [stopped after {} tokens: /tokens N allows more]", session.last->generated_tokens),
                 true);
  calls.end(interactive ? "\n\n" : "\n", *session.last);
  ++session.options.sampling.seed;  // another answer to the same question
}

// Whatever goes wrong with one message, the conversation goes on; a pipe has nobody to correct it.
void take_turn(Session& session, const std::string& line) {
  try {
    if (const std::string problem = not_utf8(line); !problem.empty())
      throw Error(ErrorCode::invalid_argument, std::format("the message is not text: {}.", problem));
    line.starts_with('/') ? obey(session, line) : answer(session, line);
  } catch (const Error& error) {
    if (!stdin_is_terminal() || error.code() == ErrorCode::device_lost) throw;
    say(error.what());
    if (error.code() == ErrorCode::context_full) say("/clear begins a new conversation");
  }
}

int execute(const ChatFlags& flags) {
  const GenerateOptions options = resolve(flags.generation);
  const Generator generator(load_model(flags.model.value_or("nano"), flags.load), flags.generation.diagnostics);
  const ModelInfo& info = generator.model().info();
  warn_of_unused(generator.model(), options, flags.generation.system);
  Session session{generator, Chat(generator, flags.generation.system), options, {}};
  set_up_line_editor(kCommands);
  if (stdin_is_terminal()) say(std::format("{} on {}. /help lists the commands, Ctrl-D ends.", info.name, info.device));
  while (!session.ended) {
    const std::optional<std::string> line = read_line();
    if (!line) break;
    if (line->find_first_not_of(" \t\r\n") != std::string::npos) take_turn(session, *line);
  }
  return 0;
}

}  // namespace

void add_chat(CLI::App& app, Action& action) {
  auto flags = std::make_shared<ChatFlags>();
  CLI::App* command = app.add_subcommand("chat", "Talk with a model");
  add_text(*command, "MODEL", flags->model, std::string(kModelHelp) + "; without it: nano");
  add_generation_options(*command, flags->generation);
  add_load_options(*command, flags->load);
  command->footer(
      "At a terminal: line editing, history, Tab completes /commands, pasted text may have several lines.\n"
      "From a pipe every line is a message, and the answers go to stdout.\n"
      "Example:\n"
      "  gerbil chat path/to/Qwen3-0.6B --quantize int4 -t 0.6 --top-p 0.95");
  command->callback([flags, &action] { action = [flags] { return execute(*flags); }; });
}

}  // namespace gerbil::cli
