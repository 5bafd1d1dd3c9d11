#include "server/response_items.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <utility>

#include "server/errors.hpp"

namespace gerbil::server {
namespace {

constexpr std::size_t most_items = 16384;

[[noreturn]] void refuse_kind(const std::string& path, std::string_view kind, std::string_view known) {
  throw ApiError(
      400, "invalid_request_error", "unsupported",
      std::format("\"{}\" is of type {}, which gerbil does not know; there are {}.", path, text_of(kind), known), path);
}

// A text, or parts of texts.
std::string plain_text(const Json& content, const std::string& path) {
  constexpr std::array kinds{"input_text", "output_text", "text", "summary_text", "reasoning_text", "refusal"};
  if (content.is_null()) return {};
  if (content.is_string()) return content.get<std::string>();
  if (!content.is_array()) refuse(path, content, "a string or a list of parts");
  std::string text;
  for (std::size_t i = 0; i < content.size(); ++i) {
    const std::string place = std::format("{}[{}]", path, i);
    if (!content[i].is_object()) refuse(place, content[i], "a part");
    const std::string kind = text_member(content[i], place, "type");
    if (!std::ranges::contains(kinds, kind)) refuse_kind(place, kind, "input_text and output_text");
    text += text_member(content[i], place, kind == "refusal" ? "refusal" : "text");
  }
  return text;
}

class Conversation {
 public:
  void add(const Json& item, const std::string& path) {
    if (!item.is_object()) refuse(path, item, "an item");
    const std::string kind = item.contains("type") ? text_member(item, path, "type") : "message";
    if (kind == "message") {
      add_message(item, path);
    } else if (kind == "reasoning") {
      add_reasoning(item, path);
    } else if (kind == "function_call") {
      assistant("tool_calls", true)["tool_calls"].push_back(
          {{"id", text_member(item, path, "call_id")},
           {"type", "function"},
           {"function",
            {{"name", text_member(item, path, "name")}, {"arguments", text_member(item, path, "arguments")}}}});
    } else if (kind == "function_call_output") {
      messages_.push_back({{"role", "tool"},
                           {"tool_call_id", text_member(item, path, "call_id")},
                           {"content", plain_text(item.value("output", Json()), path + ".output")}});
    } else {
      refuse_kind(path, kind, "message, reasoning, function_call and function_call_output");
    }
  }
  Json take() { return std::move(messages_); }

 private:
  // The turn of the assistant under way, or a new one where that has such a part already or one that comes behind it.
  Json& assistant(std::string_view part, bool again = false) {
    constexpr std::array<std::string_view, 3> order{"reasoning_content", "content", "tool_calls"};
    const auto is_behind = [&](const Json& last) {
      const auto own = std::ranges::find(order, part);
      return std::all_of(again ? own + 1 : own, order.end(),
                         [&](std::string_view later) { return !last.contains(later); });
    };
    if (messages_.empty() || messages_.back()["role"] != "assistant" || !is_behind(messages_.back()))
      messages_.push_back({{"role", "assistant"}});
    return messages_.back();
  }

  void add_message(const Json& item, const std::string& path) {
    std::string role = text_member(item, path, "role");
    if (!item.contains("content")) refuse(path, item, "a message with content");
    std::string text = plain_text(item["content"], path + ".content");
    if (role == "assistant") {
      assistant("content")["content"] = std::move(text);
      return;
    }
    if (role == "developer") role = "system";
    if (role != "system" && role != "user")
      refuse(path + ".role", role, R"("user", "assistant", "system" or "developer")");
    messages_.push_back({{"role", std::move(role)}, {"content", std::move(text)}});
  }

  // What was thought, or what is told of it.
  void add_reasoning(const Json& item, const std::string& path) {
    std::string text = plain_text(item.value("content", Json()), path + ".content");
    if (text.empty()) text = plain_text(item.value("summary", Json()), path + ".summary");
    if (!text.empty()) assistant("reasoning_content")["reasoning_content"] = std::move(text);
  }

  Json messages_ = Json::array();
};

}  // namespace

Json messages_of_items(const Json& input) {
  Conversation conversation;
  if (!input.is_string() && (!input.is_array() || input.empty())) refuse("input", input, "a string or a list of items");
  if (input.size() > most_items)
    throw invalid(std::format("\"input\" has {} items, but may have {}.", input.size(), most_items), "input");
  const Json items = listed_items(input);
  for (std::size_t i = 0; i < items.size(); ++i) conversation.add(items[i], std::format("input[{}]", i));
  return conversation.take();
}

Json listed_items(const Json& input) {
  if (!input.is_string()) return input;
  const Json part{{"type", "input_text"}, {"text", input}};
  return Json::array({{{"type", "message"}, {"role", "user"}, {"content", Json::array({part})}}});
}

}  // namespace gerbil::server
