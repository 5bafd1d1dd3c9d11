#include "gerbil/generator.hpp"

#include <format>
#include <memory>
#include <optional>
#include <utility>

#include "engine/generation.hpp"
#include "engine/loaded_model.hpp"
#include "engine/terms.hpp"
#include "engine/tool_choice.hpp"
#include "engine/work.hpp"
#include "gerbil/diagnostics.hpp"

namespace gerbil {
namespace {

Prompt to_prompt(const LoadedModel& model, const std::vector<Message>& messages, const GenerateOptions& options) {
  const std::string text = model.render(messages, options.chat);
  const ChatTemplates& templates = *model.files.chat_templates;
  const runtime::ReasoningTags& tags = templates.reasoning_tags();
  const bool may_reason = templates.mention_reasoning() && options.chat.enable_thinking.value_or(true);
  // The template writes its own special tokens.
  Prompt prompt{.tokens = model.tokenizer().encode(text, false),
                .in_reasoning = opens_reasoning(text, tags),
                .may_reason = may_reason && !closes_reasoning(text, tags)};
  // Under a grammar the answer is what that says, though it may look like a call.
  const bool free = std::holds_alternative<std::monostate>(options.grammar);
  if (free && options.chat.offers_tools()) prompt.call_format = templates.tool_call_format();
  for (const Message& message : messages) prompt.earlier_calls += message.tool_calls.size();
  return prompt;
}

// A text as it is, or as the template writes a user's message.
Prompt to_prompt(const LoadedModel& model, std::string_view text, const GenerateOptions& options) {
  if (model.files.chat_templates && !options.raw)
    return to_prompt(model, std::vector<Message>{{"user", std::string(text)}}, options);
  return {model.tokenizer().encode(text, true)};
}

Prompt to_prompt(const LoadedModel&, const std::vector<std::int32_t>& tokens, const GenerateOptions&) {
  return {tokens};
}

// What the answer has to be, if anything.
std::optional<Demand> demand_of(const Prompt& prompt, const GenerateOptions& options) {
  if (requires_calls(options)) {
    if (!prompt.call_format) {
      throw Error(ErrorCode::unsupported,
                  "tool_choice asks for a call, but how this model writes calls is not known: its chat template does "
                  "not tell. It should be \"auto\" or \"none\".");
    }
    return RequiredCalls{prompt.call_format, options.chat.tools, options.chat.tool_choice};
  }
  if (std::holds_alternative<std::monostate>(options.grammar)) return std::nullopt;
  return options.grammar;
}

std::shared_ptr<GrammarGuide> make_guide(const LoadedModel& model, const Prompt& prompt, const GenerateOptions& options,
                                         const Terms& terms) {
  const std::optional<Demand> demand = demand_of(prompt, options);
  if (!demand) return nullptr;
  model.tokenizer();  // which grammars need
  return model.grammars->guide(*demand, prompt.in_reasoning, prompt.may_reason, [&] { terms.check(); });
}

Work<GenerateResult> prepare(const LoadedModel& model, const auto& input, const GenerateOptions& options,
                             bool ignore_end) {
  const Terms terms = terms_of(options);
  const Prompt prompt = to_prompt(model, input, options);
  const auto generation = std::make_shared<Generation>(model.files, model.info.vocabulary_size, prompt, options,
                                                       ignore_end, make_guide(model, prompt, options, terms));
  runtime::Request request = generation->request();
  terms.apply(request);
  return {{std::move(request)},
          [generation](std::size_t, const runtime::Event& event) { return generation->take(event); },
          [generation](const std::vector<runtime::Outcome>& outcomes) { return generation->finish(outcomes.front()); }};
}

GenerateResult generate_now(const Model& model, const auto& input, const GenerateOptions& options, bool ignore_end) {
  const auto loaded = LoadedModel::of(model);  // a callback may let go of the last handle
  return guarded([&] { return run(*loaded->driver, prepare(*loaded, input, options, ignore_end)); });
}

void generate_later(const Model& model, const auto& input, const GenerateOptions& options, bool ignore_end,
                    Generator::OnResult done) {
  const auto loaded = LoadedModel::of(model);
  guarded([&] { submit(*loaded->driver, prepare(*loaded, input, options, ignore_end), std::move(done)); });
}

// The logits after each of the tokens.
Work<std::vector<float>> score(const std::vector<std::int32_t>& tokens) {
  const auto rows = std::make_shared<std::vector<float>>();
  return {{{.tokens = tokens, .task = runtime::Score{}}},
          [rows](std::size_t, const runtime::Event& event) {
            rows->append_range(std::get<runtime::RowsEvent>(event).values);
            return true;
          },
          [rows](const std::vector<runtime::Outcome>&) { return std::move(*rows); }};
}

}  // namespace

Generator::Generator(Model model) : Generator(std::move(model), {}) {}

Generator::Generator(Model model, const GenerateDiagnostics& diagnostics)
    : model_(std::move(model)), ignore_end_(diagnostics.ignore_end) {
  guarded([&] { LoadedModel::of(model_)->require(Task::generate); });
}

GenerateResult Generator::generate(std::string_view prompt, const GenerateOptions& options) const {
  return generate_now(model_, prompt, options, ignore_end_);
}

GenerateResult Generator::generate(const std::vector<Message>& messages, const GenerateOptions& options) const {
  return generate_now(model_, messages, options, ignore_end_);
}

GenerateResult Generator::generate(const std::vector<std::int32_t>& tokens, const GenerateOptions& options) const {
  return generate_now(model_, tokens, options, ignore_end_);
}

std::string Generator::generate_object(const std::vector<Message>& messages, const JsonSchema& schema,
                                       const GenerateOptions& options) const {
  GenerateOptions object = options;
  object.grammar = schema;
  const GenerateResult result = generate(messages, object);
  return guarded([&] {
    if (result.finish_reason == FinishReason::cancelled) {
      throw Error(ErrorCode::cancelled, "The answer was cancelled before its JSON was complete.");
    }
    if (result.finish_reason == FinishReason::length) {
      throw Error(ErrorCode::context_full,
                  std::format("The answer was cut off after {} tokens, before its JSON was complete; allow more with "
                              "max_tokens or context_length, or bound its lists and strings in the schema.",
                              result.generated_tokens));
    }
    try {
      parse_python_json(result.text, "The answer");
    } catch (const Error&) {
      throw Error(ErrorCode::invalid_argument,
                  std::format("The answer ended at a stop text or token, before its JSON was complete: '{}'.",
                              result.text.substr(0, 80)));
    }
    return result.text;
  });
}

void Generator::submit(std::string_view prompt, const GenerateOptions& options, OnResult done) const {
  generate_later(model_, prompt, options, ignore_end_, std::move(done));
}

void Generator::submit(const std::vector<Message>& messages, const GenerateOptions& options, OnResult done) const {
  generate_later(model_, messages, options, ignore_end_, std::move(done));
}

void Generator::submit(const std::vector<std::int32_t>& tokens, const GenerateOptions& options, OnResult done) const {
  generate_later(model_, tokens, options, ignore_end_, std::move(done));
}

std::vector<float> Generator::logits(const std::vector<std::int32_t>& tokens) const {
  const auto loaded = LoadedModel::of(model_);
  return guarded([&] { return run(*loaded->driver, score(tokens)); });
}

void Generator::submit_logits(const std::vector<std::int32_t>& tokens, OnLogits done) const {
  const auto loaded = LoadedModel::of(model_);
  guarded([&] { gerbil::submit(*loaded->driver, score(tokens), std::move(done)); });
}

}  // namespace gerbil
