#include "options.hpp"

#include <array>
#include <random>
#include <span>
#include <utility>

#include "model.hpp"
#include "numbers.hpp"
#include "template_options.hpp"
#include "terminal.hpp"
#include "text_input.hpp"

namespace gerbil::cli {
namespace {

template <typename T>
using Choice = std::pair<std::string_view, T>;

constexpr std::array<Choice<Device>, 3> kDevices{
    {{"auto", Device::automatic}, {"cpu", Device::cpu}, {"webgpu", Device::webgpu}}};
constexpr std::array<Choice<Quantization>, 3> kQuantizations{
    {{"none", Quantization::none}, {"int4", Quantization::int4}, {"int8", Quantization::int8}}};

// An option that takes one of `choices`, which must live as long as the program.
template <typename T>
CLI::Option* add_choice(CLI::App& app, const std::string& name, T& target, std::span<const Choice<T>> choices,
                        const std::string& description) {
  std::string names;
  for (const auto& [text, value] : choices) names += (names.empty() ? "" : "|") + std::string(text);
  return app
      .add_option_function<std::string>(
          name,
          [&target, choices, names, name](const std::string& given) {
            for (const auto& [text, value] : choices)
              if (given == text) {
                target = value;
                return;
              }
            throw Error(ErrorCode::invalid_argument,
                        std::format("{} must be one of {}, not '{}'.", name, names, given));
          },
          description)
      ->type_name(names);
}

void add_logit_bias(SamplingOptions& sampling, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos)
    throw Error(ErrorCode::invalid_argument, std::format("--logit-bias must be ID=NUMBER, not '{}'.", text));
  const auto id = parse_number<std::int32_t>(text.substr(0, equals), "the id of --logit-bias", {.low = 0});
  const auto bias = parse_number<float>(text.substr(equals + 1), "the number of --logit-bias", {-1000, 1000});
  if (!sampling.logit_bias.emplace(id, bias).second)
    throw Error(ErrorCode::invalid_argument, std::format("--logit-bias is given twice for token {}.", id));
}

}  // namespace

void add_load_options(CLI::App& app, LoadFlags& flags, Reading reading) {
  LoadOptions& options = flags.options;
  add_choice<Device>(app, "--device", options.device, kDevices,
                     "Where to compute; auto: the best real GPU, the CPU otherwise");
  add_number<int>(app, "--threads", options.threads, {0, 1024}, "CPU threads (default: every core)");
  if (reading == Reading::texts) {
    add_number<std::int32_t>(app, "--context", options.context_length, {0, LoadOptions::most_tokens},
                             "Tokens of the longest text (default: the model's own, at most 8192)");
  } else {
    add_number<std::int32_t>(app, "--context", options.context_length, {0, LoadOptions::most_tokens},
                             "Tokens a conversation may reach (default: the model's own, at most 4096)");
    add_number<std::int32_t>(app, "--cache", options.cache_tokens, {0, LoadOptions::most_tokens},
                             "Tokens of the key and value cache (default: twice the context)");
  }
  CLI::Option* quantize = add_choice<Quantization>(app, "--quantize", options.quantize, kQuantizations,
                                                   "Quantise dense weights while loading");
  app.add_option_function<std::string>(
         "--group",
         [&options](const std::string& text) {
           if (text != "32" && text != "64" && text != "128")
             throw Error(ErrorCode::invalid_argument, std::format("--group must be 32, 64 or 128, not '{}'.", text));
           options.group_size = parse_number<int>(text, "--group");
         },
         "Weights that share a scale")
      ->type_name("32|64|128")
      ->needs(quantize);
  if (reading == Reading::conversations) {
    CLI::Option* switched = nullptr;
    if (options.speculate) {
      switched = app.add_flag_callback(
          "--no-speculation", [&options] { options.speculate = false; },
          "Do not guess tokens ahead, where a text repeats itself or the model has layers for it");
    } else {
      app.add_flag("--speculate", options.speculate,
                   "Guess tokens ahead, where a text repeats itself and by layers that the model may have for it");
    }
    CLI::Option* draft = app.add_option_function<std::string>(
        "--draft",
        [&options](const std::string& text) {
          options.draft = resolve_model(text);
          options.speculate = true;
        },
        "A smaller model with the same vocabulary that guesses tokens where a text does not repeat itself");
    draft->type_name("MODEL");
    if (switched != nullptr) draft->excludes(switched);
  }
  app.add_flag("--exact", flags.diagnostics.exact, "Keep activations and cache in f32: slower, for comparisons");
  if (options.check)
    app.add_flag_callback(
        "--no-check", [&options] { options.check = false; }, "Do not look for broken weights while loading");
}

void add_generation_options(CLI::App& app, GenerationFlags& flags) {
  GenerateOptions& options = flags.options;
  SamplingOptions& sampling = options.sampling;
  add_number<std::int32_t>(app, "-n,--max-tokens", options.max_tokens, {.low = 1},
                           "Longest answer (default: as long as the context has room)");
  add_number<float>(app, "-t,--temperature", sampling.temperature, {0, 100},
                    "How freely to choose; 0 (the default) takes the most likely token");
  add_number<std::int32_t>(app, "--top-k", sampling.top_k, {.low = 0}, "Choose among the N most likely; 0: all");
  add_number<float>(app, "--top-p", sampling.top_p, {0, 1, true},
                    "Choose among those that together reach this probability");
  add_number<float>(app, "--min-p", sampling.min_p, {0, 1}, "Choose among those this fraction as likely as the best");
  add_number<float>(app, "--repetition-penalty", sampling.repetition_penalty, {0, 100, true},
                    "Above 1: make tokens of the text so far less likely");
  add_number<float>(app, "--presence-penalty", sampling.presence_penalty, {-100, 100},
                    "Subtracted once from the logit of every token of the answer");
  add_number<float>(app, "--frequency-penalty", sampling.frequency_penalty, {-100, 100},
                    "Subtracted for every time a token occurs in the answer");
  app.add_option_function<std::string>(
         "--seed", [&flags](const std::string& text) { flags.seed = parse_number<std::uint64_t>(text, "--seed"); },
         "Makes sampled answers repeatable (default: a new seed every time)")
      ->type_name("N");
  app.add_option_function<std::string>(
         "--logit-bias", [&sampling](const std::string& text) { add_logit_bias(sampling, text); },
         "Add NUMBER to a token's logit (repeatable)")
      ->type_name("ID=NUMBER")
      ->trigger_on_parse();
  app.add_option_function<std::string>(
         "--stop", [&options](const std::string& text) { options.stop.push_back(text); },
         "End the answer before this text (repeatable)")
      ->type_name("TEXT")
      ->check(not_utf8)
      ->trigger_on_parse();
  app.add_option_function<std::string>(
         "--stop-tokens",
         [&options](const std::string& text) { options.stop_tokens = parse_token_ids(text, "--stop-tokens"); },
         "End the answer at these token ids, too")
      ->type_name("1,2,3");
  app.add_flag("--ignore-end", flags.diagnostics.ignore_end, "Go on after the model's end token");
  app.add_option("--system", flags.system, "The system message")->type_name("TEXT")->check(not_utf8);
  add_template_options(app, options.chat, flags.tools);
}

GenerateOptions resolve(const GenerationFlags& flags) {
  GenerateOptions options = flags.options;
  options.sampling.seed = flags.seed ? *flags.seed : std::random_device{}();
  if (flags.tools) options.chat.tools = read_tools(*flags.tools);
  options.grammar = resolve(flags.grammar);
  return options;
}

void warn_of_unused(const Model& model, const GenerateOptions& options, std::string_view system) {
  const auto warn = [&](bool given, std::string_view flag, std::string_view variable) {
    if (!given || (!options.raw && (variable.empty() || model.template_mentions(variable, options.chat)))) return;
    const std::string reason =
        options.raw ? "a --raw prompt goes without the chat template"
                    : std::format("the chat template of {} does not use {}", model.info().name, variable);
    say(std::format("warning: {} changes nothing: {}.", flag, reason));
  };
  warn(!options.chat.tools.empty(), "--tools", "tools");
  warn(options.chat.enable_thinking.has_value(), options.chat.enable_thinking.value_or(true) ? "--think" : "--no-think",
       "enable_thinking");
  warn(!system.empty(), "--system", "");
  for (const auto& [name, value] : options.chat.variables) warn(true, "--var " + name, name);
}

CLI::Option* add_text(CLI::App& app, const std::string& names, std::optional<std::string>& target,
                      const std::string& description) {
  return app.add_option_function<std::string>(
      names, [&target](const std::string& text) { target = text; }, description);
}

}  // namespace gerbil::cli
