#include "engine/chat_template.hpp"

#include <cctype>
#include <ctime>
#include <iomanip>
#include <minja/minja.hpp>
#include <sstream>
#include <utility>

#include "base/json.hpp"

namespace gerbil {
namespace {

// Llama 3 and others print today's date; transformers offers the same function.
minja::Value strftime_now() {
  return minja::Value::callable([](const std::shared_ptr<minja::Context>&, minja::ArgumentsValue& arguments) {
    arguments.expectArgs("strftime_now", {1, 1}, {0, 0});
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    localtime_r(&now, &local);
    std::ostringstream text;
    text << std::put_time(&local, arguments.args[0].get<std::string>().c_str());
    return minja::Value(text.str());
  });
}

}  // namespace

struct ChatTemplate::Node {
  std::shared_ptr<minja::TemplateNode> root;
};

ChatTemplate::ChatTemplate(const std::string& source, std::string bos_token, std::string eos_token)
    : source_(source), bos_token_(std::move(bos_token)), eos_token_(std::move(eos_token)) {
  try {
    // The whitespace rules that transformers renders chat templates with.
    const minja::Options options{.trim_blocks = true, .lstrip_blocks = true, .keep_trailing_newline = false};
    node_ = std::make_shared<Node>(minja::Parser::parse(source, options));
  } catch (const std::exception& error) {
    throw Error(ErrorCode::unsupported, std::string("The model's chat template cannot be parsed: ") + error.what());
  }
}

bool ChatTemplate::reads(std::string_view variable) const {
  const auto is_letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  for (std::size_t at = source_.find(variable); at != std::string::npos; at = source_.find(variable, at + 1)) {
    const std::size_t end = at + variable.size();
    if ((at == 0 || !is_letter(source_[at - 1])) && (end == source_.size() || !is_letter(source_[end]))) return true;
  }
  return false;
}

std::string ChatTemplate::render(const std::vector<Message>& messages, const Options& options) const {
  Json list = Json::array();
  for (const Message& message : messages) list.push_back({{"role", message.role}, {"content", message.content}});
  auto context = minja::Context::make(Json{{"messages", list}, {"add_generation_prompt", true}});
  context->set("bos_token", bos_token_);
  context->set("eos_token", eos_token_);
  context->set("strftime_now", strftime_now());
  if (!options.tools.empty()) {
    const Json tools = parse_json(options.tools, "The list of tools");
    if (!tools.is_array()) {
      throw Error(ErrorCode::invalid_argument,
                  "The list of tools is " + std::string(tools.type_name()) + ", but should be a JSON array.");
    }
    context->set("tools", minja::Value(tools));
  }
  if (options.enable_thinking) context->set("enable_thinking", minja::Value(*options.enable_thinking));
  try {
    return node_->root->render(context);
  } catch (const std::exception& error) {
    throw Error(ErrorCode::invalid_argument,
                std::string("The model's chat template does not accept this conversation: ") + error.what());
  }
}

}  // namespace gerbil
