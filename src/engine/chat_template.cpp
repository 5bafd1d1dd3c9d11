#include "gerbil/chat_template.hpp"

#include <format>

#include "base/boundary.hpp"
#include "base/json.hpp"
#include "engine/chat_templates.hpp"
#include "engine/conversation.hpp"
#include "engine/json_file.hpp"
#include "engine/model_path.hpp"

namespace gerbil {
namespace {

Json parse(std::string_view text, const std::string& what, Json::value_t kind) {
  Json json = parse_exact_json(text, what);
  if (json.type() != kind) {
    throw Error(ErrorCode::invalid_argument, what + " should be a JSON " + Json(kind).type_name() + ", but is " +
                                                 std::string(json.type_name()) + ".");
  }
  return json;
}

void require_messages(bool empty) {
  if (!empty) return;
  throw Error(ErrorCode::invalid_argument, "The conversation has no messages; it should have at least one.");
}

}  // namespace

struct ChatTemplate::State {
  ChatTemplates templates;
  std::string render(std::string_view messages, const TemplateOptions& options) const;
};

ChatTemplate ChatTemplate::load(const std::string& model) {
  return guarded([&] {
    const std::filesystem::path directory = resolve_model(model);
    const Json config = read_optional_object(directory / "config.json");
    auto templates = read_chat_templates(directory, read_tokenizer_config(directory, config));
    if (!templates) throw Error(ErrorCode::unsupported, "The model '" + model + "' has no chat template.");
    return ChatTemplate(std::make_shared<const State>(State{std::move(*templates)}));
  });
}

// What roles there are, and whether a message needs one, is for the template to say, as it is in transformers.
std::string ChatTemplate::State::render(std::string_view messages, const TemplateOptions& options) const {
  const Json conversation = parse(messages, "The conversation", Json::value_t::array);
  require_messages(conversation.empty());
  for (std::size_t number = 1; const Json& message : conversation) {
    if (!message.is_object()) {
      throw Error(ErrorCode::invalid_argument,
                  std::format("Message {} of the conversation is of type {}, but should be an object with role and "
                              "content.",
                              number, message.type_name()));
    }
    ++number;
  }
  return templates.render(conversation, options);
}

std::string ChatTemplate::render(std::string_view messages, const TemplateOptions& options) const {
  return guarded([&] { return state_->render(messages, options); });
}

std::string ChatTemplate::render(const std::vector<Message>& messages, const TemplateOptions& options) const {
  return guarded([&] {
    require_messages(messages.empty());
    return state_->templates.render(template_messages(messages), options);
  });
}

std::string render_template(std::string_view source, std::string_view variables) {
  return guarded([&] {
    Json all = {{"add_generation_prompt", true}, {"tools", nullptr}, {"documents", nullptr}};
    all.update(parse(variables, "The variables of the template", Json::value_t::object));
    return jinja::Template(source).render(all);
  });
}

}  // namespace gerbil
