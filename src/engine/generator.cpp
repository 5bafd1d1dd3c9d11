#include "gerbil/generator.hpp"

#include <memory>
#include <utility>

#include "engine/generation.hpp"
#include "engine/loaded_model.hpp"
#include "engine/tool_choice.hpp"
#include "engine/work.hpp"
#include "gerbil/diagnostics.hpp"

namespace gerbil {
namespace {

Prompt to_prompt(const LoadedModel& model, const std::vector<Message>& messages, const GenerateOptions& options) {
  check_tool_choice(options.chat);
  const std::string text = model.render(messages, options.chat);
  const ChatTemplates& templates = *model.files.chat_templates;
  // The template writes its own special tokens.
  Prompt prompt{model.tokenizer().encode(text, false), opens_reasoning(text, templates.reasoning_tags())};
  if (options.chat.offers_tools()) prompt.call_format = templates.tool_call_format();
  for (const Message& message : messages) prompt.earlier_calls += message.tool_calls.size();
  return prompt;
}

// A text as it is, or as the template writes a user's message.
Prompt to_prompt(const LoadedModel& model, std::string_view text, const GenerateOptions& options) {
  if (model.files.chat_templates && !options.raw)
    return to_prompt(model, std::vector<Message>{{"user", std::string(text)}}, options);
  return {model.tokenizer().encode(text, true), false};
}

Prompt to_prompt(const LoadedModel&, const std::vector<std::int32_t>& tokens, const GenerateOptions&) {
  return {tokens};
}

Work<GenerateResult> prepare(const LoadedModel& model, const auto& input, const GenerateOptions& options,
                             bool ignore_end) {
  const auto generation = std::make_shared<Generation>(model.files, model.info.vocabulary_size,
                                                       to_prompt(model, input, options), options, ignore_end);
  return {{generation->request()},
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
  return guarded([&] {
    std::vector<float> rows;
    loaded->driver->run({{.tokens = tokens, .task = runtime::Score{}}}, [&](std::size_t, const runtime::Event& event) {
      rows.append_range(std::get<runtime::RowsEvent>(event).values);
      return true;
    });
    return rows;
  });
}

}  // namespace gerbil
