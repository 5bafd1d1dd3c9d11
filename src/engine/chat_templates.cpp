#include "engine/chat_templates.hpp"

#include <algorithm>
#include <mutex>

#include "base/mapped_file.hpp"
#include "calls/recognize.hpp"
#include "engine/json_file.hpp"

namespace gerbil {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_templates = 64;

using Sources = std::map<std::string, std::string>;

Sources from_files(const fs::path& directory) {
  Sources sources;
  if (const fs::path file = directory / "chat_template.jinja"; has_file(file))
    sources["default"] = read_text_file(file);
  std::error_code error;
  for (const auto& file : fs::directory_iterator(directory / "additional_chat_templates", error)) {
    if (file.path().extension() != ".jinja" || !has_file(file.path())) continue;
    sources[file.path().stem().string()] = read_text_file(file.path());
    if (sources.size() > most_templates) {
      throw Error(ErrorCode::corrupt,
                  "'" + directory.string() + "' has more than " + std::to_string(most_templates) + " chat templates.");
    }
  }
  return sources;
}

// A text, a list of {"name", "template"}, or an object of texts.
Sources from_member(const Json& config) {
  Sources sources;
  const auto member = config.find("chat_template");
  if (member == config.end() || member->is_null()) return sources;
  if (member->is_array()) {
    for (const Json& named : *member) {
      sources[json_required<std::string>(named, "name")] = json_required<std::string>(named, "template");
    }
  } else if (member->is_object()) {
    for (const auto& [name, text] : member->items()) sources[name] = json_required<std::string>(*member, name);
  } else {
    sources["default"] = json_required<std::string>(config, "chat_template");
  }
  return sources;
}

// An assistant that only calls tools is often written with "content": null, or without.
bool fill_missing_content(Json& messages) {
  bool any = false;
  for (Json& message : messages) {
    const bool missing = message.contains("content") ? message["content"].is_null() : message.contains("tool_calls");
    if (missing) {
      message["content"] = "";
      any = true;
    }
  }
  return any;
}

}  // namespace

struct ChatTemplates::CallFormat {
  std::once_flag once;
  std::string source;  // of all templates
  const calls::ToolCallFormat* format = nullptr;
};

ChatTemplates::ChatTemplates(const Sources& sources, Json special_tokens) : special_tokens_(std::move(special_tokens)) {
  std::string all;
  for (const auto& [name, source] : sources) {
    all += source;
    try {
      templates_.emplace(name, jinja::Template(source));
    } catch (const Error& error) {
      const std::string which = sources.size() == 1 ? "chat template" : "chat template '" + name + "'";
      problems_.push_back("The model's " + which + " is of no use: " + error.what());
      templates_.emplace(name, Error(ErrorCode::unsupported, problems_.back()));
    }
  }
  reasoning_tags_ = find_reasoning_tags(all);
  mention_reasoning_ = all.contains(reasoning_tags_.close);
  call_format_ = std::make_shared<CallFormat>();
  call_format_->source = std::move(all);
}

// Reference: transformers, PreTrainedTokenizerBase.get_chat_template.
const ChatTemplates::Entry& ChatTemplates::choose(bool tools) const {
  if (const auto found = templates_.find("tool_use"); tools && found != templates_.end()) return found->second;
  if (const auto found = templates_.find("default"); found != templates_.end()) return found->second;
  std::string names;
  for (const auto& entry : templates_) names += (names.empty() ? "" : ", ") + entry.first;
  throw Error(ErrorCode::unsupported, "The model has no default chat template; it has: " + names + ".");
}

const calls::ToolCallFormat* ChatTemplates::tool_call_format() const {
  std::call_once(call_format_->once, [&] {
    const calls::Render probe = [&](const Json& messages, const Json& tools) -> std::optional<std::string> {
      try {
        return render(messages, {.tools = tools.dump()});
      } catch (const Error&) {
        return std::nullopt;
      }
    };
    call_format_->format = calls::recognize_template(probe, call_format_->source);
  });
  return call_format_->format;
}

bool ChatTemplates::mentions(std::string_view name, const TemplateOptions& options) const {
  const auto* chosen = std::get_if<jinja::Template>(&choose(options.offers_tools()));
  return chosen && chosen->mentions(name);
}

std::string ChatTemplates::render(const Json& messages, const TemplateOptions& options) const {
  const Entry& chosen = choose(options.offers_tools());
  if (const auto* error = std::get_if<Error>(&chosen)) throw *error;
  Json variables = special_tokens_;
  variables["add_generation_prompt"] = true;
  variables["documents"] = nullptr;
  if (options.enable_thinking) variables["enable_thinking"] = *options.enable_thinking;
  for (const auto& [name, value] : options.variables) {
    variables[name] = parse_exact_json(value, "The template variable '" + name + "'");
  }
  variables["tools"] = nullptr;
  if (options.offers_tools()) {
    variables["tools"] = parse_exact_json(options.tools, "The list of tools");
    if (!variables["tools"].is_array()) {
      throw Error(ErrorCode::invalid_argument, "The list of tools is " + std::string(variables["tools"].type_name()) +
                                                   ", but should be a JSON array.");
    }
  }
  variables["messages"] = messages;
  const auto& source = std::get<jinja::Template>(chosen);
  try {
    return source.render(variables);
  } catch (const Error&) {
    // Many templates join texts without asking whether there is one; those that ask have not come here.
    if (!fill_missing_content(variables["messages"])) throw;
    return source.render(variables);
  }
}

std::optional<ChatTemplates> read_chat_templates(const fs::path& directory, const TokenizerConfig& config) {
  Sources sources = from_files(directory);
  if (sources.empty()) sources = from_member(config.json);
  if (sources.empty()) sources = from_member(read_optional_object(directory / "chat_template.json"));
  if (sources.empty()) return std::nullopt;
  return ChatTemplates(sources, config.special_tokens);
}

}  // namespace gerbil
